import type { Period } from '../../kernel/calendar.ts';
import type { JsonObject } from '../../kernel/json.ts';
import type { Db, Tx } from '../../platform/postgres/index.ts';

/** The units of use: micro-US-dollars, model tokens, pictures. Always whole numbers. */
export type Unit = 'micros' | 'tokens' | 'images';
export const units: readonly Unit[] = ['micros', 'tokens', 'images'];
/** Never negative; a missing unit is 0. */
export type Amounts = Readonly<Partial<Record<Unit, number>>>;

/**
 * An account holder: use is counted for each. Listed in the order in which they are locked. The instance's `id` is
 * empty.
 */
export interface Holder {
  kind: 'instance' | 'guild' | 'channel' | 'user';
  id: string;
}

/** A cap on a holder's use of a unit per calendar period: spent plus held never exceeds it. */
export interface Limit {
  holder: Holder;
  unit: Unit;
  period: Period;
  cap: number;
  /** The rule that it comes from, shown to people: `role member`, `budget guild`, `personal cap`. */
  rule: string;
}

/**
 * What the payer may use of a unit for free per period. After it, their savings are used (credits, bonus tokens), which
 * never expire. With an amount of null the unit is unlimited for this payer.
 */
export interface Allowance {
  unit: Unit;
  period: Period;
  amount: number | null;
  rule: string;
}

/** What a request may use, fixed on admission. */
export interface Terms {
  payerId: string;
  guildId: string | null;
  /** null when no channel is involved. */
  channelId: string | null;
  /** At most one per unit. */
  allowances: readonly Allowance[];
  limits: readonly Limit[];
}

export interface HoldRequest {
  /** Identifies the hold: the same key returns the stored hold and changes nothing. A refusal isn't stored. */
  key: string;
  /** Groups the holds of one request: `chat/answer/<id>`. */
  request: string;
  /** The purpose: `admission`, `answer`, `title`, `tool:python`. */
  step: string;
  /** The job's attempt; 0 for an admission. */
  attempt: number;
  terms: Terms;
  /** The highest possible cost. */
  wanted: Amounts;
  /** The smallest useful amount; less is refused. `wanted` by default. */
  least?: Amounts;
  /** `expire` ends it after this time (Unix ms). */
  expiresAtMs: number;
  /** Model, place in the rules and other facts for `/why`. Never text that people wrote. */
  facts?: JsonObject;
}

export type HoldState = 'open' | 'settled' | 'released' | 'expired' | 'lost';

export interface Hold {
  key: string;
  request: string;
  step: string;
  attempt: number;
  terms: Terms;
  state: HoldState;
  /** Granted: between `least` and `wanted`. */
  held: Amounts;
  /** After it ended: the payer's charge, its part from savings, and refunds since. */
  charged: Amounts;
  fromSavings: Amounts;
  refunded: Amounts;
  /** Lost, or an overrun (see `Ledger`): charged to the instance. */
  onInstance: Amounts;
  createdAtMs: number;
  endedAtMs: number | null;
  facts: JsonObject;
}

/** The limit that a request doesn't fit. */
export interface Refusal {
  holder: Holder;
  unit: Unit;
  period: Period;
  rule: string;
  /** For an allowance: its amount plus savings. */
  cap: number;
  /** Including overruns. */
  spent: number;
  held: number;
  /** The least that the request needs. */
  needed: number;
  /** When the period ends (Unix ms). */
  resetsAtMs: number;
  /** True when it would fit if nothing were held: it may fit when other requests have ended. */
  passing: boolean;
}

export type HoldResult = { status: 'held'; hold: Hold } | { status: 'refused'; refusal: Refusal };

/** The use of a limit or allowance. An overrun can take `spent` past the cap. */
export interface Level {
  limit: Limit;
  spent: number;
  held: number;
  resetsAtMs: number;
}

/** The payer's own use of an allowance in this period, and their savings. */
export interface Balance {
  allowance: Allowance;
  spent: number;
  held: number;
  /**
   * Use in this period that no one was charged for. It reduces what allowance and savings still give until the period
   * ends.
   */
  overrun: number;
  savings: { granted: number; spent: number; held: number };
  resetsAtMs: number;
}

/**
 * How a settlement moved the use of a limit, in shares of its cap. It crossed every threshold with `before` < threshold
 * ≤ `after`.
 */
export interface ThresholdCrossing {
  limit: Limit;
  before: number;
  after: number;
}

export interface Settlement {
  hold: Hold;
  /** False when the hold had ended before; then nothing changed. */
  ended: boolean;
  crossings: readonly ThresholdCrossing[];
}

/** A change of a person's money. */
export interface MoneyMovement {
  kind: 'charge' | 'refund' | 'grant';
  atMs: number;
  /** First part of the charged or refunded request: `chat`, `summary`, `images`; null for a grant. */
  request: string | null;
  model: string | null;
  /** Micro-dollars; a charge is negative. */
  amount: number;
  /**
   * What was left after it: the day's free money and credits; after a grant, the credits alone. Null without a limit.
   */
  left: number | null;
}

