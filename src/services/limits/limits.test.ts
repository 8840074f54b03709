import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createManualClock } from '../../testing/manual-clock.ts';
import type { ManualClock } from '../../testing/manual-clock.ts';
import { testDatabase } from '../../testing/postgres.ts';
import type { TestDatabase } from '../../testing/postgres.ts';
import { createLimits, limitsMigrations } from './index.ts';
import type { Limits, Rate } from './index.ts';

const START_MS = Date.UTC(2026, 10, 21);
const MINUTE_MS = 60_000;

let database: TestDatabase;
let clock: ManualClock;
let limits: Limits;
beforeAll(async () => {
  database = await testDatabase({ migrations: [limitsMigrations] });
});
beforeEach(async () => {
  await sql`TRUNCATE limits_take`.execute(database.postgres.db);
  clock = createManualClock(START_MS);
  limits = createLimits({ postgres: database.postgres, clock });
});
afterAll(() => database.close());

const perMinute = (key: string, count: number): Rate => ({ key, count, periodMs: MINUTE_MS, rule: 'role member' });
const take = (...rates: Rate[]) => limits.take(database.postgres.db, rates);
const status = async (...rates: Rate[]) => (await take(...rates)).status;

async function rowCount(): Promise<number> {
  const { rows } = await sql<{ count: number }>`SELECT count(*) FROM limits_take`.execute(database.postgres.db);
  return rows[0]?.count ?? 0;
}

describe('a rate', () => {
  it('allows its count in any period, also across a full minute', async () => {
    const rate = perMinute('user:1/requests/minute', 3);
    await clock.advance(50_000);
    for (let taken = 0; taken < 3; taken += 1) {
      expect(await take(rate)).toEqual({ status: 'taken' });
      await clock.advance(4_000);
    }
    const refusal = { status: 'refused', rate, nextAtMs: START_MS + 110_000 };
    expect(await take(rate)).toEqual(refusal);
    await clock.advance(47_999);
    expect(await take(rate)).toEqual(refusal);
    await clock.advance(1);
    expect(await status(rate)).toBe('taken');
    expect(await take(rate)).toEqual({ ...refusal, nextAtMs: START_MS + 114_000 });
  });

  it('is taken with all others or none, and the longest wait is reported', async () => {
    const hour: Rate = { key: 'user:1/requests/hour', count: 1, periodMs: 60 * MINUTE_MS, rule: 'role guest' };
    const minute = perMinute('user:1/requests/minute', 1);
    const free = perMinute('user:1/images', 1);
    await take(minute, hour);
    expect(await take(free, minute, hour)).toEqual({ status: 'refused', rate: hour, nextAtMs: START_MS + 3_600_000 });
    expect(await limits.peek([free])).toEqual([{ rate: free, left: 1, wholeAtMs: START_MS }]);
  });

  it("is taken in the caller's transaction, and not when it rolls back", async () => {
    const rate = perMinute('user:1/requests', 1);
    const rolledBack = database.postgres.transaction(async (tx) => {
      expect(await limits.take(tx, [rate])).toEqual({ status: 'taken' });
      throw new Error('changed my mind');
    });
    await expect(rolledBack).rejects.toThrow('changed my mind');
    expect(await status(rate)).toBe('taken');
    expect(await status(rate)).toBe('refused');
  });

  it('follows changes of its count', async () => {
    const of = (count: number) => perMinute('user:1/requests', count);
    for (let taken = 0; taken < 4; taken += 1) await take(of(4));
    expect(await status(of(2))).toBe('refused');
    expect(await status(of(5))).toBe('taken');
    expect(await status(of(5))).toBe('refused');
    await clock.advance(MINUTE_MS);
    expect(await status(of(2))).toBe('taken');
    expect(await status(of(2))).toBe('taken');
    expect(await status(of(2))).toBe('refused');
    expect(await status(of(3))).toBe('taken');
  });

  it.each([
    [{ ...perMinute('a', -1) }, /the count -1/],
    [{ ...perMinute('a', 1.5) }, /the count 1.5/],
    [{ ...perMinute('a', 1), periodMs: 0 }, /lasts 0 ms/],
  ])('is rejected when it makes no sense: %j', (rate, message) => {
    expect(() => take(rate)).toThrow(message);
  });

  it('of zero allows nothing', async () => {
    const closed: Rate = { key: 'user:1/closed', count: 0, periodMs: 60_000, rule: 'role guest' };
    expect(await take(closed)).toMatchObject({ status: 'refused', rate: closed });
    expect(await limits.peek([closed])).toMatchObject([{ left: 0 }]);
  });

  it('can be requested for no key, or once for each key', async () => {
    expect(await status()).toBe('taken');
    expect(await limits.peek([])).toEqual([]);
    expect(() => take(perMinute('a', 1), perMinute('a', 2))).toThrow(/share a key: a, a/);
  });
});

