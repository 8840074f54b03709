import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Keeps bytes under names that the emulator itself chose; foreign file names never reach the disk. */
export interface FileStore {
  put(file: string, data: Buffer): void;
  get(file: string): Buffer | undefined;
  delete(file: string): void;
}

export function createFileStore(dataDir: string | null): FileStore {
  return dataDir === null ? inMemory() : onDisk(dataDir);
}

function inMemory(): FileStore {
  const files = new Map<string, Buffer>();
  return {
    put: (file, data) => void files.set(file, data),
    get: (file) => files.get(file),
    delete: (file) => void files.delete(file),
  };
}

function onDisk(dataDir: string): FileStore {
  return {
    put(file, data) {
      const path = join(dataDir, file);
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      writeFileSync(path, data, { mode: 0o600 });
    },
    get(file) {
      try {
        return readFileSync(join(dataDir, file));
      } catch {
        return undefined;
      }
    },
    delete(file) {
      rmSync(join(dataDir, file), { force: true });
    },
  };
}
