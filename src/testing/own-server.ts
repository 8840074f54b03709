import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../kernel/clock.ts';
import { silentLogger } from '../kernel/logger.ts';
import type { MigrationSource } from '../platform/postgres/index.ts';
import { connect } from '../platform/postgres/open.ts';
import { findServerBinaries } from '../platform/postgres/server-binaries.ts';
import { answers, EMBEDDED_CONNECTION, initialiseFolder } from '../platform/postgres/server-process.ts';
import { commandAs, serverUser } from '../platform/postgres/server-user.ts';
import { readPidFile, serverProcesses } from '../platform/postgres/stale-server.ts';
import type { TestDatabase } from './postgres.ts';
import { signalIfRunning } from './processes.ts';

/** A PostgreSQL server for one test, which can be stopped for a while. */
export interface OwnServer {
  /** Its one database with these migrations applied; closing it keeps the server. */
  database(options: { migrations: readonly MigrationSource[] }): Promise<TestDatabase>;
  /** Ends it at once, as in a power cut: committed data is on disk. */
  crash(): Promise<void>;
  /** Restarts it and resolves when it answers. */
  start(): Promise<void>;
  /** Suspends all of its processes: connections stay, new ones are accepted, and nothing is answered. Linux only. */
  freeze(): Promise<void>;
  thaw(): Promise<void>;
  close(): Promise<void>;
}

export async function startOwnServer(): Promise<OwnServer> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'familiar-own-')));
  const binaries = await findServerBinaries();
  const user = await serverUser();
  if (user) await chown(root, user.uid, user.gid);
  const folder = join(root, 'data');
  const connection = { ...EMBEDDED_CONNECTION, host: root };
  await initialiseFolder(folder, binaries, user);

  let child: ChildProcess | undefined;
  const start = async () => {
    const settings = ['listen_addresses=', `unix_socket_directories=${root}`, 'max_connections=60'];
    const args = ['-D', folder, ...settings.flatMap((setting) => ['-c', setting])];
    const server = await commandAs(user, [folder, binaries.postgres], binaries.postgres, args);
    child = spawn(server.file, server.args, { ...server.options, stdio: 'ignore' });
    while (!(await answers(connection))) await systemClock.sleep(20);
  };
  const crash = async () => {
    if (child?.exitCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGQUIT');
    await exited;
  };
  await start();
  return {
    database: async ({ migrations }) => {
      const open = () => connect(connection, { logger: silentLogger, poolSize: 10, onClose: () => Promise.resolve() });
      const postgres = open();
      await postgres.migrate(migrations);
      const url = `postgres://postgres@localhost/postgres?host=${encodeURIComponent(root)}&port=${connection.port}`;
      return { postgres, url, another: open, close: () => postgres.close() };
    },
    crash,
    start,
    freeze: () => signalAll(folder, 'SIGSTOP'),
    thaw: () => signalAll(folder, 'SIGCONT'),
    close: async () => {
      await signalAll(folder, 'SIGCONT');
      await crash();
      await rm(root, { recursive: true, force: true });
    },
  };
}

/** The main process first, so that it starts no others. */
async function signalAll(folder: string, signal: NodeJS.Signals): Promise<void> {
  const pidFile = await readPidFile(folder);
  if (pidFile) signalIfRunning(pidFile.pid, signal);
  for (const pid of await serverProcesses(folder, pidFile)) if (pid !== pidFile?.pid) signalIfRunning(pid, signal);
}
