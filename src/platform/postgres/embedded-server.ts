import type { ChildProcess } from 'node:child_process';
import { chmod, chown, mkdir, mkdtemp, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { StartError } from '../../kernel/errors.ts';
import type { Logger } from '../../kernel/logger.ts';
import { dataFolderError, ensureDataFolder } from './data-folder.ts';
import { findServerBinaries, type ServerBinaries } from './server-binaries.ts';
import { EMBEDDED_CONNECTION, initialiseFolder, startServerProcess, stopServerProcess } from './server-process.ts';
import type { ServerProcess } from './server-process.ts';
import { commandAs, giveFolder, serverUser, type ServerUser } from './server-user.ts';
import { clearStaleServer } from './stale-server.ts';

interface EmbeddedServerOptions {
  dataDir: string;
  logger: Logger;
  /** Added to the server's own settings, for tests. */
  settings?: Readonly<Record<string, string>>;
}

interface EmbeddedServer {
  /** For pg; `host` is the socket's folder. */
  readonly connection: ServerProcess['connection'];
  readonly pid: number;
  /** Stops it in fast mode: open transactions are rolled back, committed data is on disk. */
  stop(): Promise<void>;
}

/** For one bot on a small machine: the whole process tree must stay under 200 MB. */
const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '',
  unix_socket_permissions: '0700',
  max_connections: '40',
  shared_buffers: '24MB',
  // Without these the server keeps five more processes: I/O workers, the replication launcher and parallel workers.
  io_method: 'sync',
  max_logical_replication_workers: '0',
  max_parallel_workers: '0',
  max_wal_senders: '0',
  wal_level: 'minimal',
  autovacuum_max_workers: '1',
  jit: 'off',
  log_checkpoints: 'off',
  // Only the server's own events. We log failed statements ourselves, and the server's messages quote what people
  // wrote.
  log_min_messages: 'log',
  timezone: 'UTC',
  log_timezone: 'UTC',
};

const LOG_LIMIT_BYTES = 10 * 1024 * 1024;

/**
 * Starts PostgreSQL on `dataDir/postgres`, which is created at first use, and restarts it when it dies. Lock the data
 * folder first. Rejects with a StartError that says what to do.
 */
export async function startEmbeddedServer(options: EmbeddedServerOptions): Promise<EmbeddedServer> {
  const binaries = await findServerBinaries();
  const user = await serverUser();
  const folder = await prepareFolder(options, binaries, user);
  const socketFolder = await mkdtemp(join(tmpdir(), 'familiar-'));
  const logPath = join(options.dataDir, 'postgres.log');
  const openSocketFolder = async () => {
    await mkdir(socketFolder, { recursive: true, mode: 0o700 });
    if (user) await chown(socketFolder, user.uid, user.gid);
  };
  try {
    await rotateLog(logPath);
    const settings = { ...SETTINGS, ...options.settings, unix_socket_directories: socketFolder };
    const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const command = await commandAs(user, [folder, socketFolder, binaries.postgres], binaries.postgres, [
      '-D',
      folder,
      ...args,
    ]);
    const connection = { ...EMBEDDED_CONNECTION, host: socketFolder };
    return await supervise({ command, connection, openSocketFolder, folder, logPath, logger: options.logger });
  } catch (error) {
    await rm(socketFolder, { recursive: true, force: true });
    throw error;
  }
}

async function prepareFolder(
  { dataDir, logger }: EmbeddedServerOptions,
  binaries: ServerBinaries,
  user: ServerUser | undefined,
): Promise<string> {
  await ensureDataFolder(dataDir);
  const path = join(await realpath(dataDir), 'postgres');
  try {
    const version = await readFile(join(path, 'PG_VERSION'), 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (version === undefined) {
      await initialiseFolder(path, binaries, user);
      return path;
    }
    if (version.trim() !== binaries.major) {
      throw new StartError(
        `${path} was made by PostgreSQL ${version.trim()}, and this Familiar brings PostgreSQL ${binaries.major}. ` +
          'Go back to the version of Familiar that made it, or choose a new data folder.',
      );
    }
    await clearStaleServer(path, logger);
    await giveFolder(path, user);
    await chmod(path, 0o700);
    return path;
  } catch (error) {
    if (error instanceof StartError) throw error;
    throw dataFolderError(path, error);
  }
}

async function rotateLog(logPath: string): Promise<void> {
  const size = await stat(logPath).then(
    (log) => log.size,
    () => 0,
  );
  if (size > LOG_LIMIT_BYTES) await rename(logPath, `${logPath}.1`);
}

interface Supervised extends ServerProcess {
  folder: string;
  logger: Logger;
}

async function supervise(server: Supervised): Promise<EmbeddedServer> {
  let stopping = false;
  let child = await startServerProcess(server);

  const keepAlive = (current: ChildProcess) => {
    current.once('exit', (code, signal) => {
      if (stopping) return;
      server.logger.error({ code, signal, log: server.logPath }, 'The database server died; restarting it');
      void restart();
    });
  };

  const restart = async () => {
    for (let delayMs = 100; !stopping; delayMs = Math.min(delayMs * 2, 10_000)) {
      try {
        await clearStaleServer(server.folder, server.logger);
        child = await startServerProcess(server);
        keepAlive(child);
        if (stopping) await stopServerProcess(child);
        return;
      } catch (error) {
        server.logger.error({ error, delayMs }, 'The database server does not start');
        await delay(delayMs);
      }
    }
  };

  keepAlive(child);
  return {
    connection: server.connection,
    get pid() {
      return child.pid ?? 0;
    },
    stop: async () => {
      stopping = true;
      await stopServerProcess(child);
      await rm(server.connection.host, { recursive: true, force: true });
    },
  };
}
