import type { Period } from '../../kernel/calendar.ts';
import type { JsonObject } from '../../kernel/json.ts';
import type { Db, Tx } from '../../platform/postgres/index.ts';

/** What is counted: micro-US-dollars, model tokens, pictures. Always whole numbers. */
export type Unit = 'micros' | 'tokens' | 'images';
export const units: readonly Unit[] = ['micros', 'tokens', 'images'];
/** Not negative; a missing unit is 0. */
export type Amounts = Readonly<Partial<Record<Unit, number>>>;

/** Whose use is counted, in the order in which locks are taken. `id` is empty for the instance. */
export interface Holder {
  kind: 'instance' | 'guild' | 'channel' | 'user';
  id: string;
}

/** A cap on what a holder uses of a unit in a calendar period: spent plus held never passes it. */
export interface Limit {
  holder: Holder;
  unit: Unit;
  period: Period;
  cap: number;
  /** The rule that it comes from, for explanations: `role member`, `budget guild`, `personal cap`. */
  rule: string;
}

/**
 * What the payer may use of a unit without paying: an allowance per period, and after it their savings (credits, bonus
 * tokens), which never expire. Without an allowance (null) the unit is free of limits for this payer.
 */
export interface Purse {
  unit: Unit;
  period: Period;
  allowance: number | null;
  rule: string;
}

/** What a request may use, fixed when it is admitted. */
export interface Terms {
  payerId: string;
  guildId: string | null;
  /** null when no channel is concerned. */
  channelId: string | null;
  /** At most one for each unit. */
  purses: readonly Purse[];
  limits: readonly Limit[];
}

export interface HoldRequest {
  /** Of this hold: the same key again gives the hold, as it is by then, and changes nothing. A refusal is not kept. */
  key: string;
  /** Groups the holds of one request: `chat/answer/<id>`. */
  request: string;
  /** What is paid for: `admission`, `answer`, `title`, `tool:python`. */
  step: string;
  /** Of the job; 0 for an admission. */
  attempt: number;
  terms: Terms;
  /** The worst case. */
  wanted: Amounts;
  /** What it can do with; less is refused. `wanted` unless given. */
  least?: Amounts;
  /** From then on `expire` ends it (Unix ms). */
  expiresAtMs: number;
  /** Model, place in the rules and other facts for `/why`: no text that people wrote. */
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
  /** After it ended: what the payer was charged, of it from savings, and what was refunded since. */
  charged: Amounts;
  fromSavings: Amounts;
  refunded: Amounts;
  /** Lost, or an overrun (see `Ledger`): on the instance's account. */
  onInstance: Amounts;
  createdAtMs: number;
  endedAtMs: number | null;
  facts: JsonObject;
}

/** Why something does not fit. */
export interface Refusal {
  holder: Holder;
  unit: Unit;
  period: Period;
  rule: string;
  /** The allowance plus savings for a purse. */
  cap: number;
  /** With overruns. */
  spent: number;
  held: number;
  /** The least that would have been needed. */
  needed: number;
  /** When the period ends (Unix ms). */
  resetsAtMs: number;
  /** True when it would fit if nothing were held: waiting for other requests to end may help. */
  passing: boolean;
}

export type HoldResult = { status: 'held'; hold: Hold } | { status: 'refused'; refusal: Refusal };

/** How full a limit or purse is. An overrun takes `spent` past the cap. */
export interface Level {
  limit: Limit;
  spent: number;
  held: number;
  resetsAtMs: number;
}

/** The payer's own: allowance used in this period and savings. */
export interface Balance {
  purse: Purse;
  spent: number;
  held: number;
  /** Of this period: charged to nobody, but neither allowance nor savings give as much again before it is over. */
  overrun: number;
  savings: { granted: number; spent: number; held: number };
  resetsAtMs: number;
}

/** A limit that this settlement filled beyond a share: `before` < share ≤ `after`, both of cap. */
export interface Filling {
  limit: Limit;
  before: number;
  after: number;
}

export interface Settlement {
  hold: Hold;
  /** False when the hold had ended before: nothing was changed. */
  ended: boolean;
  fillings: readonly Filling[];
}

/** What changed a person's money. */
export interface MoneyMovement {
  kind: 'charge' | 'refund' | 'grant';
  atMs: number;
  /** First part of the request that was charged or refunded: `chat`, `summary`, `images`; null for a grant. */
  request: string | null;
  model: string | null;
  /** Micro-dollars; below zero is a charge. */
  amount: number;
  /** What was then left: the day's free money and credits, or after a grant the credits alone. Null without a limit. */
  left: number | null;
}

/** Use of one day. */
export interface DayOfUse {
  /** `2026-11-21`, UTC. */
  day: string;
  spent: Amounts;
  /** Settled holds by first part of their request: `{ chat: 12 }`. */
  calls: Readonly<Record<string, number>>;
  /** What these were charged, in micro-dollars, refunds not taken off. */
  costs: Readonly<Record<string, number>>;
}

