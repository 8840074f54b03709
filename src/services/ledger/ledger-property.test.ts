import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../kernel/clock.ts';
import { systemIds } from '../../kernel/ids.ts';
import { silentLogger } from '../../kernel/logger.ts';
import { emptyBooks, HOUR_MS, NOON_MS } from '../../testing/ledger-bench.ts';
import { LedgerWorld, operation, type WorldProcess } from '../../testing/ledger-world.ts';
import { longTests, tellCases } from '../../testing/long.ts';
import { testDatabase, type TestDatabase } from '../../testing/postgres.ts';
import { createLedger, ledgerMigrations } from './index.ts';

const SEED = 20261121;
const SEQUENCES = longTests() ? 10_000 : 60;
/** Databases that are tested in parallel. */
const LANES = longTests() ? 4 : 1;
/** The books are emptied after so many sequences, so that checking all of them stays cheap. */
const SEQUENCES_PER_BOOK = 20;
/** Sequences share the instance's meter, so each has a year of its own. */
const YEAR_MS = 400 * 24 * HOUR_MS;

const open: TestDatabase[] = [];
afterAll(async () => {
  for (const database of open) await database.close();
});

/** A database with two processes, and the number of sequences they ran. */
async function lane(name: number) {
  const database = await testDatabase({ migrations: [ledgerMigrations] });
  open.push(database);
  const { postgres } = database;
  const processes = [0, 1].map((): WorldProcess => {
    let nowMs = 0;
    const clock = { ...systemClock, now: () => nowMs };
    const ledger = createLedger({ postgres, clock, ids: systemIds, logger: silentLogger });
    return { ledger, postgres, setTime: (to) => (nowMs = to) };
  });
  let sequences = 0;
  const next = async () => {
    if (sequences % SEQUENCES_PER_BOOK === 0) await emptyBooks(postgres);
    const startMs = NOON_MS + (sequences % SEQUENCES_PER_BOOK) * YEAR_MS;
    return new LedgerWorld(`${name}-${(sequences += 1)}`, startMs, processes);
  };
  return { ledger: createLedger({ postgres, clock: systemClock, ids: systemIds, logger: silentLogger }), next };
}

/** Most are short, some have the maximum length. */
const sequence = fc.oneof(
  { weight: 19, arbitrary: fc.array(operation, { minLength: 1, maxLength: 30, size: 'max' }) },
  { weight: 1, arbitrary: fc.array(operation, { minLength: 150, maxLength: 200, size: 'max' }) },
);

describe('the ledger under any sequence of operations', () => {
  it('matches its model, and its books are consistent', { timeout: longTests() ? 1_800_000 : 60_000 }, async () => {
    const counted = { sequences: 0, operations: 0 };
    const run = async (name: number) => {
      const { ledger, next } = await lane(name);
      const property = fc.asyncProperty(sequence, async (steps) => {
        const world = await next();
        for (const step of steps) await world.take(step);
        await world.check();
        expect(await ledger.verify()).toEqual([]);
        await world.close();
        counted.sequences += 1;
        counted.operations += steps.length;
      });
      await fc.assert(property, { numRuns: SEQUENCES / LANES, ...(longTests() ? {} : { seed: SEED }) });
    };
    await Promise.all(Array.from({ length: LANES }, (_, name) => run(name)));
    console.log(`ledger: ${counted.sequences} sequences with ${counted.operations} operations`);
    expect(counted.sequences).toBe(SEQUENCES);
    tellCases('ledger', counted.sequences);
  });
});
