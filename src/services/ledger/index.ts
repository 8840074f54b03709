export { createLedger, ledgerMigrations, type LedgerOptions } from './ledger.ts';
export { units } from './port.ts';
export type * from './port.ts';
