import { periodAt } from '../../kernel/calendar.ts';
import type { Filling, Settlement } from '../ledger/index.ts';
import type { SpendingOptions } from './options.ts';
import type { Notice } from './port.ts';
import { amount, when } from './refusals.ts';

/** The highest of the shares that a filling passed, if it passed any. */
function sharePassed({ before, after }: Pick<Filling, 'before' | 'after'>, shares: readonly number[]) {
  return shares.findLast((share) => before < share && share <= after);
}

/** What the payer reads below the answer; the owners of a pool are told by a message of their own. */
export function noticesOf(options: SpendingOptions, { hold, fillings }: Settlement): Notice[] {
  const notices: Notice[] = [];
  for (const filling of fillings) {
    const share = sharePassed(filling, options.budgets.warnAt);
    if (share === undefined) continue;
    const { limit } = filling;
    const data = {
      percent: Math.round(share * 100),
      cap: amount(limit.unit, limit.cap),
      period: limit.period,
      reset: when(periodAt(limit.period, hold.createdAtMs).endMs),
    };
    if (limit.holder.kind === 'user') notices.push({ key: `spending.own.${limit.unit}`, data });
    else options.tellOwners({ key: `spending.pool.${limit.holder.kind}`, data: { ...data, id: limit.holder.id } });
  }
  return notices;
}
