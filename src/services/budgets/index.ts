export { createBreaker } from './breaker.ts';
export type { Breaker, BreakerOptions } from './breaker.ts';
export { openBudgets } from './budgets.ts';
export type { BudgetsOptions } from './budgets.ts';
export type * from './port.ts';
