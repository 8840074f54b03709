export type * from './port.ts';
export { openBucket } from './bucket.ts';
export { openDisk } from './disk.ts';
export type { BucketConfig, ByteStore } from './byte-store.ts';
export { createFiles, filesMigrations } from './files.ts';
