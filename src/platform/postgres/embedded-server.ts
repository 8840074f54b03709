import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, mkdtemp, open, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { errorMessage, StartError } from '../../kernel/errors.ts';
import type { Logger } from '../../kernel/logger.ts';
import { dataFolderError, ensureDataFolder } from './data-folder.ts';
import { isUnavailable } from './errors.ts';
import { findServerBinaries, type ServerBinaries } from './server-binaries.ts';
import { commandAs, giveFolder, serverUser, type ServerCommand, type ServerUser } from './server-user.ts';
import { clearStaleServer } from './stale-server.ts';

const run = promisify(execFile);

export interface EmbeddedServerOptions {
  dataDir: string;
  logger: Logger;
  /** Added to the server's own settings, for tests. */
  settings?: Readonly<Record<string, string>>;
}

export interface EmbeddedServer {
  /** How to reach it, for pg; the socket's folder is `host`. */
  readonly connection: { host: string; port: number; user: string; database: string };
  readonly pid: number;
  /** Stops it in fast mode: open transactions are rolled back, what was committed is on disk. */
  stop(): Promise<void>;
}

/** Names the socket file; nothing listens on TCP. */
const PORT = 5432;
export const EMBEDDED_CONNECTION = { port: PORT, user: 'postgres', database: 'postgres' };

/** For one bot on a small machine: the whole process tree is to stay under 200 MB. */
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
  // Its own affairs alone. Failed statements are logged by us, and its words for them quote what people wrote.
  log_min_messages: 'log',
  timezone: 'UTC',
  log_timezone: 'UTC',
};

const START_PATIENCE_MS = 60_000;
const STOP_PATIENCE_MS = 20_000;
const LOG_LIMIT_BYTES = 10 * 1024 * 1024;

/**
 * Starts PostgreSQL on `dataDir/postgres`, which is made at first use, and starts it again should it die. Take the data
 * folder's lock first. Rejects with a StartError that says what to do.
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
      await initialise(path, binaries, user);
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

/** Made beside its place and moved there when complete, so that a start cut short leaves nothing half made. */
async function initialise(path: string, binaries: ServerBinaries, user: ServerUser | undefined): Promise<void> {
  const draft = `${path}.new`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { mode: 0o700 });
  if (user) await chown(draft, user.uid, user.gid);
  const { file, args, options } = await commandAs(user, [draft, binaries.initdb], binaries.initdb, [
    ...['-D', draft, '-U', EMBEDDED_CONNECTION.user, '-A', 'trust', '-E', 'UTF8'],
    ...['--locale-provider=builtin', '--locale=C.UTF-8', '--no-instructions'],
  ]);
  try {
    await run(file, args, options);
  } catch (error) {
    const output = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : errorMessage(error);
    throw new StartError(`The database could not be made in ${path}:\n${output}`, { cause: error });
  }
  await rename(draft, path);
}

async function rotateLog(logPath: string): Promise<void> {
  const size = await stat(logPath).then(
    (log) => log.size,
    () => 0,
  );
  if (size > LOG_LIMIT_BYTES) await rename(logPath, `${logPath}.1`);
}

interface Supervised {
  command: ServerCommand;
  connection: EmbeddedServer['connection'];
  /** Makes the socket's folder where it is missing, for the server alone. */
  openSocketFolder: () => Promise<void>;
  folder: string;
  logPath: string;
  logger: Logger;
}

async function supervise(server: Supervised): Promise<EmbeddedServer> {
  let stopping = false;
  let child = await startProcess(server);

  const keepAlive = (current: ChildProcess) => {
    current.once('exit', (code, signal) => {
      if (stopping) return;
      server.logger.error({ code, signal, log: server.logPath }, 'The database server died; starting it again');
      void restart();
    });
  };

  const restart = async () => {
    for (let delayMs = 100; !stopping; delayMs = Math.min(delayMs * 2, 10_000)) {
      try {
        await clearStaleServer(server.folder, server.logger);
        child = await startProcess(server);
        keepAlive(child);
        if (stopping) await stopProcess(child);
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
      await stopProcess(child);
      await rm(server.connection.host, { recursive: true, force: true });
    },
  };
}

/**
 * In a process group of its own, or Ctrl+C in the terminal would stop the database before the bot has put its work away.
 * It logs to a file rather than to a pipe, which would break when we are killed.
 */
async function startProcess(server: Supervised): Promise<ChildProcess> {
  const { command, connection, logPath } = server;
  await server.openSocketFolder();
  const log = await open(logPath, 'a', 0o600);
  const logStart = (await log.stat()).size;
  try {
    const child = spawn(command.file, command.args, {
      ...command.options,
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
    });
    await once(child, 'spawn').catch((error: unknown) => {
      throw new StartError(`The database server ${command.file} cannot be started: ${errorMessage(error)}.`, {
        cause: error,
      });
    });
    child.unref();
    await untilReady(child, connection, async () => (await readFile(logPath)).subarray(logStart).toString().trim());
    return child;
  } finally {
    await log.close();
  }
}

async function untilReady(
  child: ChildProcess,
  connection: EmbeddedServer['connection'],
  readLog: () => Promise<string>,
): Promise<void> {
  for (const deadline = Date.now() + START_PATIENCE_MS; ; await delay(10)) {
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new StartError(`The database server ended at once. It said:\n${await readLog()}`);
    }
    const client = new pg.Client(connection);
    client.on('error', () => {});
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      if (Date.now() > deadline) {
        await stopProcess(child);
        throw new StartError(`The database server did not get ready in time. It said:\n${await readLog()}`);
      }
    }
  }
}

async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.ref();
  child.kill('SIGINT');
  const impatience = setTimeout(() => child.kill('SIGQUIT'), STOP_PATIENCE_MS);
  await exited;
  clearTimeout(impatience);
}
