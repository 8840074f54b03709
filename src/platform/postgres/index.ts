export type * from './port.ts';
export { DataFolderInUse, lockDataFolder, type DataFolderLock } from './data-folder.ts';
export { openPostgres, type OpenPostgresOptions } from './open.ts';