/** Use of one day. */
export interface DayOfUse {
  /** `2026-11-21`, UTC. */
  day: string;
  spent: Amounts;
  /** Settled holds by the first part of their request: `{ chat: 12 }`. */
  calls: Readonly<Record<string, number>>;
  /** Charges of these holds in micro-dollars, before refunds. */
  costs: Readonly<Record<string, number>>;
}

/**
 * The one place where use is held and charged. Guarantees, under any concurrency of processes:
 * - No hold takes spent plus held past a cap.
 * - Every hold ends exactly once.
 * - The entries of every transaction sum to zero in each unit.
 * - The stored figures of every account equal the sum of its entries.
 * A call that fails because the database is away has changed nothing or everything; call again with the same key to
 * learn which.
 *
 * An overrun is use beyond the hold. The payer is charged the hold and the instance the rest, but all of it is added to
 * the meters of payer, guild, channel and instance. So spent can pass a cap by the overruns of running calls, and
 * nothing more is held under that cap until its period ends.
 *
 * An admission is a place in line, not money. It counts against later admissions (spent + held + admitted + own ≤ cap)
 * but gives way to holds of calls, so waiting requests never refuse a call that fits.
 */
export interface Ledger {
  /**
   * Runs in the caller's transaction, as its last step before the queue's locks. Invalid input (fractions, negative
   * amounts, limits on holders that the terms don't name) rejects with a RangeError, here and everywhere.
   */
  admit(tx: Tx, request: HoldRequest): Promise<HoldResult>;
  /** Ends the admission of a request, if it is open. */
  dismiss(request: string): Promise<void>;
  /**
   * Call it before each paid call. Success ends the request's admission. Concurrent calls in one process share a
   * transaction.
   */
  reserve(request: HoldRequest): Promise<HoldResult>;
  /**
   * Charges the use, at most the hold: the allowance first, then savings. More is an overrun. Rejects for an unknown
   * key.
   */
  settle(key: string, actual: Amounts, facts?: JsonObject): Promise<Settlement>;
  /** Releases the whole hold: nothing was used. */
  release(key: string, facts?: JsonObject): Promise<Hold | undefined>;
  /**
   * The use is unknown, or the payer should not pay for it. `used` (by default all of it) is charged to the instance
   * and counts against the instance's caps only. Use beyond the hold is an overrun here too.
   */
  lose(key: string, used?: Amounts, facts?: JsonObject): Promise<Hold | undefined>;
  /**
   * The payer cancelled the call before they got anything. `used` is charged to the instance, but also added to the
   * meters of payer, guild and channel. Otherwise asking and cancelling would avoid every cap but the instance's.
   */
  waive(key: string, used: Amounts, facts?: JsonObject): Promise<Hold | undefined>;
  /**
   * Writes off the charge of a settled hold that no one got anything for: what wasn't refunded is charged to the
   * instance, as if it had been lost. Changes nothing for other holds; an overrun stays counted.
   */
  writeOff(key: string): Promise<Hold | undefined>;
  /**
   * Refunds a charge, at most all of it, to savings first. The same `key` again changes nothing; nor does a refund of
   * an uncharged hold. Rejects for an unknown hold key.
   */
  refund(holdKey: string, refund: { key: string; actorId: string; reason: string; amounts?: Amounts }): Promise<Hold>;
  /** Runs `lose` for every open call hold of a request whose job runs again after a crash. Returns their number. */
  recover(request: string): Promise<number>;
  /** Ends expired holds: admissions like `release`, calls like `lose`. Returns their number. */
  expire(): Promise<number>;
  /**
   * Adds to a person's savings, or removes from them what is free at most. `savings` is the new total, held or not.
   * Rejects with a UserError `ledger/too-little` (data: `most`). The same key again changes nothing.
   */
  grant(
    db: Db,
    grant: { key: string; userId: string; unit: Unit; amount: number; actorId: string; reason: string },
  ): Promise<{ savings: number; changed: boolean }>;
  levels(limits: readonly Limit[]): Promise<Level[]>;
  balances(userId: string, allowances: readonly Allowance[]): Promise<Balance[]>;
  /** Changes of a person's money, newest first. */
  movements(userId: string, limit: number): Promise<MoneyMovement[]>;
  /** The days on which a holder used something, oldest first. */
  use(holder: Holder, firstDay: string, lastDay: string): Promise<DayOfUse[]>;
  /** The requests that a person has paid for. */
  requestsOf(db: Db, userId: string): Promise<string[]>;
  /** Every hold of a request, oldest first. */
  holds(request: string): Promise<Hold[]>;
  /**
   * Charged, lost and held micro-dollars and the number of calls (failed ones too) since a time, per guild. Null is
   * direct messages. For the breaker.
   */
  recent(sinceMs: number): Promise<{ guildId: string | null; micros: number; calls: number }[]>;
  /**
   * Recomputes every account from its entries and open holds. Returns the differences, for doctor and tests; empty is
   * right.
   */
  verify(): Promise<{ account: string; unit: Unit; stored: number; folded: number }[]>;
  exportUser(userId: string): Promise<JsonObject>;
  /**
   * Replaces the ids of a person and of their direct message channels by pseudonyms, and deletes their savings. The
   * pools' figures stay correct. Returns the number of changed rows.
   */
  forgetUser(tx: Tx, userId: string): Promise<number>;
}
