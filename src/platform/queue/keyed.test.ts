import { describe, expect, it } from 'vitest';
import { holding, jobSpec, queueBench, START_MS, work } from '../../testing/queue-bench.ts';
import type { Debounce, KeyedJob, KeyMode } from './index.ts';

const { postgres, start, row, until, pass } = await queueBench();
const { db } = postgres;

const keyed = (keyMode: KeyMode, number: number, more: Partial<KeyedJob> = {}): KeyedJob => ({
  ...{ ...jobSpec({ payload: { number } }), key: 'k', keyMode },
  ...more,
});
const debounced = (number: number, more: Partial<Debounce> = {}): Debounce => ({
  ...{ queue: 'text', kind: 'test/job', payload: { number }, key: 'k', delayMs: 2_000 },
  ...more,
});
const living = () =>
  db.selectFrom('queue_job').selectAll().where('state', 'in', ['waiting', 'active']).orderBy('sequence').execute();

describe('a job whose key is already waiting', () => {
  it('is replaced: payload, priority and time are the latest ones', async () => {
    const { queue } = start();
    const first = await queue.enqueueKeyed(db, keyed('replace', 1, { runAt: START_MS + 5_000 }));
    const second = await queue.enqueueKeyed(db, keyed('replace', 2, { runAt: START_MS + 9_000, priority: 3 }));
    expect(first.status).toBe('queued');
    expect(second).toMatchObject({ status: 'replaced', runAtMs: START_MS + 9_000 });
    expect(await living()).toMatchObject([{ payload: { number: 2 }, priority: 3, run_at_ms: START_MS + 9_000 }]);
  });

  it('keeps its time on request', async () => {
    const { queue } = start();
    await queue.enqueueKeyed(db, keyed('preserve_run_at', 1, { runAt: START_MS + 5_000 }));
    const second = await queue.enqueueKeyed(db, keyed('preserve_run_at', 2, { runAt: START_MS + 9_000 }));
    expect(second).toMatchObject({ status: 'replaced', runAtMs: START_MS + 5_000 });
    expect(await living()).toMatchObject([{ payload: { number: 2 }, run_at_ms: START_MS + 5_000 }]);
  });

  it('stays unchanged in the mode where the first counts', async () => {
    const { queue } = start();
    const first = await queue.enqueueKeyed(db, keyed('unsafe_dedupe', 1));
    expect(await queue.enqueueKeyed(db, keyed('unsafe_dedupe', 2))).toEqual({
      status: 'duplicate',
      jobId: 'jobId' in first ? first.jobId : '',
    });
    expect(await living()).toMatchObject([{ payload: { number: 1 } }]);
  });

  it('gets all its attempts again, and a waiting retry runs earlier', async () => {
    const { queue } = start();
    const numbers: unknown[] = [];
    await work(queue, async ({ job }) => {
      numbers.push(job.payload['number']);
      if (numbers.length === 1) throw new Error('no');
    });
    const first = await queue.enqueueKeyed(db, keyed('replace', 1, { maxAttempts: 2 }));
    await queue.idle();
    expect(await living()).toMatchObject([{ attempt: 1, max_attempts: 2, run_at_ms: START_MS + 1_000 }]);
    const second = await queue.enqueueKeyed(db, keyed('replace', 2, { maxAttempts: 2 }));
    expect(second).toMatchObject({ status: 'replaced' });
    const ended = await until('jobId' in first ? first.jobId : '', 'done');
    expect(ended).toMatchObject({ attempt: 2, max_attempts: 3 });
    expect(numbers).toEqual([1, 2]);
  });
});

describe('a job whose key is already running', () => {
  it.each(['replace', 'preserve_run_at'] as const)('gets a second job (%s) for the new request', async (mode) => {
    const { queue } = start();
    const { handler, nth } = holding();
    await work(queue, handler, { text: 2 });
    await queue.enqueueKeyed(db, keyed(mode, 1, { lane: 'l' }));
    const first = await nth(0);
    expect(await queue.enqueueKeyed(db, keyed(mode, 2, { lane: 'l' }))).toMatchObject({ status: 'queued' });
    expect(await queue.enqueueKeyed(db, keyed(mode, 3, { lane: 'l' }))).toMatchObject({ status: 'replaced' });
    first.finish();
    const second = await nth(1);
    expect([first.job.payload, second.job.payload]).toEqual([{ number: 1 }, { number: 3 }]);
    second.finish();
    await queue.idle();
  });

  it('is not added in the mode where the first counts, and is added again after a success', async () => {
    const { queue } = start();
    const { handler, nth } = holding();
    await work(queue, handler);
    await queue.enqueueKeyed(db, keyed('unsafe_dedupe', 1));
    const first = await nth(0);
    expect(await queue.enqueueKeyed(db, keyed('unsafe_dedupe', 2))).toMatchObject({ status: 'duplicate' });
    first.finish();
    await queue.idle();
    expect(await queue.enqueueKeyed(db, keyed('unsafe_dedupe', 3))).toMatchObject({ status: 'queued' });
    (await nth(1)).finish();
    await queue.idle();
  });
});

