import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { errorMessage, StartError } from '../../kernel/errors.ts';
import { isUnavailable } from './errors.ts';
import type { ServerBinaries } from './server-binaries.ts';
import { commandAs, type ServerCommand, type ServerUser } from './server-user.ts';

const run = promisify(execFile);

/** Names the socket file; nothing listens on TCP. */
const PORT = 5432;
export const EMBEDDED_CONNECTION = { port: PORT, user: 'postgres', database: 'postgres' };
/** The schema of our tables. */
export const EMBEDDED_SCHEMA = 'public';

const START_PATIENCE_MS = 60_000;
const STOP_PATIENCE_MS = 20_000;

export interface ServerProcess {
  command: ServerCommand;
  connection: { host: string; port: number; user: string; database: string };
  /** Creates the socket's folder if necessary, accessible to the server only. */
  openSocketFolder: () => Promise<void>;
  logPath: string;
}

/**
 * Creates the data folder of a new server. It is made elsewhere and moved when complete, so an interrupted start leaves
 * nothing incomplete.
 */
export async function initialiseFolder(
  path: string,
  binaries: ServerBinaries,
  user: ServerUser | undefined,
): Promise<void> {
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

/**
 * Uses its own process group: otherwise Ctrl+C in the terminal would stop the database before the bot has finished. It
 * logs to a file, because a pipe would break when we are killed.
 */
export async function startServerProcess(server: ServerProcess): Promise<ChildProcess> {
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
    endWithUs(child);
    await untilReady(child, connection, async () => (await readFile(logPath)).subarray(logStart).toString().trim());
    return child;
  } finally {
    await log.close();
  }
}

/** Ends the server however this process ends, except by SIGKILL. An orderly stop has ended it before. */
function endWithUs(child: ChildProcess): void {
  const stop = () => child.kill('SIGINT');
  process.once('exit', stop);
  child.once('exit', () => process.off('exit', stop));
}

async function untilReady(
  child: ChildProcess,
  connection: ServerProcess['connection'],
  readLog: () => Promise<string>,
): Promise<void> {
  for (const deadline = Date.now() + START_PATIENCE_MS; ; await delay(10)) {
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new StartError(`The database server ended at once. It said:\n${await readLog()}`);
    }
    if (await answers(connection)) return;
    if (Date.now() > deadline) {
      await stopServerProcess(child);
      throw new StartError(`The database server did not get ready in time. It said:\n${await readLog()}`);
    }
  }
}

/** Whether a server accepts connections there. Rejects when it refuses this one. */
export async function answers(connection: pg.ClientConfig): Promise<boolean> {
  const client = new pg.Client(connection);
  client.on('error', () => {});
  try {
    await client.connect();
    await client.end();
    return true;
  } catch (error) {
    if (isUnavailable(error)) return false;
    throw error;
  }
}

export async function stopServerProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.ref();
  child.kill('SIGINT');
  const impatience = setTimeout(() => child.kill('SIGQUIT'), STOP_PATIENCE_MS);
  await exited;
  clearTimeout(impatience);
}
