export type * from './port.ts';
export { createQueue, queueMigrations, type QueueOptions } from './queue.ts';
export { LeaseLost, ShuttingDown } from './reasons.ts';
