import type { Budget } from '../../sdk/index.ts';
import type { MoneyContext } from './money.ts';
import type { FilledBudget } from './views/budget.ts';

/** How full each budget is. */
export async function fill({ money }: MoneyContext, budgets: readonly Budget[]): Promise<FilledBudget[]> {
  const levels = await money.ledger.levels(money.budgets.asLimits(budgets));
  return budgets.flatMap((budget, index) => {
    const level = levels[index];
    return level ? [{ budget, level }] : [];
  });
}
