import type { Db, Tx } from '../../platform/postgres/index.ts';

/** At most `count` takes in any period of `periodMs`, for one key. */
export interface Rate {
  /** `user:1/requests/minute`. Keys of a user begin with `user:<id>/`, so that they can be forgotten. */
  key: string;
  /** A whole number; 0 allows nothing. A take costs the same for every count. */
  count: number;
  /** A whole number, at least 1. */
  periodMs: number;
  /** The rule that it comes from, shown to people. */
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
 * Rate limits, exact over all processes: takes are stored in the database, and a take of several rates takes all or
 * none. A clock that is set back blocks no one for longer than two periods.
 */
export interface Limits {
  /**
   * Runs in the caller's transaction when `db` is one: a rollback undoes the takes, and takes of the same keys wait
   * until it ends. Throws a RangeError for an invalid rate, and for two rates of one key.
   */
  take(db: Db, rates: readonly Rate[]): Promise<TakeResult>;
  /**
   * Undoes the latest take of a key, for a use that failed, unless that take was made after `takenByMs` (Unix ms): it is
   * another's then.
   */
  giveBack(db: Db, take: { key: string; takenByMs: number }): Promise<void>;
  /** What is left of each rate and when it is fully available again. Takes nothing. In the order of the rates. */
  peek(rates: readonly Rate[]): Promise<{ rate: Rate; left: number; wholeAtMs: number }[]>;
  /** Deletes takes outside every period; returns their number. */
  sweep(): Promise<number>;
  /** Deletes the takes of all keys that begin with `user:<id>/`; returns their number. */
  forgetUser(tx: Tx, userId: string): Promise<number>;
}
