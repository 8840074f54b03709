import { sql } from 'kysely';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { testDatabase } from '../../testing/postgres.ts';
import { VendorError } from '../../kernel/errors.ts';
import { silentLogger } from '../../kernel/logger.ts';
import { openPostgres } from './index.ts';

const database = await testDatabase({ migrations: [] });
const { postgres } = database;
afterAll(() => database.close());

async function scalar<T>(text: string): Promise<T | undefined> {
  const { rows } = await sql<{ value: T }>`SELECT ${sql.raw(text)} AS value`.execute(postgres.db);
  return rows[0]?.value;
}

/** Ends every other connection of this database, as a restart of the server would. */
async function cutConnections(): Promise<void> {
  await sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()`.execute(postgres.db);
}

describe('values', () => {
  it('reads bigint as a number while that is exact, and throws beyond', async () => {
    expect(await scalar('9007199254740991::bigint')).toBe(Number.MAX_SAFE_INTEGER);
    await expect(scalar('9007199254740992::bigint')).rejects.toThrow(/exceeds 2\^53/);
  });
});

describe('a transaction', () => {
  it('runs again when PostgreSQL ended it for a conflict', async () => {
    let runs = 0;
    const result = await postgres.transaction(async (tx) => {
      runs += 1;
      if (runs < 3) await sql`DO $$ BEGIN RAISE EXCEPTION 'conflict' USING ERRCODE = '40001'; END $$`.execute(tx);
      return 'done';
    });
    expect(result).toBe('done');
    expect(runs).toBe(3);
  });

  it('gives up on an endless conflict with a retryable error', async () => {
    const run = postgres.transaction(async (tx) => {
      await sql`DO $$ BEGIN RAISE EXCEPTION 'conflict' USING ERRCODE = '40P01'; END $$`.execute(tx);
    });
    await expect(run).rejects.toMatchObject({ code: 'postgres/conflict', retryable: true });
  });

  it('waits for the disk unless its caller can do without', async () => {
    const waits = async (options?: { flush: 'soon' }) =>
      postgres.transaction(async (tx) => {
        const { rows } = await sql<{ value: string }>`SELECT current_setting('synchronous_commit') AS value`.execute(
          tx,
        );
        return rows[0]?.value;
      }, options);
    const usual = await waits();
    expect(await waits({ flush: 'soon' })).toBe('off');
    expect(await waits()).toBe(usual);
  });

  it('does not run again after other failures', async () => {
    let runs = 0;
    const run = postgres.transaction(() => {
      runs += 1;
      return Promise.reject(new Error('our own'));
    });
    await expect(run).rejects.toThrow('our own');
    expect(runs).toBe(1);
  });
});

describe('a lost connection', () => {
  it('fails the query that used it as unavailable, and the next query works', async () => {
    const failure = await postgres
      .transaction(async (tx) => {
        await sql`SELECT pg_terminate_backend(pg_backend_pid())`.execute(tx);
      })
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(VendorError);
    expect(failure).toMatchObject({ code: 'postgres/unavailable', retryable: true });
    await postgres.ping();
  });

  it('does not end the process while idle', async () => {
    await Promise.all([postgres.ping(), postgres.ping(), postgres.ping()]);
    await cutConnections();
    await vi.waitFor(() => postgres.ping());
  });
});

describe('notifications', () => {
  it('arrive when their transaction commits, and not when it rolls back', async () => {
    const received: string[] = [];
    const stop = await postgres.listen('greeting', (payload) => received.push(payload));
    await postgres
      .transaction(async (tx) => {
        await postgres.notify(tx, 'greeting', 'taken back');
        throw new Error('rolled back');
      })
      .catch(() => {});
    await postgres.transaction((tx) => postgres.notify(tx, 'greeting', 'hello'));
    await vi.waitFor(() => expect(received).toEqual(['hello']));
    await stop();
  });

  it('reach every listener of a channel until it stops', async () => {
    const first: string[] = [];
    const second: string[] = [];
    const stopFirst = await postgres.listen('shared', (payload) => first.push(payload));
    const stopSecond = await postgres.listen('shared', (payload) => second.push(payload));
    await postgres.notify(postgres.db, 'shared', '1');
    await vi.waitFor(() => expect([first, second]).toEqual([['1'], ['1']]));
    await stopFirst();
    await postgres.notify(postgres.db, 'shared', '2');
    await vi.waitFor(() => expect(second).toEqual(['1', '2']));
    expect(first).toEqual(['1']);
    await stopSecond();
  });

  it('continue after the connection was lost, and the listener is told', async () => {
    const received: string[] = [];
    const reconnected = Promise.withResolvers<void>();
    const stop = await postgres.listen('lasting', (payload) => received.push(payload), reconnected.resolve);
    await cutConnections();
    await reconnected.promise;
    await vi.waitFor(() => postgres.notify(postgres.db, 'lasting', 'back'));
    await vi.waitFor(() => expect(received).toEqual(['back']));
    await stop();
  });
});

describe('opening a server by its URL', () => {
  const open = (url: string) => openPostgres({ url, dataDir: '/nonexistent', logger: silentLogger });

  it('connects', async () => {
    const other = await open(database.url);
    await other.ping();
    await other.close();
  });

  it('names the host but never the password of a server that refuses', async () => {
    const url = database.url.replace('postgres@', 'postgres:hunter2@').replace(/test_\w+/, 'no_such_database');
    const failure = await open(url).catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: 'StartError' });
    expect(String(failure)).toMatch(/localhost.*no_such_database.*DATABASE_URL/s);
    expect(String(failure)).not.toContain('hunter2');
  });

  it('explains a malformed URL', async () => {
    await expect(open('not a url')).rejects.toThrow(/DATABASE_URL is not valid/);
  });
});