describe('over several processes', () => {
  it('allows its count over all processes', async () => {
    const pools = Array.from({ length: 4 }, () => database.another());
    const rate = perMinute('guild:1/requests', 37);
    const results = await Promise.all(
      pools.flatMap((postgres) => {
        const own = createLimits({ postgres, clock });
        return Array.from({ length: 40 }, () => own.take(postgres.db, [rate]));
      }),
    );
    expect(results.filter((result) => result.status === 'taken')).toHaveLength(37);
    expect(await rowCount()).toBe(37);
    await Promise.all(pools.map((postgres) => postgres.close()));
  });

  it('never deadlocks when the same rates are taken in another order', async () => {
    const pools = [database.another(), database.another()];
    const rates = Array.from({ length: 6 }, (_, index) => perMinute(`key ${index}`, 1_000));
    const results = await Promise.all(
      pools.flatMap((postgres, pool) => {
        const own = createLimits({ postgres, clock });
        const order = pool === 0 ? rates : rates.toReversed();
        // Without the retries of `postgres.transaction`, a deadlock would be an error.
        const run = () => postgres.db.transaction().execute((tx) => own.take(tx, order));
        return Array.from({ length: 30 }, run);
      }),
    );
    expect(results.every((result) => result.status === 'taken')).toBe(true);
    expect(await limits.peek(rates)).toEqual(
      rates.map((rate) => ({ rate, left: 940, wholeAtMs: START_MS + MINUTE_MS })),
    );
    await Promise.all(pools.map((postgres) => postgres.close()));
  });

  it('gives a take from a process whose clock is behind the time of the last take', async () => {
    const behind = createLimits({ postgres: database.postgres, clock: createManualClock(START_MS - 10_000) });
    const rate = perMinute('user:1/requests', 2);
    await take(rate);
    await behind.take(database.postgres.db, [rate]);
    await clock.advance(MINUTE_MS - 1);
    expect(await take(rate)).toEqual({ status: 'refused', rate, nextAtMs: START_MS + MINUTE_MS });
  });
});

describe('a clock that is set back', () => {
  const rate = perMinute('user:1/requests', 2);
  const takeAt = (nowMs: number) =>
    createLimits({ postgres: database.postgres, clock: createManualClock(nowMs) }).take(database.postgres.db, [rate]);

  it('by much drops takes that lie in the future, and no others', async () => {
    await takeAt(START_MS - 1_000);
    await takeAt(START_MS + 60 * MINUTE_MS);
    expect(await takeAt(START_MS)).toEqual({ status: 'taken' });
    expect(await takeAt(START_MS)).toMatchObject({ status: 'refused', nextAtMs: START_MS - 1_000 + MINUTE_MS });
  });

  it('by much also allows takes when each refusal is rolled back', async () => {
    await takeAt(START_MS + 60 * MINUTE_MS);
    await takeAt(START_MS + 60 * MINUTE_MS);
    expect(await limits.peek([rate])).toEqual([{ rate, left: 2, wholeAtMs: START_MS }]);
    expect(await takeAt(START_MS)).toEqual({ status: 'taken' });
  });

  it('by little blocks no one for longer than two periods', async () => {
    await takeAt(START_MS + MINUTE_MS);
    await takeAt(START_MS + MINUTE_MS);
    const refusal = { status: 'refused', rate, nextAtMs: START_MS + 2 * MINUTE_MS };
    expect(await takeAt(START_MS)).toEqual(refusal);
    expect(await limits.peek([rate])).toEqual([{ rate, left: 0, wholeAtMs: START_MS + 2 * MINUTE_MS }]);
    expect(await takeAt(START_MS + 2 * MINUTE_MS)).toEqual({ status: 'taken' });
  });
});

describe('usage', () => {
  it('says what is left and when all of it is available again', async () => {
    const rate = perMinute('user:1/requests', 3);
    const unused = perMinute('user:2/requests', 5);
    await take(rate);
    await clock.advance(20_000);
    await take(rate);
    expect(await limits.peek([unused, rate])).toEqual([
      { rate: unused, left: 5, wholeAtMs: START_MS + 20_000 },
      { rate, left: 1, wholeAtMs: START_MS + 20_000 + MINUTE_MS },
    ]);
    await clock.advance(40_000);
    expect(await limits.peek([rate])).toMatchObject([{ left: 2 }]);
  });

  it('is at most the count of a key, and nothing after a sweep', async () => {
    const rate = perMinute('user:1/requests', 3);
    for (let taken = 0; taken < 10; taken += 1) {
      await take(rate);
      await clock.advance(20_000);
    }
    expect(await rowCount()).toBe(3);
    expect(await limits.sweep()).toBe(1);
    expect(await limits.peek([rate])).toMatchObject([{ left: 1 }]);
    await clock.advance(MINUTE_MS);
    expect(await limits.sweep()).toBe(2);
    expect(await rowCount()).toBe(0);
    expect(await status(rate)).toBe('taken');
  });

  it('of a user is deleted without touching ids that begin alike', async () => {
    const keys = ['user:1/requests', 'user:1/images', 'user:10/requests', 'guild:1/requests', 'user:1'];
    for (const key of keys) await take(perMinute(key, 1));
    expect(await database.postgres.transaction((tx) => limits.forgetUser(tx, '1'))).toBe(2);
    const left = (await limits.peek(keys.map((key) => perMinute(key, 1)))).map((peeked) => peeked.left);
    expect(left).toEqual([1, 1, 0, 0, 0]);
  });
});
