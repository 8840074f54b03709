import type { Period } from '../../kernel/calendar.ts';
import type { Db } from '../../platform/postgres/index.ts';
import type { Limit } from '../ledger/index.ts';

/** Whose budget: a pool, or what a person allows themselves. The instance's id is empty. */
export interface BudgetScope {
  kind: 'instance' | 'guild' | 'channel' | 'user';
  id: string;
}

/** Who sets a budget: whoever runs the bot, whoever runs a guild (to tighten only), or a person for themselves. */
export type BudgetSetter = 'instance' | 'guild' | 'person';

export interface Budget {
  scope: BudgetScope;
  period: Period;
  micros: number;
  /**
   * `settings` is the YAML; an instance administrator's `command` wins over it until it is unset; a `guild`
   * administrator's own counts while it is the lower one; a `person` sets a cap for themselves.
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
  /** Why, in a few words: `$6.20 were spent in 5 minutes`. */
  reason: string;
  /** Unix ms. */
  sinceMs: number;
  untilMs: number;
}

export interface BudgetPlace {
  guildId: string | null;
  channelId: string | null;
}

/** Caps on money for pools and persons, from the settings and by command, and pauses. Answers from memory but for users. */
export interface Budgets {
  /** Every cap on the pools of a place: instance, guild, channel; of each scope and period the one that counts. */
  pools(place: BudgetPlace): Budget[];
  /** The caps that a person set for themselves. One query, within a transaction when `db` is one. */
  personal(userId: string, db?: Db): Promise<Budget[]>;
  asLimits(budgets: readonly Budget[]): Limit[];
  /** What whoever runs the bot allows a scope, whatever a guild's administrators made of it. */
  allowed(scope: BudgetScope, period: Period): Budget | undefined;
  /**
   * Undefined unsets what the same setter set. Rejects with a UserError `budgets.too-high` (data: `most`, as
   * `$5.00`) when a guild's is above what it is allowed.
   */
  set(scope: BudgetScope, period: Period, micros: number | undefined, by: BudgetSetter): Promise<void>;
  /** The shares of a pool at which its owner is told, ascending: `[0.5, 0.8, 1]`. */
  readonly warnAt: readonly number[];
  /** Above this share of a pool, answers come from the cheaper model; undefined when that is off. */
  readonly downgrade: { at: number; model: string } | undefined;
  /** The pause that concerns a place, the instance's before the guild's. */
  paused(place: Pick<BudgetPlace, 'guildId'>): Pause | undefined;
  /** Those in force. */
  pauses(): Pause[];
  /** When the latest pause of a scope ended or is to end (Unix ms); 0 when it never was paused. */
  pausedUntil(scope: PauseScope): number;
  /** False when the scope is paused already, perhaps by another process a moment ago: exactly one caller gets true. */
  pause(pause: Pause): Promise<boolean>;
  /** Ends a pause. False when there is none. */
  resume(scope: PauseScope): Promise<boolean>;
}
