export { createBreaker } from './breaker.ts';
export type { Breaker } from './breaker.ts';
export { openBudgets } from './budgets.ts';
export type * from './port.ts';
