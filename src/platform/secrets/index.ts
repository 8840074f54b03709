export type * from './port.ts';
export { loadInstanceKey } from './instance-key.ts';
export { createVault, secretsMigrations } from './vault.ts';
