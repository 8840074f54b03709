import type { APIMessage, GatewayDispatchPayload } from 'discord-api-types/v10';

/** Keys that Discord leaves out where there is nothing, and other servers with its API fill with null. */
const NEVER_NULL = ['guild_id', 'member', 'thread', 'message', 'webhook_id', 'application_id'];

/** The event as Discord would have sent it. Looks at the data itself and at the message in it. */
export function asDiscordSends(event: GatewayDispatchPayload): GatewayDispatchPayload {
  const d = withoutNulls(event.d);
  if (d === event.d) return event;
  return { ...event, d } as GatewayDispatchPayload;
}

/** The message as Discord would have answered it. */
export const messageAsDiscordSends = (message: APIMessage): APIMessage => withoutNulls(message);

function withoutNulls<T>(data: T): T {
  if (typeof data !== 'object' || data === null) return data;
  const fields = data as Record<string, unknown>;
  const message = withoutNulls(fields['message']);
  if (message === fields['message'] && !NEVER_NULL.some((name) => fields[name] === null)) return data;
  const kept = Object.entries({ ...fields, message }).filter(
    ([name, value]) => value !== undefined && !(value === null && NEVER_NULL.includes(name)),
  );
  return Object.fromEntries(kept) as T;
}
