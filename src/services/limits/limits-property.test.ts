import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { longTests, tellCases } from '../../testing/long.ts';
import { createManualClock } from '../../testing/manual-clock.ts';
import { testDatabase } from '../../testing/postgres.ts';
import type { TestDatabase } from '../../testing/postgres.ts';
import { createLimits, limitsMigrations } from './index.ts';
import type { Limits, Rate, TakeResult } from './index.ts';

const START_MS = Date.UTC(2026, 10, 21);
const RUNS = longTests() ? 2_000 : 40;
const SEED = 20_261_121;

let database: TestDatabase;
let limits: Limits;
let nowMs = START_MS;
beforeAll(async () => {
  database = await testDatabase({ migrations: [limitsMigrations] });
  const clock = { ...createManualClock(START_MS), now: () => nowMs };
  limits = createLimits({ postgres: database.postgres, clock });
});
afterAll(() => database.close());

const rates: Rate[] = [
  { key: 'user:1/a', count: 1, periodMs: 10, rule: 'a' },
  { key: 'user:1/b', count: 3, periodMs: 25, rule: 'b' },
  { key: 'guild:1/c', count: 7, periodMs: 60, rule: 'c' },
];

type Step =
  | { do: 'take' | 'take and roll back'; chosen: number[] }
  | { do: 'pass'; delayMs: number }
  | { do: 'set back'; byMs: number }
  | { do: 'sweep' };

const chosen = fc.shuffledSubarray([0, 1, 2], { minLength: 1 });
const forward: fc.Arbitrary<Step>[] = [
  fc.record({ do: fc.constantFrom('take', 'take', 'take', 'take and roll back'), chosen }),
  fc.record({ do: fc.constant('pass'), delayMs: fc.integer({ min: 1, max: 30 }) }),
];
const backward = fc.record({ do: fc.constant('set back' as const), byMs: fc.integer({ min: 1, max: 100 }) });
const sweep = fc.constant<Step>({ do: 'sweep' });

/** The guarantee in its simplest form: the last `count` takes of each key, counted over the last period. */
class Reference {
  #logs = new Map<string, number[]>();

  decide(asked: readonly Rate[]): TakeResult {
    const waits = asked.map((rate) => ({ rate, nextAtMs: this.#nextAt(rate) }));
    const longest = waits.reduce((a, b) => (b.nextAtMs > a.nextAtMs ? b : a));
    if (longest.nextAtMs <= 0) return { status: 'taken' };
    return { status: 'refused', ...longest };
  }

  record(asked: readonly Rate[]): void {
    for (const rate of asked) this.#logs.set(rate.key, [...this.#log(rate), this.#time(rate)].slice(-rate.count));
  }

  /** A committed take drops every take that lies too far in the future, allowed or not. */
  forget(asked: readonly Rate[]): void {
    for (const rate of asked) this.#logs.set(rate.key, this.#log(rate));
  }

  usage(rate: Rate): { left: number; last: number } {
    const counting = this.#counting(rate);
    return { left: Math.max(0, rate.count - counting.length), last: counting.at(-1) ?? nowMs - rate.periodMs };
  }

  #log(rate: Rate): number[] {
    return (this.#logs.get(rate.key) ?? []).filter((atMs) => atMs <= nowMs + rate.periodMs);
  }

  #time(rate: Rate): number {
    return Math.max(nowMs, ...this.#log(rate));
  }

  #counting(rate: Rate): number[] {
    return this.#log(rate).filter((atMs) => atMs > this.#time(rate) - rate.periodMs);
  }

  /** 0 when a take is allowed now. */
  #nextAt(rate: Rate): number {
    const counting = this.#counting(rate);
    return counting.length < rate.count ? 0 : (counting.at(-rate.count) ?? 0) + rate.periodMs;
  }
}

class RolledBack extends Error {}

async function takeAndRollBack(asked: readonly Rate[]): Promise<TakeResult> {
  let result: TakeResult | undefined;
  await database.postgres
    .transaction(async (tx) => {
      result = await limits.take(tx, asked);
      throw new RolledBack();
    })
    .catch((error: unknown) => {
      if (!(error instanceof RolledBack)) throw error;
    });
  if (!result) throw new Error('The take gave no result.');
  return result;
}

async function perform(step: Step, reference: Reference): Promise<void> {
  if (step.do === 'pass') nowMs += step.delayMs;
  else if (step.do === 'set back') nowMs -= step.byMs;
  else if (step.do === 'sweep') await limits.sweep();
  else {
    const asked = step.chosen.map((index) => rates[index]).filter((rate) => rate !== undefined);
    const expected = reference.decide(asked);
    const result = await (step.do === 'take' ? limits.take(database.postgres.db, asked) : takeAndRollBack(asked));
    expect(result).toEqual(expected);
    if (step.do === 'take') reference.forget(asked);
    if (result.status === 'refused') expect(result.nextAtMs).toBeLessThanOrEqual(nowMs + 2 * result.rate.periodMs);
    else if (step.do === 'take') reference.record(asked);
  }
  for (const { rate, left, wholeAtMs } of await limits.peek(rates)) {
    const usage = reference.usage(rate);
    expect({ key: rate.key, left, wholeAtMs }).toEqual({
      key: rate.key,
      left: usage.left,
      wholeAtMs: usage.last + rate.periodMs,
    });
  }
}

it.each([
  ['swept now and then', [...forward, sweep]],
  ['with a clock that is sometimes set back', [...forward, backward]],
])(
  'decides like counting the takes of the last period, %s',
  { timeout: longTests() ? 600_000 : 20_000 },
  async (_, steps) => {
    const sequence = fc.array(fc.oneof(...steps), { maxLength: 50 });
    let tried = 0;
    const property = fc.asyncProperty(sequence, async (sequenceOfSteps) => {
      tried += 1;
      await sql`TRUNCATE limits_take`.execute(database.postgres.db);
      nowMs = START_MS;
      const reference = new Reference();
      for (const step of sequenceOfSteps) await perform(step, reference);
    });
    await fc.assert(property, { numRuns: RUNS, seed: SEED });
    tellCases('limits', tried);
  },
);
