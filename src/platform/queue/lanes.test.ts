import { setTimeout as realDelay } from 'node:timers/promises';
import { sql } from 'kysely';
import { describe, expect, it, vi } from 'vitest';
import { VendorError } from '../../kernel/errors.ts';
import { createManualClock, type ManualClock } from '../../testing/manual-clock.ts';
import { holding, jobSpec, queueBench, START_MS, work } from '../../testing/queue-bench.ts';
import type { Queue } from './index.ts';

const { postgres, start, add, row, until, pass } = await queueBench();

const roomy = { waitingPerGuild: 100_000, waitingPerUser: 100_000 };
const inLine = async (queue: Queue, jobId: string) => (await queue.inLine([jobId]))[0];

describe('a lane', () => {
  it('runs one job at a time, in order of adding, over several processes, beside other lanes', async () => {
    const processes = [
      start({ limits: roomy }),
      start({ instanceId: 'second', limits: roomy }),
      start({ instanceId: 'third', limits: roomy }),
    ];
    const [adder] = processes as [(typeof processes)[number]];
    const running = new Map<string, number>();
    const order = new Map<string, number[]>();
    let mostAtOnce = 0;
    for (const { queue } of processes) {
      const handler = async ({ job }: { job: { payload: Record<string, unknown> } }) => {
        const { lane, n } = job.payload as { lane: string; n: number };
        running.set(lane, (running.get(lane) ?? 0) + 1);
        expect(running.get(lane), `one of ${lane} at a time`).toBe(1);
        order.set(lane, [...(order.get(lane) ?? []), n]);
        mostAtOnce = Math.max(mostAtOnce, [...running.values()].filter((count) => count > 0).length);
        await realDelay(n % 4);
        running.set(lane, 0);
      };
      await work(queue, handler, { text: 4 });
    }
    const lanes = ['a', 'b', 'c'];
    for (let n = 0; n < 40; n += 1) {
      // People and priorities order lanes among each other, never the jobs of one lane.
      const added = lanes.map((lane) =>
        add(adder.queue, { lane, userId: `user ${n % 3}`, priority: n % 2, payload: { lane, n } }),
      );
      await Promise.all(added);
    }
    const expected = Array.from({ length: 40 }, (_, n) => n);
    await vi.waitFor(() => expect([...order.values()].flat()).toHaveLength(120), { timeout: 15_000 });
    for (const lane of lanes) expect(order.get(lane)).toEqual(expected);
    expect(mostAtOnce).toBeGreaterThan(1);
  });

  it('loses no job that is added just as another ends, without a clock tick', async () => {
    const adders = [start({ limits: roomy }), start({ instanceId: 'second', limits: roomy })];
    const worker = start({ instanceId: 'worker', limits: roomy });
    let ended = 0;
    await work(worker.queue, async () => void (ended += 1), { text: 4 });
    const fill = async (queue: Queue) => {
      for (let n = 0; n < 100; n += 1) await add(queue, { lane: `lane ${n % 2}` });
    };
    await Promise.all(adders.map(({ queue }) => fill(queue)));
    await vi.waitFor(() => expect(ended).toBe(200), { timeout: 15_000 });
  });

  it('wakes another process for its next job when its own process took something else', async () => {
    const busy = start();
    const first = holding();
    await work(busy.queue, first.handler);
    await add(busy.queue, { lane: 'x', payload: { n: 1 } });
    const run = await first.nth(0);
    const next = await add(busy.queue, { lane: 'x', userId: 'later' });
    await add(busy.queue, { priority: 9 });
    const other = start({ instanceId: 'other' });
    const second = holding();
    await work(other.queue, second.handler, { text: 2 });
    await second.nth(0);
    run.finish();
    const began = await Promise.race([first.nth(1), second.nth(1)]);
    expect(began.job.id).toBe(next);
  });
});

