import { access, constants, mkdir, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StartError } from '../../kernel/errors.ts';

/**
 * Creates the data folder if necessary. Other users may pass through it but not list it, because the embedded server
 * runs as another user when we are root. Secret files inside have their own mode.
 */
export async function ensureDataFolder(dataDir: string): Promise<void> {
  try {
    await makeFolder(resolve(dataDir));
    await access(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw dataFolderError(dataDir, error);
  }
}

/** Like `recursive`, which never returns where the system refuses a folder with ENOENT, as in /proc. */
async function makeFolder(path: string): Promise<void> {
  const parent = dirname(path);
  if (!(await exists(parent))) await makeFolder(parent);
  await mkdir(path, { mode: 0o711 }).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST' || !(await stat(path)).isDirectory()) throw error;
  });
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false;
      throw error;
    },
  );
}

const fileInTheWay = 'A file is in the way: move it, or choose another data folder.';

/** The remedy by the system's error code. */
const remedies: Readonly<Record<string, string>> = {
  ENOSPC: 'The disk is full: free some space.',
  EROFS: 'The file system is read-only: choose another data folder.',
  EEXIST: fileInTheWay,
  ENOTDIR: fileInTheWay,
  ENOENT: 'Nothing can be made there: choose another data folder.',
};

/** Names the refused path and the remedy. */
export function dataFolderError(path: string, error: unknown): StartError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  const remedy =
    remedies[code] ?? 'Give the user that runs Familiar the right to read and write it, or choose another data folder.';
  return new StartError(`The data folder ${resolve(path)} cannot be used (${code}). ${remedy}`, { cause: error });
}

/** Another Familiar uses the data folder. */
export class DataFolderInUse extends StartError {
  /** The process that holds it, in readable form; undefined when it left no name. */
  readonly holder: string | undefined;

  constructor(dataDir: string, holder: Holder | undefined) {
    const name = holder && `process ${holder.pid} on ${holder.host}`;
    super(
      `Another Familiar${name === undefined ? '' : ` (${name})`} is using the data folder ${resolve(dataDir)}. ` +
        'Stop it first, or give this one a data folder of its own.',
    );
    this.name = 'DataFolderInUse';
    this.holder = name;
  }
}

/** Held until `release` or until the process ends in any way. */
interface DataFolderLock {
  release(): Promise<void>;
}

/**
 * Lets one process at a time use the data folder, or one per `slot` where several may share it. Rejects with a
 * DataFolderInUse that names the other process.
 *
 * The lock is the write lock of the SQLite file `<slot>.lock`: the only lock of the operating system that Node offers
 * without a native module. The kernel releases it when its process dies, so there are no stale locks. It also works
 * between containers that share the folder, where process ids mean nothing. Readers are allowed, which is how a second
 * process learns the first one's name.
 */
export async function lockDataFolder(dataDir: string, slot = 'familiar'): Promise<DataFolderLock> {
  await ensureDataFolder(dataDir);
  const path = join(dataDir, `${slot}.lock`);
  let file: DatabaseSync | undefined;
  try {
    file = new DatabaseSync(path, { timeout: 0 });
    for (let own = false; !own;) {
      announce(file);
      file.exec('BEGIN IMMEDIATE');
      own = isSelf(readHolder(file));
      if (!own) file.exec('ROLLBACK');
    }
  } catch (error) {
    const busy = isBusy(error);
    const holder = busy && file ? readHolder(file) : undefined;
    file?.close();
    if (!busy) throw dataFolderError(path, error);
    throw new DataFolderInUse(dataDir, holder);
  }
  const held = file;
  return {
    release: () => {
      held.close();
      return Promise.resolve();
    },
  };
}

/** Committed before the lasting lock is taken, because uncommitted data is invisible to others. */
function announce(file: DatabaseSync): void {
  file.exec('BEGIN IMMEDIATE');
  file.exec('CREATE TABLE IF NOT EXISTS holder (pid INTEGER NOT NULL, host TEXT NOT NULL)');
  file.exec('DELETE FROM holder');
  file.prepare('INSERT INTO holder VALUES (?, ?)').run(process.pid, hostname());
  file.exec('COMMIT');
}

interface Holder {
  pid: number;
  host: string;
}

/** False when another process announced itself between our announcement and our lock. */
function isSelf(holder: Holder | undefined): boolean {
  return holder?.pid === process.pid && holder.host === hostname();
}

function readHolder(file: DatabaseSync): Holder | undefined {
  try {
    const row = file.prepare('SELECT pid, host FROM holder').get();
    return row && { pid: Number(row['pid']), host: String(row['host']) };
  } catch {
    return undefined;
  }
}

/** SQLITE_BUSY (5) and SQLITE_LOCKED (6), sqlite.org/rescode.html; extended codes keep them in the low byte. */
function isBusy(error: unknown): boolean {
  if (!(error instanceof Error) || !('errcode' in error)) return false;
  const primary = Number(error.errcode) & 0xff;
  return primary === 5 || primary === 6;
}
