import { periodAt } from '../../kernel/calendar.ts';
import { dayAt } from '../../kernel/calendar.ts';
import { overrunOf, units } from '../ledger/index.ts';
import type { ThresholdCrossing, Hold, Settlement } from '../ledger/index.ts';
import type { SpendingOptions } from './options.ts';
import type { Notice } from './port.ts';
import { amount, periodEnd } from './refusals.ts';

/** The highest of the shares that a settlement passed, if it passed any. */
function sharePassed({ before, after }: Pick<ThresholdCrossing, 'before' | 'after'>, shares: readonly number[]) {
  return shares.findLast((share) => before < share && share <= after);
}

/** What the payer reads below the answer; the owners of a pool are told by a message of their own. */
export function noticesOf(options: SpendingOptions, { hold, crossings }: Settlement): Notice[] {
  const notices: Notice[] = [];
  for (const crossing of crossings) {
    const share = sharePassed(crossing, options.budgets.warnAt);
    if (share === undefined) continue;
    const { limit } = crossing;
    const data = {
      percent: Math.round(share * 100),
      cap: amount(limit.unit, limit.cap),
      period: limit.period,
      reset: periodEnd(periodAt(limit.period, hold.createdAtMs).endMs, limit.period),
    };
    if (limit.holder.kind === 'user') notices.push({ key: `spending.own.${limit.unit}`, data });
    else options.tellOwners({ key: `spending.pool.${limit.holder.kind}`, data: { ...data, id: limit.holder.id } });
  }
  return notices;
}

/** The models whose overruns the owner has heard of, with the day, by the process that tells. */
const told = new WeakMap<SpendingOptions, Set<string>>();

/** Tells the owner that a model used more than was held for it: once a day for each model, since the log has the rest. */
export function tellOverrun(options: SpendingOptions, hold: Hold): void {
  const overrun = overrunOf(hold);
  const unit = units.find((one) => (overrun[one] ?? 0) > 0);
  if (!unit) return;
  const { model } = hold.facts;
  if (typeof model !== 'string') return;
  const name = `${model} ${dayAt(options.clock.now())}`;
  const before = told.get(options) ?? new Set();
  told.set(options, before);
  if (before.has(name)) return;
  before.add(name);
  const held = hold.held[unit] ?? 0;
  const data = { model, held: amount(unit, held), used: amount(unit, held + (overrun[unit] ?? 0)) };
  options.tellOwners({ key: `spending.overrun.${unit}`, data });
}
