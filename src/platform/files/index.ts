export type * from './port.ts';
export { openDisk } from './disk.ts';
export type { Disk } from './disk.ts';
export { createFiles, filesMigrations } from './files.ts';