describe('a lane whose first job is waiting', () => {
  it('for a retry holds back the later ones, without busy polling or blocking other lanes', async () => {
    const { queue, clock } = start();
    const runs: unknown[] = [];
    let failures = 1;
    await work(queue, async ({ job }) => {
      runs.push(job.payload['n']);
      if (job.payload['n'] === 1 && failures-- > 0) {
        throw new VendorError('model/rate-limited', 'slow down', { retryable: true, retryAfterMs: 5_000 });
      }
    });
    await add(queue, { lane: 'x', payload: { n: 1 } });
    const held = await add(queue, { lane: 'x', payload: { n: 2 } });
    await add(queue, { lane: 'y', payload: { n: 3 } });
    await queue.idle();
    expect(runs).toEqual([1, 3]);
    expect(await row(held)).toMatchObject({ state: 'waiting', held: true });
    await pass(clock, 5_000);
    await vi.waitFor(() => expect(runs).toEqual([1, 3, 1, 2]));
  });

  it('for its time is freed by cancelling it', async () => {
    const { queue } = start();
    const { handler, nth } = holding();
    await work(queue, handler);
    const first = await add(queue, { lane: 'x', runAt: START_MS + 60_000 });
    const held = await add(queue, { lane: 'x' });
    const last = await add(queue, { lane: 'x' });
    await queue.idle();
    expect(await queue.cancel(held, 'me')).toBe('cancelled');
    expect(await row(last)).toMatchObject({ held: true });
    expect(await queue.cancel(first, 'me')).toBe('cancelled');
    expect((await nth(0)).job.id).toBe(last);
  });

  it("is freed when the job's person is deleted", async () => {
    const { queue } = start();
    const { handler, nth } = holding();
    await add(queue, { lane: 'x', userId: 'gone', runAt: START_MS + 60_000 });
    const next = await add(queue, { lane: 'x', userId: 'stays' });
    await work(queue, handler);
    await postgres.transaction((tx) => queue.forgetUser(tx, 'gone'));
    expect((await nth(0)).job.id).toBe(next);
  });
});

describe('a lane whose job is running', () => {
  it('continues after a cancellation and after a final failure', async () => {
    const { queue } = start();
    const { handler, nth } = holding();
    await work(queue, handler, { text: 4 });
    const first = await add(queue, { lane: 'x' });
    await add(queue, { lane: 'x', maxAttempts: 1 });
    const third = await add(queue, { lane: 'x' });
    await nth(0);
    expect(await queue.cancel(first, 'me')).toBe('cancelling');
    (await nth(1)).fail(new Error('no'));
    expect((await nth(2)).job.id).toBe(third);
  });

  it('runs that job again first when its worker dies', async () => {
    const clock = createManualClock(START_MS);
    const dying = start({ instanceId: 'dying', clock });
    const lost = holding();
    await work(dying.queue, lost.handler, { text: 4 });
    const first = await add(dying.queue, { lane: 'x' });
    const second = await add(dying.queue, { lane: 'x' });
    await lost.nth(0);
    await dying.kill();
    const heir = start({ instanceId: 'heir', clock });
    const { runs, handler, nth } = holding();
    await work(heir.queue, handler, { text: 4 });
    await pass(clock, 5_000);
    expect(runs).toHaveLength(0);
    await pass(clock, 10_000);
    const again = await nth(0);
    expect(again.job).toMatchObject({ id: first, attempt: 2 });
    expect(runs).toHaveLength(1);
    again.finish();
    expect((await nth(1)).job.id).toBe(second);
  });

  it('runs that job again first when its worker stops', async () => {
    const { queue, stop } = start();
    const before = holding();
    await work(queue, before.handler, { text: 4 });
    const first = await add(queue, { lane: 'x' });
    const second = await add(queue, { lane: 'x' });
    await before.nth(0);
    await stop();
    const after = start({ instanceId: 'after' });
    const { runs, handler, nth } = holding();
    await work(after.queue, handler, { text: 4 });
    expect((await nth(0)).job.id).toBe(first);
    await after.queue.cancel(second, 'me');
    expect(runs).toHaveLength(1);
  });

  it('is freed when the job is given up for killing its workers', async () => {
    const { queue } = start();
    const first = await add(queue, { lane: 'x', maxAttempts: 1 });
    const second = await add(queue, { lane: 'x' });
    await sql`UPDATE queue_job SET state = 'active', attempt = 3, boot_id = gen_random_uuid(), lease_until_ms = 0
      WHERE id = ${first}::uuid`.execute(postgres.db);
    const { handler, nth } = holding();
    const { queue: worked, clock } = start({ instanceId: 'second' });
    await work(worked, handler);
    await pass(clock, 2_000);
    await until(first, 'dead');
    expect((await nth(0)).job.id).toBe(second);
  });
});

describe('the wait of a job in line', () => {
  it('counts jobs of its lane and others before it, and is estimated by the latest runs', async () => {
    const { queue, clock } = start();
    const { handler, nth } = holding();
    await work(queue, handler, { text: 2 });
    for (const index of [0, 1]) {
      await add(queue, { lane: 'x', userId: 'a' });
      const { finish } = await nth(index);
      await clock.advance(4_000);
      finish();
      await queue.idle();
    }
    await add(queue, { lane: 'x', userId: 'a' });
    await add(queue, { lane: 'y', userId: 'b' });
    await nth(3);
    await clock.advance(1_000);
    const second = await add(queue, { lane: 'x', userId: 'a' });
    const third = await add(queue, { lane: 'x', userId: 'a' });
    // The running job of its lane has 3 s left; each one before it should take 4 s.
    expect(await inLine(queue, second)).toEqual({ jobId: second, ahead: 0, waitMs: 3_000 });
    expect(await inLine(queue, third)).toEqual({ jobId: third, ahead: 1, waitMs: 7_000 });
    // Without a lane, one of two slots of 4 s each becomes free.
    const alone = await add(queue, { userId: 'c' });
    expect(await inLine(queue, alone)).toEqual({ jobId: alone, ahead: 0, waitMs: 2_000 });
    const last = await queue.enqueue(postgres.db, jobSpec({ lane: 'x', userId: 'd' }));
    // Two of its lane come first, and so does the one without a lane.
    expect(last).toMatchObject({ status: 'queued', ahead: 3 });
  });

  it('is unknown before any run', async () => {
    const { queue } = start();
    const jobId = await add(queue);
    expect(await inLine(queue, jobId)).toEqual({ jobId, ahead: 0, waitMs: null });
    await queue.cancel(jobId, 'me');
    expect(await inLine(queue, jobId)).toBeUndefined();
  });
});

