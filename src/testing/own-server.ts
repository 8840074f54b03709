import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdtemp, readdir, readFile, readlink, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { systemClock } from '../kernel/clock.ts';
import { silentLogger } from '../kernel/logger.ts';
import type { MigrationSource } from '../platform/postgres/index.ts';
import { connect } from '../platform/postgres/open.ts';
import { findServerBinaries } from '../platform/postgres/server-binaries.ts';
import { commandAs, serverUser } from '../platform/postgres/server-user.ts';
import type { TestDatabase } from './postgres.ts';

const run = promisify(execFile);

/** A PostgreSQL server for one test, which may be away for a while. */
export interface OwnServer {
  /** Its one database with these migrations applied; closing it leaves the server. */
  database(options: { migrations: readonly MigrationSource[] }): Promise<TestDatabase>;
  /** Ends it at once, as a power cut would: what was committed is on disk. */
  crash(): Promise<void>;
  /** Starts it again and resolves when it answers. */
  start(): Promise<void>;
  /** Stops all of its processes where they are: connections stay, new ones are taken, and nothing is answered. Linux only. */
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
  const connection = { host: root, port: 5432, user: 'postgres', database: 'postgres' };
  const command = (file: string, args: string[]) => commandAs(user, [folder, file], file, args);
  const initdb = await command(binaries.initdb, ['-D', folder, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '-N']);
  await run(initdb.file, initdb.args, initdb.options);

  let child: ChildProcess | undefined;
  const start = async () => {
    const args = ['-D', folder, '-c', 'listen_addresses=', '-c', `unix_socket_directories=${root}`];
    const server = await command(binaries.postgres, [...args, '-c', 'max_connections=60']);
    child = spawn(server.file, server.args, { ...server.options, stdio: 'ignore' });
    await untilAnswers(connection);
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
      const url = `postgres://postgres@localhost/postgres?host=${encodeURIComponent(root)}&port=5432`;
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

async function untilAnswers(connection: pg.ClientConfig): Promise<void> {
  for (;;) {
    const client = new pg.Client(connection);
    client.on('error', () => {});
    try {
      await client.connect();
      await client.end();
      return;
    } catch {
      await systemClock.sleep(20);
    }
  }
}

/** Every process of the server works in its data folder. The first one comes first, so that no other is born meanwhile. */
async function signalAll(folder: string, signal: NodeJS.Signals): Promise<void> {
  const main = Number((await readFile(join(folder, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n')[0]);
  if (main > 0) process.kill(main, signal);
  for (const name of await readdir('/proc')) {
    const works = /^\d+$/.test(name) && (await readlink(`/proc/${name}/cwd`).catch(() => '')) === folder;
    if (works && Number(name) !== main) process.kill(Number(name), signal);
  }
}
