import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { silentLogger } from '../kernel/logger.ts';
import { startEmbeddedServer } from '../platform/postgres/embedded-server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder of the test server's socket. */
    postgresHost: string;
    postgresPort: number;
  }
}

/** Test data need not survive a power cut, so nothing waits for the disk. */
const SETTINGS = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: '300',
  shared_buffers: '64MB',
  autovacuum: 'off',
};

/**
 * Waits until its input ends, which happens when our process ends in any way. Then stops a server that is left in the
 * folder ($1) and removes it with its socket's folder.
 */
const WATCHMAN = `
  read -r _
  pidfile="$1/postgres/postmaster.pid"
  if [ -e "$pidfile" ]; then
    socket=$(sed -n 5p "$pidfile")
    kill -QUIT "$(head -n 1 "$pidfile")"
    for _ in 1 2 3 4 5 6 7 8 9 10; do [ -e "$pidfile" ] && sleep 0.1; done
    [ -n "$socket" ] && rm -rf "$socket"
  fi
  rm -rf "$1"
`;

let stopServer: () => Promise<void> = () => Promise.resolve();

/** One database server for a whole run of vitest; the workers get its address by `inject`. */
export async function setup(project: TestProject): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'familiar-test-'));
  await chmod(dataDir, 0o711);
  const watchman = spawn('sh', ['-c', WATCHMAN, 'sh', dataDir], {
    detached: true,
    cwd: '/',
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const server = await startEmbeddedServer({ dataDir, logger: silentLogger, settings: SETTINGS });
  project.provide('postgresHost', server.connection.host);
  project.provide('postgresPort', server.connection.port);
  stopServer = async () => {
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
    const ended = once(watchman, 'exit');
    watchman.stdin.end();
    await ended;
  };
}

export async function teardown(): Promise<void> {
  await stopServer();
}
