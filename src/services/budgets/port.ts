import type { Period } from '../../kernel/calendar.ts';
import type { Limit } from '../ledger/index.ts';

/** Whose budget: a pool, or what a person allows themselves. */
export interface BudgetScope {
  kind: 'instance' | 'guild' | 'channel' | 'user';
  id: string;
}

export interface Budget {
  scope: BudgetScope;
  period: Period;
  micros: number;
  /** `settings` is the YAML; `command` wins over it until it is unset. */
  source: 'settings' | 'command';
}

export interface Pause {
  scope: { kind: 'instance' | 'guild'; id: string };
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
  /** Every cap on the pools of a place. A guild's own command may only be lower than what the settings allow it. */
  pools(place: BudgetPlace): Budget[];
  /** The caps that a person set for themselves. One query. */
  personal(userId: string): Promise<Budget[]>;
  asLimits(budgets: readonly Budget[]): Limit[];
  /** Undefined unsets. Rejects with a UserError when a guild's or channel's is above what the settings allow. */
  set(scope: BudgetScope, period: Period, micros: number | undefined): Promise<void>;
  /** The shares of a pool at which its owner is told, ascending: `[0.5, 0.8, 1]`. */
  readonly warnAt: readonly number[];
  /** Above this share of a pool, answers come from the cheaper model; undefined when that is off. */
  readonly downgrade: { at: number; model: string } | undefined;
  /** The pause that concerns a place, if any. */
  paused(place: BudgetPlace): Pause | undefined;
  pauses(): Pause[];
  pause(pause: Pause): Promise<void>;
  resume(scope: Pause['scope']): Promise<boolean>;
}
