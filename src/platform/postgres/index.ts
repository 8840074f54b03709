export type * from './port.ts';
export { attachPostgres } from './attach.ts';
export { DataFolderInUse, lockDataFolder } from './data-folder.ts';
export { openPostgres, type OpenPostgresOptions } from './open.ts';
