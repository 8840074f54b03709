import { mkdir, open, readdir, readFile, rename, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { StartError, errorMessage } from '../../kernel/errors.ts';
import { isFileId, placeOf } from './byte-store.ts';
import type { ByteStore } from './byte-store.ts';

const temporary = '.tmp';
/** Files in a folder. Throws a StartError when it cannot be used. */
export async function openDisk(path: string): Promise<ByteStore> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new StartError(`The folder of files ${path} cannot be used: ${errorMessage(error)}. Set files.path.`, {
      cause: error,
    });
  }
  const folderOf = (id: string): string => join(path, placeOf(id).folder);
  return {
    write: async (id, bytes) => {
      const folder = folderOf(id);
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const draft = join(folder, id + temporary);
      try {
        await writeDurably(draft, bytes);
        await rename(draft, join(folder, id));
      } catch (error) {
        await unlinkIfThere(draft);
        throw error;
      }
      await syncFolder(folder);
    },
    read: async (id, mostBytes) => {
      const file = join(folderOf(id), id);
      const found = await orUndefined(stat(file));
      if (found && found.size > mostBytes) throw new Error(`A file has more than ${mostBytes} bytes`);
      return found && orUndefined(readFile(file));
    },
    remove: async (id) => unlinkIfThere(join(folderOf(id), id)),
    list: (beforeMs) => listOld(path, beforeMs),
  };
}

async function* listOld(path: string, beforeMs: number): ReturnType<ByteStore['list']> {
  for (const folder of await readdir(path)) {
    if (!/^[0-9a-f]{2}$/.test(folder)) continue;
    for (const name of await readdir(join(path, folder))) {
      const file = join(path, folder, name);
      const id = name.replace(temporary, '');
      const found = await orUndefined(stat(file));
      if (!found || !isFileId(id) || found.mtimeMs >= beforeMs) continue;
      yield { id: name, remove: () => unlinkIfThere(file) };
    }
  }
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'w', 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes the rename itself durable, on systems that can do this for folders. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => undefined);
  await folder?.sync().catch(() => undefined);
  await folder?.close();
}

async function orUndefined<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function unlinkIfThere(path: string): Promise<void> {
  await orUndefined(unlink(path));
}
