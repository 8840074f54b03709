import type { Db, Tx } from '../../platform/postgres/index.ts';

/** At most `count` takes in any stretch of `periodMs`, for one key. */
export interface Rate {
  /** `user:1/requests/minute`. */
  key: string;
  count: number;
  periodMs: number;
  /** The rule that it comes from, for explanations. */
  rule: string;
}

export type TakeResult =
  | { status: 'taken' }
  /** None of the rates was charged. `nextAtMs` is when all of them would let one through (Unix ms). */
  | { status: 'refused'; rate: Rate; nextAtMs: number };

/**
 * How often something may be done: exact over all processes, since the counters are in the database and a take of
 * several rates takes all or none.
 */
export interface Limits {
  /** In the caller's transaction when `db` is one: what is rolled back was not taken. */
  take(db: Db, rates: readonly Rate[]): Promise<TakeResult>;
  /** What is left of each now, and when it is whole again, without taking. */
  peek(rates: readonly Rate[]): Promise<{ rate: Rate; left: number; wholeAtMs: number }[]>;
  /** Deletes counters that say nothing any more. */
  sweep(): Promise<number>;
  forgetUser(tx: Tx, userId: string): Promise<number>;
}
