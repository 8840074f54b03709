import type { Budget } from '../../sdk/index.ts';
import type { MoneyContext } from './money.ts';
import type { FilledBudget } from './views/budget.ts';

/** Adds to each budget how much of it is used. */
export async function fill({ money }: MoneyContext, budgets: readonly Budget[]): Promise<FilledBudget[]> {
  const levels = await money.ledger.levels(money.budgets.asLimits(budgets));
  return budgets.flatMap((budget, index) => {
    const level = levels[index];
    return level ? [{ budget, level }] : [];
  });
}
