import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { errorMessage, StartError } from '../../kernel/errors.ts';
import { DataFolderInUse, lockDataFolder } from './data-folder.ts';
import { EMBEDDED_CONNECTION, EMBEDDED_SCHEMA } from './server-process.ts';
import { connect, openPostgres } from './open.ts';
import type { OpenPostgresOptions } from './open.ts';
import type { Postgres } from './port.ts';
import { readPidFile } from './stale-server.ts';

/** For commands that look something up: a query or two at a time. */
const POOL_SIZE = 2;

/**
 * Opens an existing database, also beside a running Familiar. Creates and migrates nothing. Starts a stopped embedded
 * server; `close` stops it again. Undefined when there is no database yet. Rejects when it can't be reached.
 */
export async function attachPostgres(options: Omit<OpenPostgresOptions, 'poolSize'>): Promise<Postgres | undefined> {
  const { url, dataDir, logger } = options;
  if (url !== undefined) return openPostgres({ ...options, poolSize: POOL_SIZE });
  const folder = join(dataDir, 'postgres');
  if (!(await exists(join(folder, 'PG_VERSION')))) return undefined;
  try {
    const lock = await lockDataFolder(dataDir);
    try {
      const postgres = await openPostgres({ ...options, poolSize: POOL_SIZE });
      return { ...postgres, close: () => postgres.close().finally(() => lock.release()) };
    } catch (error) {
      await lock.release();
      throw error;
    }
  } catch (error) {
    if (!(error instanceof DataFolderInUse)) throw error;
    const host = (await readPidFile(folder))?.socketFolder;
    if (host === undefined) throw error;
    const postgres = connect(
      { ...EMBEDDED_CONNECTION, host, schema: EMBEDDED_SCHEMA },
      { logger, poolSize: POOL_SIZE, onClose: () => Promise.resolve() },
    );
    await postgres.ping().catch(async (cause: unknown) => {
      await postgres.close();
      throw new StartError(
        `Familiar runs on the data folder ${resolve(dataDir)} (${error.holder ?? 'another process'}), but its database ` +
          `cannot be reached from here: ${errorMessage(cause)}. Run this as the same user on the same machine (with ` +
          'containers: in the same one), or stop Familiar first.',
        { cause },
      );
    });
    return postgres;
  }
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
