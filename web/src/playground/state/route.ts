/** What the address bar says is open: a guild's channel, a DM (guild null), or nothing yet. */
export interface Route {
  readonly guildId: string | null;
  readonly channelId: string | null;
}

/** Reads `#/channels/<guild or @me>/<channel>`. */
export function parseRoute(hash: string): Route {
  const match = /^#\/channels\/(@me|\d+)(?:\/(\d+))?/.exec(hash);
  if (match === null) return { guildId: null, channelId: null };
  return { guildId: match[1] === '@me' ? null : (match[1] ?? null), channelId: match[2] ?? null };
}

export function formatRoute(route: Route): string {
  const place = `#/channels/${route.guildId ?? '@me'}`;
  return route.channelId === null ? place : `${place}/${route.channelId}`;
}
