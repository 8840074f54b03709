import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { silentLogger } from '../../kernel/logger.ts';
import { startSilentProxy } from '../../testing/silent-proxy.ts';
import type { SilentProxy } from '../../testing/silent-proxy.ts';
import { testDatabase } from '../../testing/postgres.ts';
import type { TestDatabase } from '../../testing/postgres.ts';
import { openPostgres } from './index.ts';
import type { Postgres, Tx } from './index.ts';

/** Silence during a request is noticed after 2.5 s and confirmed 0.4 s later; the rest is for a busy machine. */
const NOTICED_MS = 10_000;

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase({ migrations: [] });
  await sql`CREATE TABLE kept (id text PRIMARY KEY)`.execute(database.postgres.db);
});
afterAll(() => database.close());

interface Stage {
  proxy: SilentProxy;
  postgres: Postgres;
}

/** Connections through the test's own proxy, because all of these tests run at once. */
const through = (run: (stage: Stage) => Promise<void>) => async () => {
  const proxy = await startSilentProxy(database.url);
  const postgres = await openPostgres({ url: proxy.url, dataDir: '/nonexistent', logger: silentLogger });
  try {
    await run({ proxy, postgres });
  } finally {
    await postgres.close();
    await proxy.close();
  }
};

const sleep = ({ postgres }: Stage, seconds: number) => sql`SELECT pg_sleep(${seconds})`.execute(postgres.db);
/** Opens ten connections, the maximum. */
const openTen = (stage: Stage) => Promise.all(Array.from({ length: 10 }, () => sleep(stage, 0.05)));
const insert = (tx: Tx, id: string) => sql`INSERT INTO kept VALUES (${id})`.execute(tx);

async function isKept(id: string): Promise<boolean> {
  const { rows } = await sql`SELECT FROM kept WHERE id = ${id} FOR UPDATE`.execute(database.postgres.db);
  return rows.length === 1;
}

async function timed<T>(work: Promise<T>): Promise<{ result: unknown; ms: number }> {
  const startMs = performance.now();
  const result: unknown = await work.catch((error: unknown) => error);
  return { result, ms: performance.now() - startMs };
}

const unavailable = { code: 'postgres/unavailable', retryable: true };

async function recovers({ postgres }: Stage): Promise<void> {
  await vi.waitFor(async () => expect(await postgres.trouble()).toBeUndefined(), { timeout: 10_000, interval: 200 });
}

