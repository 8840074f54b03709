import type { Db, Tx } from '../../platform/postgres/index.ts';

/** At most `count` takes in any stretch of `periodMs`, for one key. */
export interface Rate {
  /** `user:1/requests/minute`. Keys of a user begin with `user:<id>/`, so that they can be forgotten. */
  key: string;
  /** A whole number; 0 lets nothing through. A take costs the same whatever it is. */
  count: number;
  /** A whole number, at least 1. */
  periodMs: number;
  /** The rule that it comes from, for explanations. */
  rule: string;
}

export type TakeResult =
  | { status: 'taken' }
  /**
   * None of the rates was charged. `nextAtMs` is when all of them would let one through (Unix ms), and `rate` the one
   * that has to be waited for longest.
   */
  | { status: 'refused'; rate: Rate; nextAtMs: number };

/**
 * How often something may be done: exact over all processes, since what was taken is in the database and a take of
 * several rates takes all or none. A clock set back keeps nobody out for longer than two periods.
 */
export interface Limits {
  /**
   * In the caller's transaction when `db` is one: what is rolled back was not taken, and takes of the same keys wait
   * until it ends. Throws a RangeError for a rate that cannot be meant, and for two rates of one key.
   */
  take(db: Db, rates: readonly Rate[]): Promise<TakeResult>;
  /** What is left of each now, and when it is whole again, without taking. In the order of the rates. */
  peek(rates: readonly Rate[]): Promise<{ rate: Rate; left: number; wholeAtMs: number }[]>;
  /** Deletes what counts no more and returns how much that was. */
  sweep(): Promise<number>;
  /** Deletes the counters of all keys that begin with `user:<id>/`, and returns how many takes that were. */
  forgetUser(tx: Tx, userId: string): Promise<number>;
}
