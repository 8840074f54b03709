import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { silentLogger } from '../../kernel/logger.ts';
import { openPostgres, type Postgres } from './index.ts';
import { linkLibraries } from './server-binaries.ts';

let folder: string;
let dataDir: string;
let postgres: Postgres | undefined;

/** Created once, because that takes half a second; each test starts its own server on it. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'embedded-'));
  await chmod(folder, 0o711);
  dataDir = join(folder, 'data');
});
afterEach(async () => {
  await postgres?.close();
  postgres = undefined;
});
afterAll(() => rm(folder, { recursive: true }));

const open = async () => (postgres = await openPostgres({ url: undefined, dataDir, logger: silentLogger }));

async function pidFile(): Promise<{ pid: number; socketFolder: string }> {
  const lines = (await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8')).split('\n');
  return { pid: Number(lines[0]), socketFolder: lines[4] ?? '' };
}

/** Another process that opens the database and is then killed while its server lives on. */
async function leaveOrphan(): Promise<number> {
  const source = `
    const { openPostgres } = await import(${JSON.stringify(new URL('open.ts', import.meta.url).href)});
    const logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => logger };
    const postgres = await openPostgres({ url: undefined, dataDir: ${JSON.stringify(dataDir)}, logger });
    await postgres.db.schema.createTable('kept').ifNotExists().execute();
    console.log('open');
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
  return (await pidFile()).pid;
}

const lives = (pid: number) =>
  access(`/proc/${pid}`).then(
    () => true,
    () => false,
  );

describe('the embedded server', () => {
  it('starts on an empty folder, keeps its data, and leaves no process or socket', async () => {
    const first = await open();
    await sql`CREATE TABLE note (text text)`.execute(first.db);
    await sql`INSERT INTO note VALUES ('kept')`.execute(first.db);
    const { pid, socketFolder } = await pidFile();
    await first.close();
    expect(await lives(pid)).toBe(false);
    await expect(readdir(socketFolder)).rejects.toThrow(/ENOENT/);
    const second = await open();
    expect((await sql`SELECT text FROM note`.execute(second.db)).rows).toEqual([{ text: 'kept' }]);
  });

  it('takes over from a server whose bot was killed', async () => {
    const orphan = await leaveOrphan();
    expect(await lives(orphan)).toBe(true);
    const again = await open();
    expect((await sql`SELECT * FROM kept`.execute(again.db)).rows).toEqual([]);
    expect((await pidFile()).pid).not.toBe(orphan);
  });

  it('restarts when it is killed, and its clients and listeners reconnect', async () => {
    const current = await open();
    const received: string[] = [];
    await current.listen('news', (payload) => received.push(payload));
    process.kill((await pidFile()).pid, 'SIGKILL');
    await vi.waitFor(() => current.notify(current.db, 'news', 'back'), { timeout: 10_000 });
    await vi.waitFor(
      async () => {
        await current.notify(current.db, 'news', 'back');
        expect(received).toContain('back');
      },
      { timeout: 10_000 },
    );
  });

  it('starts although postmaster.pid has the number of a zombie or another program', async () => {
    const path = join(dataDir, 'postgres', 'postmaster.pid');
    await writeFile(path, `${process.pid}\n${join(dataDir, 'postgres')}\n`);
    await (await open()).close();
    // The second sleep replaces the shell, which therefore never reaps the first.
    const parent = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [output] = (await once(parent.stdout, 'data')) as [Buffer];
    await writeFile(path, `${output.toString().trim()}\n${join(dataDir, 'postgres')}\n`);
    await (await open()).ping();
    parent.kill('SIGKILL');
    await once(parent, 'exit');
  });

  it('starts over when an earlier start was interrupted while creating the database', async () => {
    const other = join(folder, 'cut');
    await mkdir(join(other, 'postgres.new', 'base'), { recursive: true });
    postgres = await openPostgres({ url: undefined, dataDir: other, logger: silentLogger });
    await postgres.ping();
    expect(await readdir(other)).not.toContain('postgres.new');
  });

  it.runIf(process.getuid?.() === 0)('reaches its data below a folder that only root can enter', async () => {
    const closed = join(folder, 'closed');
    await mkdir(closed, { mode: 0o700 });
    try {
      postgres = await openPostgres({ url: undefined, dataDir: join(closed, 'data'), logger: silentLogger });
      await postgres.ping();
    } catch (error) {
      // A container's root may be unable to pass the capability on; the error then names the remedy.
      expect(error).toMatchObject({ name: 'StartError' });
      expect(String(error)).toContain(`chmod o+x ${closed}`);
    }
  });

  it('refuses the database of another PostgreSQL version and names both', async () => {
    const other = join(folder, 'old');
    await mkdir(join(other, 'postgres'), { recursive: true });
    await writeFile(join(other, 'postgres', 'PG_VERSION'), '15\n');
    await expect(openPostgres({ url: undefined, dataDir: other, logger: silentLogger })).rejects.toThrow(
      /was made by PostgreSQL 15, and this Familiar brings PostgreSQL 18/,
    );
  });
});

describe('the libraries of the server', () => {
  it('are linked once after an install without scripts', async () => {
    const root = join(folder, 'package');
    await mkdir(join(root, 'native', 'lib'), { recursive: true });
    await writeFile(join(root, 'native', 'lib', 'libpq.so.5.18'), 'library');
    const links = [{ source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so.5' }];
    await writeFile(join(root, 'native', 'pg-symlinks.json'), JSON.stringify(links));
    await linkLibraries(root, 'package');
    await linkLibraries(root, 'package');
    expect(await readFile(join(root, 'native', 'lib', 'libpq.so.5'), 'utf8')).toBe('library');
  });
});
