import { formatMicros, microsOfUsd } from '../../kernel/money.ts';
import type { BudgetsConfig } from '../../platform/config/index.ts';
import type { PauseScope } from './port.ts';

export type BreakerConfig = BudgetsConfig['breaker'];

/** Use of a scope since the window began. */
export interface RecentUse {
  micros: number;
  calls: number;
}

/** More use than `limit` within the window. */
export interface Runaway {
  by: 'spending' | 'calls';
  used: number;
  limit: number;
}

/** The first rule that a scope breaks, money before calls. A rule of null is off. */
export function findRunaway(kind: PauseScope['kind'], use: RecentUse, config: BreakerConfig): Runaway | undefined {
  const usd = kind === 'guild' ? config.guildUsd : config.instanceUsd;
  const calls = kind === 'guild' ? config.guildCalls : config.instanceCalls;
  if (usd !== null && use.micros > microsOfUsd(usd)) {
    return { by: 'spending', used: use.micros, limit: microsOfUsd(usd) };
  }
  if (calls !== null && use.calls > calls) return { by: 'calls', used: use.calls, limit: calls };
  return undefined;
}

/** Follows "because": `$6.20 were spent in 5 minutes`. */
export function reasonOf({ by, used }: Runaway, windowMinutes: number): string {
  const what = by === 'spending' ? `${formatMicros(used)} were spent` : `${used} calls were made`;
  return `${what} in ${windowMinutes === 1 ? 'a minute' : `${windowMinutes} minutes`}`;
}
