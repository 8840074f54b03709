/** Members of the emulated server, over its public interfaces only. */

export interface SeenMessage {
  id: string;
  content: string;
  author: { id: string; bot?: boolean };
  components?: unknown[];
  message_reference?: { message_id?: string };
}

export interface Place {
  origin: string;
  guildId: string;
  botId: string;
  botToken: string;
  /** By name. */
  channels: ReadonlyMap<string, string>;
  /** By username. */
  tokens: Map<string, string>;
}

interface State {
  guilds: { id: string; channels: { id: string; name: string }[] }[];
  members: { username: string; token: string }[];
  application: { botUserId: string; botToken: string };
}

export async function lookAround(origin: string): Promise<Place> {
  const state = (await call(`${origin}/_control/state`)) as State;
  const guild = state.guilds[0];
  if (!guild) throw new Error('The emulator has no server.');
  return {
    origin,
    guildId: guild.id,
    botId: state.application.botUserId,
    botToken: state.application.botToken,
    channels: new Map(guild.channels.map((channel) => [channel.name, channel.id])),
    tokens: new Map(state.members.map((member) => [member.username, member.token])),
  };
}

/** Posts as a member and returns the message. Obeys rate limits. */
export async function say(place: Place, username: string, channelId: string, content: string): Promise<SeenMessage> {
  return (await asMember(place, username, 'POST', `/channels/${channelId}/messages`, { content })) as SeenMessage;
}

/** The latest messages of a channel, newest first; with `after` those since then, at most 100. */
export async function read(place: Place, username: string, channelId: string, after?: string): Promise<SeenMessage[]> {
  const query = after === undefined ? 'limit=100' : `limit=100&after=${after}`;
  return (await asMember(place, username, 'GET', `/channels/${channelId}/messages?${query}`)) as SeenMessage[];
}

export async function openDm(place: Place, username: string): Promise<string> {
  const channel = await asMember(place, username, 'POST', '/users/@me/channels', { recipient_id: place.botId });
  return (channel as { id: string }).id;
}

/** Any request as a member. Obeys rate limits. Rejects with the answer unless it is 2xx. */
export async function asMember(
  place: Place,
  username: string,
  method: string,
  path: string,
  body?: object,
): Promise<unknown> {
  const token = place.tokens.get(username);
  if (token === undefined) throw new Error(`There is no member ${username}.`);
  for (;;) {
    const answer = await fetch(`${place.origin}/api/v10${path}`, {
      method,
      headers: { authorization: token, ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await answer.text();
    const result: unknown = text === '' ? undefined : JSON.parse(text);
    if (answer.ok) return result;
    if (answer.status !== 429)
      throw new Error(`${method} ${path} answered ${answer.status}: ${JSON.stringify(result)}`);
    const { retry_after: seconds } = result as { retry_after: number };
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  }
}

export async function call(url: string, body?: object): Promise<unknown> {
  const answer = await fetch(url, {
    method: body ? 'POST' : 'GET',
    headers: body ? { 'content-type': 'application/json' } : {},
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${await answer.text()}`);
  return answer.json();
}