describe('debouncing', () => {
  it('waits for a pause in the requests, then runs once with the latest', async () => {
    const { queue, clock } = start();
    const runs: [unknown, number][] = [];
    await work(queue, async ({ job }) => void runs.push([job.payload['number'], clock.now() - START_MS]));
    for (let number = 1; number <= 3; number += 1) {
      await queue.debounce(db, debounced(number));
      await pass(clock, 1_000);
    }
    expect(runs).toEqual([]);
    await pass(clock, 1_000);
    await queue.idle();
    expect(runs).toEqual([[3, 4_000]]);
  });

  it('waits no longer than its maximum, however often it is requested', async () => {
    const { queue, clock } = start();
    const times: unknown[] = [];
    for (let number = 0; number < 5; number += 1) {
      const result = await queue.debounce(db, debounced(number, { maxDelayMs: 3_000 }));
      times.push(result.status === 'replaced' ? result.runAtMs - START_MS : result.status);
      await clock.advance(1_000);
    }
    expect(times).toEqual(['queued', 3_000, 3_000, 3_000, 4_000]);
    expect(await living()).toHaveLength(1);
  });

  it('commits or rolls back with its transaction', async () => {
    const { queue } = start();
    await queue.debounce(db, debounced(1));
    const rolledBack = postgres.transaction(async (tx) => {
      await queue.debounce(tx, debounced(2));
      throw new Error('rolled back');
    });
    await expect(rolledBack).rejects.toThrow('rolled back');
    expect(await living()).toMatchObject([{ payload: { number: 1 } }]);
  });

  it('loses no request made while it runs', async () => {
    const { queue, clock } = start();
    const { handler, nth } = holding();
    await work(queue, handler);
    await queue.debounce(db, debounced(1, { delayMs: 0 }));
    const first = await nth(0);
    await queue.debounce(db, debounced(2, { delayMs: 1_000 }));
    first.finish();
    await pass(clock, 1_000);
    const second = await nth(1);
    expect(second.job.payload).toEqual({ number: 2 });
    second.finish();
    await queue.idle();
  });
});

describe('concurrent requests', () => {
  it('make one job per key over several processes, and keep the latest request', async () => {
    const processes = [start(), start({ instanceId: 'second' })];
    const results = await Promise.all(
      processes.flatMap(({ queue }) => [1, 2, 3, 4, 5, 6].map((number) => queue.debounce(db, debounced(number)))),
    );
    expect(results.filter(({ status }) => status === 'queued')).toHaveLength(1);
    expect(results.filter(({ status }) => status === 'replaced')).toHaveLength(11);
    expect(await living()).toHaveLength(1);
  });

  it('race with workers, and a run always starts after the last request', async () => {
    const first = start();
    const second = start({ instanceId: 'second' });
    const begun: number[] = [];
    for (const { queue } of [first, second]) {
      await work(queue, async ({ job }) => void begun.push(job.payload['number'] as number), { text: 4 });
    }
    for (let number = 1; number <= 40; number += 1) {
      const { queue } = number % 2 === 0 ? first : second;
      await queue.debounce(db, debounced(number, { delayMs: 0, userId: 'u', guildId: 'g', lane: 'l' }));
    }
    // One worker may take the last job after the other has become idle.
    await expect.poll(living, { timeout: 20_000 }).toEqual([]);
    expect(begun.at(-1)).toBe(40);
    expect(begun).toEqual([...begun].sort((a, b) => a - b));
  });

  it.each(['replaced', 'locked by a change that failed'] as const)(
    'continue a lane whose next job was being %s when the last one ended',
    async (how) => {
      const { queue, clock } = start();
      const { handler, nth } = holding();
      await work(queue, handler);
      await queue.enqueue(db, jobSpec({ lane: 'l' }));
      const first = await nth(0);
      const next = await queue.debounce(db, debounced(1, { delayMs: 0, lane: 'l' }));
      const nextId = 'jobId' in next ? next.jobId : '';
      const changing = postgres.transaction(async (tx) => {
        // The row is locked from here on, before the change itself asks for the lane.
        await tx.selectFrom('queue_job').select('id').where('id', '=', nextId).forUpdate().execute();
        first.finish();
        await until(first.job.id, 'done');
        if (how === 'replaced') return queue.debounce(tx, debounced(2, { delayMs: 0, lane: 'l' }));
        throw new Error('the change failed');
      });
      await changing.catch(() => undefined);
      if (how !== 'replaced') await pass(clock, 31_000);
      expect((await nth(1)).job).toMatchObject({ id: nextId, payload: { number: how === 'replaced' ? 2 : 1 } });
    },
  );

  it("don't block the deletion of a person's data", async () => {
    const { queue } = start();
    await queue.debounce(db, debounced(0, { userId: 'u', lane: 'l' }));
    const asking = [1, 2, 3, 4].map((number) => queue.debounce(db, debounced(number, { userId: 'u', lane: 'l' })));
    const forgetting = postgres.transaction((tx) => queue.forgetUser(tx, 'u'));
    await Promise.all([...asking, forgetting]);
    expect((await living()).length).toBeLessThanOrEqual(1);
  });

  it("respect a person's limits", async () => {
    const { queue } = start({ limits: { waitingPerGuild: 50, waitingPerUser: 1 } });
    await queue.debounce(db, debounced(1, { userId: 'u' }));
    expect(await queue.debounce(db, debounced(2, { userId: 'u' }))).toMatchObject({ status: 'replaced' });
    expect(await queue.debounce(db, debounced(3, { userId: 'u', key: 'other' }))).toMatchObject({ status: 'full' });
  });
});

it('a key can be used by a plain job after its own job was replaced while running', async () => {
  const { queue } = start();
  const { handler, nth } = holding();
  await work(queue, handler);
  await queue.enqueueKeyed(db, keyed('replace', 1));
  const running = await nth(0);
  const next = await queue.enqueueKeyed(db, keyed('replace', 2, { runAt: START_MS + 60_000 }));
  expect((await row(running.job.id)).key).toBeNull();
  expect((await row('jobId' in next ? next.jobId : '')).key).toBe('k');
  running.finish();
  await until(running.job.id, 'done');
});