describe('a job that a transaction keeps waiting', () => {
  it('starts as soon as the transaction ends', async () => {
    const { queue } = start();
    const { runs, handler, nth } = holding();
    const jobId = await add(queue, { lane: 'x' });
    await postgres.transaction(async (tx) => {
      expect(await queue.keepWaiting(tx, jobId)).toBe(true);
      await work(queue, handler);
      await realDelay(20);
      expect(runs).toHaveLength(0);
    });
    await nth(0);
    await postgres.transaction(async (tx) => expect(await queue.keepWaiting(tx, jobId)).toBe(false));
  });

  it('is found again when its lane was freed during the transaction', async () => {
    const { queue } = start();
    const { handler, nth } = holding();
    await work(queue, handler);
    await add(queue, { lane: 'x' });
    const second = await add(queue, { lane: 'x' });
    await add(queue, { lane: 'x' });
    const first = await nth(0);
    await postgres.transaction(async (tx) => {
      await queue.keepWaiting(tx, second);
      first.finish();
      await until(first.job.id, 'done');
    });
    expect((await nth(1)).job.id).toBe(second);
  });
});

describe('a job that enters a lane', () => {
  it('becomes its first, even while running, unless others were quicker', async () => {
    const { queue } = start();
    const { runs, handler, nth } = holding();
    await work(queue, handler, { text: 4 });
    const [early, late] = [await add(queue), await add(queue)];
    const first = await nth(0);
    await nth(1);
    expect(await postgres.transaction((tx) => queue.enterLane(tx, early, 'x'))).toBe(true);
    expect(await postgres.transaction((tx) => queue.enterLane(tx, late, 'x'))).toBe(false);
    const next = await add(queue, { lane: 'x' });
    expect(await row(next)).toMatchObject({ held: true });
    expect(runs).toHaveLength(2);
    first.finish();
    expect((await nth(2)).job.id).toBe(next);
  });
});

describe('10,000 waiting jobs', () => {
  it('with mostly held jobs costs a search no more than the free ones', async () => {
    const { queue, clock } = start({ limits: roomy });
    await sql`
      INSERT INTO queue_job (id, queue, kind, payload, user_id, lane, held, priority, turn, state, run_at_ms,
        max_attempts, created_at_ms)
      SELECT gen_random_uuid(), 'text', 'test/job', '{}', 'user ' || n % 500, 'lane ' || n % 20, n > 20, 0, n / 500,
        'waiting', CASE n % 3 WHEN 0 THEN ${START_MS}::bigint ELSE 0 END, 3, ${START_MS}
      FROM generate_series(1, 10000) AS n`.execute(postgres.db);
    await sql`ANALYZE queue_job`.execute(postgres.db);
    const before = await rowsRead(clock);
    const { runs, handler, nth } = holding();
    await work(queue, handler, { text: 16 });
    await nth(15);
    const jobId = await add(queue, { lane: 'lane 1' });
    await queue.inLine([jobId]);
    for (const { finish } of runs.slice(0, 4)) finish();
    await nth(19);
    const after = await rowsRead(clock);
    expect(after.whole - before.whole, 'walks over the whole table').toBe(0);
    // 500 jobs of the added one's lane come first, and they are counted twice.
    expect(after.byIndex - before.byIndex).toBeLessThan(3_000);
  });

  async function rowsRead(clock: ManualClock): Promise<{ whole: number; byIndex: number }> {
    // A connection reports its counters when it is used more than a second after the last report.
    await realDelay(1_100);
    await pass(clock, 2_000);
    await realDelay(50);
    const { rows } = await sql<{ whole: number; byIndex: number }>`
      SELECT seq_scan AS whole, idx_tup_fetch AS "byIndex" FROM pg_stat_user_tables WHERE relname = 'queue_job'
    `.execute(postgres.db);
    return rows[0] ?? { whole: 0, byIndex: 0 };
  }
});
