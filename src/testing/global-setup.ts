import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm, statfs } from 'node:fs/promises';
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
  // More would make every connection slower, whose process maps all of it, than it makes these small databases faster.
  shared_buffers: '32MB',
  // Keeps the folder small, where it is in memory.
  max_wal_size: '128MB',
  autovacuum: 'off',
};

/** Where Linux keeps files in memory. */
const MEMORY_FOLDER = '/dev/shm';
/** Three times what a whole run has used at once. */
const MEMORY_NEEDED_BYTES = 3 * 2 ** 30;

/** A folder in memory, where there is room for one: each test file makes a database of several hundred files. */
async function folderForData(): Promise<string> {
  const memory = await statfs(MEMORY_FOLDER).catch(() => undefined);
  return memory && memory.bavail * memory.bsize > MEMORY_NEEDED_BYTES ? MEMORY_FOLDER : tmpdir();
}

/** Node keeps compiled packages and threads there between workers and runs, as the launcher does. */
async function useCompileCache(root: string): Promise<void> {
  const folder = join(root, 'node_modules/.cache/compile');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  process.env['NODE_COMPILE_CACHE'] ??= folder;
}

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
  await useCompileCache(project.config.root);
  const dataDir = await mkdtemp(join(await folderForData(), 'familiar-test-'));
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
