import { afterAll, beforeAll, expect, it } from 'vitest';
import { join } from 'node:path';
import { testDatabase } from '../../testing/postgres.ts';
import type { TestDatabase } from '../../testing/postgres.ts';
import { addCounts, countsOf, deleteCounts } from './store.ts';

let database: TestDatabase;
beforeAll(async () => {
  const folder = join(import.meta.dirname, 'migrations');
  database = await testDatabase({ migrations: [{ name: 'activity', folder }] });
});
afterAll(() => database.close());

it('adds counts to existing ones, lists them and deletes them', async () => {
  const { db } = database.postgres;
  const count = { guildId: '1', userId: 'a', day: '2026-01-31', messages: 2 };
  await addCounts(db, [count, { ...count, userId: 'b' }]);
  await addCounts(db, [count, { ...count, day: '2026-02-01', messages: 1 }]);
  expect(await countsOf(db, 'a')).toEqual([
    { guildId: '1', day: '2026-01-31', messages: 4 },
    { guildId: '1', day: '2026-02-01', messages: 1 },
  ]);
  expect(await deleteCounts(db, 'a')).toBe(2);
  expect(await countsOf(db, 'a')).toEqual([]);
  expect(await countsOf(db, 'b')).toHaveLength(1);
});

it('accepts more counts at once than a statement has parameters', async () => {
  const { db } = database.postgres;
  const counts = Array.from({ length: 20_000 }, (_, index) => ({
    guildId: String(index),
    userId: 'many',
    day: '2026-01-31',
    messages: 1,
  }));
  await addCounts(db, counts);
  expect(await countsOf(db, 'many')).toHaveLength(20_000);
});
