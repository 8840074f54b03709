import { sql } from 'kysely';
import { describe, expect, it, vi } from 'vitest';
import { Cancelled, UserError, VendorError } from '../../kernel/errors.ts';
import { systemIds } from '../../kernel/ids.ts';
import { holding, queueBench, START_MS, work } from '../../testing/queue-bench.ts';
import { ShuttingDown } from './index.ts';

const { postgres, start, add, row, until, pass } = await queueBench();

describe('running jobs', () => {
  it('keeps each queue to its own concurrency, and ignores other queues', async () => {
    const { queue } = start();
    const { runs, handler, nth } = holding();
    for (let n = 0; n < 4; n += 1) await add(queue, { payload: { n } });
    const image = await add(queue, { queue: 'images' });
    await work(queue, handler, { text: 2 });
    await nth(1);
    expect(await queue.stats()).toContainEqual({ queue: 'text', waiting: 2, active: 2, dead: 0 });
    expect((await row(image)).state).toBe('waiting');
    runs[0]?.finish();
    await nth(2);
    expect(runs).toHaveLength(3);
  });

  it('leaves kinds without a handler to other workers', async () => {
    const { queue } = start();
    const jobId = await add(queue, { kind: 'other/job' });
    await work(queue, async () => {});
    await queue.idle();
    expect((await row(jobId)).state).toBe('waiting');
  });

  it('runs a delayed job at its exact time', async () => {
    const { queue, clock } = start();
    const startedAt: number[] = [];
    await work(queue, async () => void startedAt.push(clock.now()));
    await add(queue, { runAt: START_MS + 700 });
    await queue.idle();
    await vi.waitFor(() => expect(clock.pending).toBe(2));
    await clock.advance(699);
    expect(startedAt).toEqual([]);
    await clock.advance(1);
    await vi.waitFor(() => expect(startedAt).toEqual([START_MS + 700]));
  });
});

describe('a failed run', () => {
  it('is retried with growing delays, then kept as dead with the kind of failure but no message', async () => {
    const { queue, clock } = start();
    const attempts: [number, boolean][] = [];
    const jobId = await add(queue);
    await work(queue, async ({ job, lastAttempt }) => {
      attempts.push([job.attempt, lastAttempt]);
      throw new TypeError('what somebody wrote');
    });
    await queue.idle();
    expect(await row(jobId)).toMatchObject({ state: 'waiting', run_at_ms: START_MS + 1_000 });
    await pass(clock, 1_000);
    await queue.idle();
    expect(await row(jobId)).toMatchObject({ state: 'waiting', run_at_ms: START_MS + 3_000 });
    await pass(clock, 2_000);
    await queue.idle();
    const dead = await row(jobId);
    expect(dead.state).toBe('dead');
    expect(dead.error).toMatch(/^TypeError at /);
    expect(dead.error).not.toContain('somebody');
    expect(attempts).toEqual([
      [1, false],
      [2, false],
      [3, true],
    ]);
    expect(await queue.stats()).toContainEqual({ queue: 'text', waiting: 0, active: 0, dead: 1 });
  });

  it('waits as long as the vendor asked', async () => {
    const { queue } = start();
    const jobId = await add(queue);
    await work(queue, async () => {
      throw new VendorError('model/rate-limited', 'slow down', { retryable: true, retryAfterMs: 42_000 });
    });
    await queue.idle();
    expect(await row(jobId)).toMatchObject({
      run_at_ms: START_MS + 42_000,
      error: 'VendorError model/rate-limited',
    });
  });

  it.each([
    ['a vendor error that is not retryable', new VendorError('model/refused', 'no', { retryable: false })],
    ['an answer to the user', new UserError('chat/too-long', 'too long')],
  ])('is final at once: %s', async (_, error) => {
    const { queue } = start();
    const jobId = await add(queue);
    await work(queue, async () => {
      throw error;
    });
    await queue.idle();
    expect(await row(jobId)).toMatchObject({ state: 'dead', attempt: 1 });
  });
});

describe('cancelling', () => {
  it('ends a waiting job at once, and finds no ended or unknown one', async () => {
    const { queue } = start();
    const jobId = await add(queue);
    expect(await queue.cancel(jobId, 'u')).toBe('cancelled');
    expect(await row(jobId)).toMatchObject({ state: 'cancelled', ended_at_ms: START_MS });
    expect(await queue.cancel(jobId, 'u')).toBe('not-found');
    expect(await queue.cancel(systemIds.uuid(), 'u')).toBe('not-found');
  });

  it('reaches a handler in another process, with the canceller', async () => {
    const gateway = start({ instanceId: 'gateway' });
    const worker = start({ instanceId: 'worker' });
    const { handler, nth } = holding();
    await work(worker.queue, handler);
    const jobId = await add(gateway.queue);
    const run = await nth(0);
    expect(await gateway.queue.cancel(jobId, 'user 7')).toBe('cancelling');
    const found = await until(jobId, 'cancelled');
    expect(run.signal.reason).toBeInstanceOf(Cancelled);
    expect(run.signal.reason).toMatchObject({ by: 'user 7' });
    expect(found.attempt).toBe(1);
  });

  it('reaches the handler by the heartbeat when the notification was lost', async () => {
    const { queue, clock } = start();
    const { handler, nth } = holding();
    await work(queue, handler);
    const jobId = await add(queue);
    await nth(0);
    await sql`UPDATE queue_job SET cancel_by = 'u' WHERE id = ${jobId}::uuid`.execute(postgres.db);
    await pass(clock, 4_000);
    await until(jobId, 'cancelled');
  });
});

describe('stopping', () => {
  it('waits for running jobs within the grace period', async () => {
    const { queue } = start();
    const { handler, nth } = holding();
    await work(queue, handler);
    const jobId = await add(queue);
    const waiting = await add(queue);
    const run = await nth(0);
    const stopped = queue.stop(5_000);
    run.finish();
    await stopped;
    expect((await row(jobId)).state).toBe('done');
    expect((await row(waiting)).state).toBe('waiting');
  });

  it('hands back the rest at once, without using an attempt', async () => {
    const { queue, clock } = start();
    const { handler, nth } = holding();
    await work(queue, handler);
    const jobId = await add(queue, { maxAttempts: 1 });
    const run = await nth(0);
    const stopped = queue.stop(5_000);
    await clock.advance(5_000);
    await stopped;
    expect(run.signal.reason).toBeInstanceOf(ShuttingDown);
    expect((await row(jobId)).state).toBe('waiting');

    const next = start({ instanceId: 'next' });
    const second = holding();
    await work(next.queue, second.handler);
    expect((await second.nth(0)).lastAttempt).toBe(true);
    expect((await second.nth(0)).job.id).toBe(jobId);
  });
});

describe('ended jobs', () => {
  it('are kept for a week and then deleted', async () => {
    const { queue, clock } = start();
    const [old, recent] = [await add(queue), await add(queue)];
    await work(queue, async () => {});
    await queue.idle();
    const endedDaysAgo = async (jobId: string, days: number) =>
      sql`UPDATE queue_job SET ended_at_ms = ${START_MS - days * 24 * 3_600_000} WHERE id = ${jobId}`.execute(
        postgres.db,
      );
    await endedDaysAgo(old, 7);
    await endedDaysAgo(recent, 6);
    await pass(clock, 1_000);
    await vi.waitFor(async () => {
      const left = await postgres.db.selectFrom('queue_job').select('id').execute();
      expect(left).toEqual([{ id: recent }]);
    });
  });
});
