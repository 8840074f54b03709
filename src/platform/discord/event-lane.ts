import type { GatewayDispatchPayload } from 'discord-api-types/v10';

/** What an event belongs to: events of one lane are handled in order. The channel, else the guild, else all the rest. */
export function laneOf(event: GatewayDispatchPayload): string {
  const data = event.d as { channel_id?: unknown; guild_id?: unknown; id?: unknown } | null;
  if (typeof data?.channel_id === 'string') return data.channel_id;
  if (typeof data?.id === 'string' && /^(?:CHANNEL|THREAD|GUILD)_(?:CREATE|UPDATE|DELETE)$/.test(event.t))
    return data.id;
  return typeof data?.guild_id === 'string' ? data.guild_id : '';
}
