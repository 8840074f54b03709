import type { Clock } from './contract.ts';

/** Discord's epoch: the first second of 2015, in milliseconds since 1970. */
const EPOCH_MS = 1_420_070_400_000n;

/** Orders snowflakes without parsing them: more digits are later, equally many compare as text. */
export function compareSnowflakes(left: string, right: string): number {
  if (left.length !== right.length) return left.length - right.length;
  return left < right ? -1 : left > right ? 1 : 0;
}

export function snowflakeTimestampMs(id: string): number {
  return Number((BigInt(id) >> 22n) + EPOCH_MS);
}

export function isSnowflake(value: string): boolean {
  return /^\d{1,20}$/.test(value);
}

/** Makes ids that only grow, even when the clock stands still, goes back or the process starts again. */
export class SnowflakeSource {
  #clock: Clock;
  #last = 0n;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  next(): string {
    const fromClock = (BigInt(this.#clock.now()) - EPOCH_MS) << 22n;
    this.#last = fromClock > this.#last ? fromClock : this.#last + 1n;
    return this.#last.toString();
  }

  /** The latest id given out or known. */
  get last(): string {
    return this.#last.toString();
  }

  /** Every later id is greater than this one. */
  startAfter(id: string): void {
    const value = BigInt(id);
    if (value > this.#last) this.#last = value;
  }
}
