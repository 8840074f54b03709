export type * from './port.ts';
export { createQueue, queueMigrations } from './queue.ts';
export { LeaseLost, ShuttingDown } from './reasons.ts';
