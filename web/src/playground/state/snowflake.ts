const discordEpochMs = 1_420_070_400_000;

/** The moment in a snowflake, in milliseconds since 1970. */
export function snowflakeTimeMs(id: string): number {
  return Number(BigInt(id) >> 22n) + discordEpochMs;
}

/** Orders snowflakes by age: negative when `a` is older. They are compared as text because they exceed safe numbers. */
export function compareSnowflakes(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length;
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** True when `a` is younger than `b`; a missing `b` is older than everything. */
export function isNewer(a: string | null, b: string | null | undefined): boolean {
  if (a === null) return false;
  return b === null || b === undefined || compareSnowflakes(a, b) > 0;
}

let lastNonceSequence = 0;

/** A value for `nonce`, shaped like a snowflake as Discord's clients do, unique within this tab. */
export function createNonce(nowMs: number, random: number): string {
  lastNonceSequence = (lastNonceSequence + 1) % 4096;
  const worker = BigInt(Math.floor(random * 1024));
  return String((BigInt(nowMs - discordEpochMs) << 22n) | (worker << 12n) | BigInt(lastNonceSequence));
}

/** The oldest snowflake of a moment, for asking what came before or after it. */
export function firstSnowflakeAt(atMs: number): string {
  return String(BigInt(Math.max(0, atMs - discordEpochMs)) << 22n);
}
