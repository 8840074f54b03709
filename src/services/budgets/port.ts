import type { Period } from '../../kernel/calendar.ts';
import type { Db } from '../../platform/postgres/index.ts';
import type { Limit } from '../ledger/index.ts';

/** A budget belongs to a pool, or to a person who caps their own spending. The instance's id is empty. */
export interface BudgetScope {
  kind: 'instance' | 'guild' | 'channel' | 'user';
  id: string;
}

/**
 * `instance`: the bot's owner. `guild`: a guild's administrators, to lower it only. `person`: a person, for themselves.
 */
export type BudgetSetter = 'instance' | 'guild' | 'person';

export interface Budget {
  scope: BudgetScope;
  period: Period;
  micros: number;
  /**
   * `settings` is the YAML. An instance administrator's `command` overrides it until it is reset. A `guild`
   * administrator's value applies while it is the lower one. A `person` caps their own spending.
   */
  source: 'settings' | 'command' | 'guild' | 'person';
}

export interface PauseScope {
  kind: 'instance' | 'guild';
  /** Empty for the instance. */
  id: string;
}

export interface Pause {
  scope: PauseScope;
  /** The reason in a few words: `$6.20 were spent in 5 minutes`. */
  reason: string;
  /** Unix ms. */
  sinceMs: number;
  untilMs: number;
}

export interface BudgetPlace {
  guildId: string | null;
  channelId: string | null;
}

/**
 * Money caps of pools and persons, from the settings and by command, and pauses. Answers from memory, except for users.
 */
export interface Budgets {
  /** Every cap that applies in a place: instance, guild, channel; one per scope and period. */
  pools(place: BudgetPlace): Budget[];
  /** The caps that a person set for themselves. One query; on the transaction when `db` is one. */
  personal(userId: string, db?: Db): Promise<Budget[]>;
  asLimits(budgets: readonly Budget[]): Limit[];
  /** The owner's value for a scope, regardless of guild administrators' own. */
  allowed(scope: BudgetScope, period: Period): Budget | undefined;
  /**
   * Undefined resets what the same setter set. Rejects with a UserError `budgets.too-high` (data: `most`, as `$5.00`)
   * when a guild's value exceeds the owner's.
   */
  set(scope: BudgetScope, period: Period, micros: number | undefined, by: BudgetSetter): Promise<void>;
  /** The shares of a pool at which its owner is notified, ascending: `[0.5, 0.8, 1]`. */
  readonly warnAt: readonly number[];
  /** Above this share of a pool, the cheaper model answers; undefined when that is off. */
  readonly downgrade: { at: number; model: string } | undefined;
  /** The pause that applies in a place, the instance's before the guild's. */
  paused(place: Pick<BudgetPlace, 'guildId'>): Pause | undefined;
  /** Pauses that are active now. */
  pauses(): Pause[];
  /** When a scope's latest pause ended or will end (Unix ms); 0 without one. */
  pausedUntil(scope: PauseScope): number;
  /** False when the scope is already paused, perhaps by another process just before: only one caller gets true. */
  pause(pause: Pause): Promise<boolean>;
  /** Ends a pause. False when there is none. */
  resume(scope: PauseScope): Promise<boolean>;
}
