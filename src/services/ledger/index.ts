export { overrunOf } from './amounts.ts';
export { createLedger, ledgerMigrations } from './ledger.ts';
export { units } from './port.ts';
export type * from './port.ts';