/**
 * The one place where use is held and charged. No hold takes spent plus held past a cap, under any concurrency of
 * processes; every hold ends exactly once; every transaction of entries sums to zero in each unit; what is in memory of an
 * account equals the fold of its entries. A call that fails because the database is away has changed nothing or everything:
 * asking again with the same key tells.
 *
 * A call that uses more than was held for it overruns: the payer is charged what was held and the instance the rest, but
 * all of it counts in the meters of the payer, guild, channel and instance. So spent may pass a cap by the overruns of
 * calls that were under way, and nothing more is held under that cap before its period ends.
 *
 * An admission is a place in line, not money: it counts against later admissions (spent + held + admitted + own ≤ cap)
 * but gives way to holds of calls, so that requests which wait never refuse a call that fits.
 */
export interface Ledger {
  /**
   * In the caller's transaction, as the last thing but the queue's locks. What makes no sense (fractions, negative amounts,
   * limits on holders that the terms do not name) rejects with a RangeError, here and everywhere.
   */
  admit(tx: Tx, request: HoldRequest): Promise<HoldResult>;
  /** Ends the admission of a request, if it is open. */
  dismiss(request: string): Promise<void>;
  /**
   * Before each call that costs. Ends the request's admission when it succeeds. Calls of one process that come at the
   * same time share a transaction.
   */
  reserve(request: HoldRequest): Promise<HoldResult>;
  /**
   * Charges what was used, at most what was held; the allowance first, then savings. More is an overrun. Rejects for a key
   * that nothing is held under.
   */
  settle(key: string, actual: Amounts, facts?: JsonObject): Promise<Settlement>;
  /** Gives everything back: nothing was used. */
  release(key: string, facts?: JsonObject): Promise<Hold | undefined>;
  /**
   * Nobody knows what was used, or the payer is not to pay for it: `used` (all of it unless given) is on the instance, and
   * counts against the instance's caps alone. What is beyond the hold is an overrun here, too.
   */
  lose(key: string, used?: Amounts, facts?: JsonObject): Promise<Hold | undefined>;
  /**
   * The payer ended the call before they got anything: `used` is on the instance, and counts in the meters of the payer,
   * guild and channel too. Otherwise asking and stopping would be a way around every cap but the instance's.
   */
  waive(key: string, used: Amounts, facts?: JsonObject): Promise<Hold | undefined>;
  /**
   * Nobody got what a settled hold was charged for: as if it had been lost, what was charged and not refunded is on the
   * instance. Changes nothing for another hold; an overrun stays counted.
   */
  takeBack(key: string): Promise<Hold | undefined>;
  /**
   * Gives back what was charged, at most all of it, to savings first. The same `key` again changes nothing; neither does
   * the refund of a hold that was not charged. Rejects for a key that nothing was held under.
   */
  refund(holdKey: string, refund: { key: string; actorId: string; reason: string; amounts?: Amounts }): Promise<Hold>;
  /** `lose` for every open hold of calls of a request: its job is run again after a crash. Returns how many. */
  recover(request: string): Promise<number>;
  /** Ends holds whose time is over as `expired`: as `release` does for admissions, as `lose` for calls. Returns how many. */
  expire(): Promise<number>;
  /**
   * Adds to a person's savings, or takes away: never below what is free. `savings` is what is then left, held or not. Rejects
   * with a UserError `ledger/too-little` (data: `most`). The same key again changes nothing.
   */
  grant(
    db: Db,
    grant: { key: string; userId: string; unit: Unit; amount: number; actorId: string; reason: string },
  ): Promise<{ savings: number; changed: boolean }>;
  levels(limits: readonly Limit[]): Promise<Level[]>;
  balances(userId: string, purses: readonly Purse[]): Promise<Balance[]>;
  /** What changed a person's money, newest first. */
  movements(userId: string, limit: number): Promise<MoneyMovement[]>;
  /** Days of use of a holder, without those on which nothing was used, oldest first. */
  use(holder: Holder, firstDay: string, lastDay: string): Promise<DayOfUse[]>;
  /** The requests that a person has paid for. */
  requestsOf(db: Db, userId: string): Promise<string[]>;
  /** Every hold of a request, oldest first. */
  holds(request: string): Promise<Hold[]>;
  /**
   * Charged, on the instance and held in micro-dollars, and calls, failed ones too, since a time, per guild (null: direct
   * messages), for the breaker.
   */
  recent(sinceMs: number): Promise<{ guildId: string | null; micros: number; calls: number }[]>;
  /** Recomputes every account from its entries and open holds: what differs, for doctor and tests. Empty is right. */
  verify(): Promise<{ account: string; unit: Unit; stored: number; folded: number }[]>;
  exportUser(userId: string): Promise<JsonObject>;
  /**
   * Replaces the person, and the channels of their direct messages, by names that lead nowhere; savings are gone. Figures
   * of pools stay true. Returns how many rows changed.
   */
  forgetUser(tx: Tx, userId: string): Promise<number>;
}