describe.concurrent('connections that go silent while new ones work', () => {
  it(
    'are replaced while idle in the pool, unnoticed by later queries, and reported',
    through(async (stage) => {
      await openTen(stage);
      expect(stage.proxy.silence()).toBe(10);
      // They have been idle long enough that the pool pings them first.
      await vi.waitFor(async () => expect(await stage.postgres.trouble()).toMatch(/replaced/), { timeout: NOTICED_MS });
      const { result, ms } = await timed(openTen(stage));
      expect(result).not.toBeInstanceOf(Error);
      expect(ms).toBeLessThan(NOTICED_MS);
      await recovers(stage);
    }),
  );

  it(
    'are found, one of ten, without a query on it',
    through(async (stage) => {
      await openTen(stage);
      let left = 1;
      expect(stage.proxy.silence(({ sent }) => !sent.includes('LISTEN') && left-- > 0)).toBe(1);
      await vi.waitFor(() => expect(stage.postgres.trouble()).resolves.toMatch(/: 1( of \d+)?$/), {
        timeout: NOTICED_MS,
      });
      expect((await timed(openTen(stage))).result).not.toBeInstanceOf(Error);
      await recovers(stage);
    }),
  );

  it(
    'fail a writing query whose answer is lost, and the next one works',
    through(async (stage) => {
      await openTen(stage);
      const written = sql`INSERT INTO kept SELECT 'lost' FROM pg_sleep(0.5)`.execute(stage.postgres.db);
      const asked = timed(written);
      await vi.waitFor(() => expect(stage.proxy.silence(({ sent }) => sent.includes('INSERT'))).toBe(1));
      const { result, ms } = await asked;
      expect(result).toMatchObject(unavailable);
      expect(ms).toBeLessThan(NOTICED_MS);
      await stage.postgres.ping();
      await recovers(stage);
    }),
  );

  it(
    'are unnoticed by reading queries, which run again on others, even when all were silent',
    through(async (stage) => {
      await openTen(stage);
      const reads = Array.from({ length: 10 }, (_, row) =>
        sql`SELECT ${row}::int AS row FROM pg_sleep(0.5)`.execute(stage.postgres.db),
      );
      const asked = timed(Promise.all(reads));
      await vi.waitFor(() => expect(stage.proxy.count(({ sent }) => sent.includes('AS row'))).toBe(10));
      expect(stage.proxy.silence()).toBeGreaterThanOrEqual(10);
      const { result, ms } = await asked;
      expect(result).toMatchObject(reads.map((_, row) => ({ rows: [{ row }] })));
      expect(ms).toBeLessThan(NOTICED_MS);
      await recovers(stage);
    }),
  );

  it(
    'in the middle of a transaction: it runs again, and its locks are freed',
    through(async (stage) => {
      let runs = 0;
      const { result, ms } = await timed(
        stage.postgres.transaction(async (tx) => {
          runs += 1;
          await insert(tx, 'middle');
          if (runs === 1) stage.proxy.silence();
          await sql`SELECT 1`.execute(tx);
          return 'done';
        }),
      );
      expect([result, runs]).toEqual(['done', 2]);
      expect(ms).toBeLessThan(NOTICED_MS);
      expect(await isKept('middle')).toBe(true);
    }),
  );

  it.each([
    ['whose answer to COMMIT is lost keeps what it wrote', 'answers only', true],
    ['whose COMMIT is lost leaves nothing', 'both ways', false],
  ] as const)('leave a definite result: a transaction %s', (_, silence, kept) =>
    through(async (stage) => {
      let runs = 0;
      stage.proxy.silenceAt(/\bcommit\b/, silence);
      const { result, ms } = await timed(
        stage.postgres.transaction(async (tx) => {
          runs += 1;
          await insert(tx, silence);
        }),
      );
      // Only the caller can find out whether it happened, so it gets the error and nothing is repeated.
      expect(result).toMatchObject(unavailable);
      expect(runs).toBe(1);
      expect(ms).toBeLessThan(NOTICED_MS);
      expect(await isKept(silence)).toBe(kept);
    })(),
  );

  it(
    'of the listener are replaced, and it checks for missed notifications',
    through(async (stage) => {
      const received: string[] = [];
      const reconnected = Promise.withResolvers<void>();
      const stop = await stage.postgres.listen('lane', (payload) => received.push(payload), reconnected.resolve);
      expect(stage.proxy.silence(({ sent }) => sent.includes('LISTEN'))).toBe(1);
      const { ms } = await timed(reconnected.promise);
      expect(ms).toBeLessThan(NOTICED_MS);
      await database.postgres.notify(database.postgres.db, 'lane', 'back');
      await vi.waitFor(() => expect(received).toEqual(['back']));
      await stop();
    }),
  );

  it(
    'are distinguished from those that wait for a lock, sleep, or receive a long result',
    through(async (stage) => {
      const held = Promise.withResolvers<void>();
      const holder = database.postgres.transaction(async (tx) => {
        await sql`SELECT pg_advisory_xact_lock(7)`.execute(tx);
        await held.promise;
      });
      const waiter = sql`SELECT pg_advisory_xact_lock(7)`.execute(stage.postgres.db).then(() => 'locked');
      const rows = sql`SELECT repeat('x', 1000) AS text, pg_sleep(0.001) FROM generate_series(1, 2500)`;
      const [slept, long] = await Promise.all([sleep(stage, 3.5), rows.execute(stage.postgres.db)]);
      held.resolve();
      await holder;
      expect([slept.rows.length, long.rows.length, await waiter]).toEqual([1, 2500, 'locked']);
      expect(await stage.postgres.trouble()).toBeUndefined();
    }),
  );
});
