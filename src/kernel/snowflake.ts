/** Discord's epoch, 2015-01-01T00:00:00Z, in Unix milliseconds. */
const DISCORD_EPOCH_MS = 1_420_070_400_000n;

/** When Discord made this id, in Unix milliseconds. */
export function snowflakeTime(id: string): number {
  return Number((BigInt(id) >> 22n) + DISCORD_EPOCH_MS);
}

/** The smallest id that can be made at `unixMs`. Use it for `before=`; `after=` would leave out that id. */
export function snowflakeAt(unixMs: number): string {
  return ((BigInt(unixMs) - DISCORD_EPOCH_MS) << 22n).toString();
}

/** Orders ids by age. Snowflakes are strings of different lengths, so text order is wrong. */
export function compareSnowflakes(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
}

export function isSnowflake(text: string): boolean {
  return /^\d{17,20}$/.test(text);
}
