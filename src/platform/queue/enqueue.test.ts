import { describe, expect, it } from 'vitest';
import { holding, jobSpec, queueBench, START_MS, work } from '../../testing/queue-bench.ts';
import type { EnqueueResult, Queue } from './index.ts';

const { postgres, start, add, until } = await queueBench();

const ahead = async (queue: Queue, jobId: string) => (await queue.inLine([jobId]))[0]?.ahead;

describe('adding a job', () => {
  it('commits or rolls back with its transaction', async () => {
    const { queue } = start();
    await postgres
      .transaction(async (tx) => {
        await queue.enqueue(tx, jobSpec({ key: 'a' }));
        throw new Error('taken back');
      })
      .catch(() => {});
    expect(await queue.stats()).toContainEqual({ queue: 'text', waiting: 0, active: 0, dead: 0 });
    await postgres.transaction((tx) => queue.enqueue(tx, jobSpec({ key: 'a' })));
    expect(await queue.stats()).toContainEqual({ queue: 'text', waiting: 1, active: 0, dead: 0 });
  });

  it('wakes a worker on commit', async () => {
    const { queue } = start();
    const { handler, nth } = holding();
    await work(queue, handler);
    const jobId = await add(queue, { payload: { messageId: '1' }, userId: 'u', guildId: 'g' });
    const { job, lastAttempt, finish } = await nth(0);
    expect(job).toEqual({
      id: jobId,
      queue: 'text',
      kind: 'test/job',
      payload: { messageId: '1' },
      userId: 'u',
      guildId: 'g',
      attempt: 1,
      maxAttempts: 3,
      createdAt: START_MS,
    });
    expect(lastAttempt).toBe(false);
    finish();
    await until(jobId, 'done');
  });

  it('does nothing the second time under the same key, even after the first has ended', async () => {
    const { queue } = start();
    const jobId = await add(queue, { key: 'once' });
    expect(await queue.enqueue(postgres.db, jobSpec({ key: 'once' }))).toEqual({ status: 'duplicate', jobId });
    await work(queue, async () => {});
    await until(jobId, 'done');
    expect(await queue.enqueue(postgres.db, jobSpec({ key: 'once' }))).toEqual({ status: 'duplicate', jobId });
  });

  it('makes one job of concurrent ones with the same key', async () => {
    const { queue } = start();
    const results = await Promise.all(
      Array.from({ length: 8 }, () => queue.enqueue(postgres.db, jobSpec({ key: 'same' }))),
    );
    expect(results.filter((result) => result.status === 'queued')).toHaveLength(1);
    expect(new Set(results.map((result) => (result.status === 'full' ? '' : result.jobId))).size).toBe(1);
  });

  it('returns how many jobs come first', async () => {
    const { queue } = start();
    await add(queue);
    await add(queue, { priority: 1 });
    await add(queue, { queue: 'images' });
    expect(await queue.enqueue(postgres.db, jobSpec())).toMatchObject({ status: 'queued', ahead: 2 });
    expect(await queue.enqueue(postgres.db, jobSpec({ priority: 1 }))).toMatchObject({ ahead: 1 });
  });
});

describe('limits on waiting jobs', () => {
  const count = (results: EnqueueResult[], status: string) =>
    results.filter((result) => result.status === status).length;

  it("refuse a job over the user's limit, and don't refuse a duplicate", async () => {
    const { queue } = start({ limits: { waitingPerGuild: 50, waitingPerUser: 2 } });
    const first = await add(queue, { userId: 'u', key: 'k' });
    await add(queue, { userId: 'u' });
    expect(await queue.enqueue(postgres.db, jobSpec({ userId: 'u' }))).toEqual({
      status: 'full',
      scope: 'user',
      limit: 2,
    });
    expect(await queue.enqueue(postgres.db, jobSpec({ userId: 'u', key: 'k' }))).toEqual({
      status: 'duplicate',
      jobId: first,
    });
    expect(await queue.enqueue(postgres.db, jobSpec({ userId: 'another' }))).toMatchObject({ status: 'queued' });
  });

  it('are exact under concurrency, for users and guilds, over several processes', async () => {
    const tight = { waitingPerGuild: 7, waitingPerUser: 3 };
    const processes = [start({ limits: tight }), start({ instanceId: 'second', limits: tight })];
    const twelve = (users: (n: number) => string) =>
      Promise.all(
        processes.flatMap(({ queue }) =>
          [1, 2, 3, 4, 5, 6].map((n) => queue.enqueue(postgres.db, jobSpec({ userId: users(n), guildId: 'g' }))),
        ),
      );
    const one = await twelve(() => 'u');
    expect(count(one, 'queued')).toBe(3);
    const others = await twelve((n) => `u${n}`);
    expect(count(others, 'queued')).toBe(4);
    expect(others).toContainEqual({ status: 'full', scope: 'guild', limit: 7 });
  });
});

describe('the order of jobs', () => {
  it("takes users in turns: one user's many jobs don't delay another's first", async () => {
    const { queue } = start({ limits: { waitingPerGuild: 500, waitingPerUser: 500 } });
    const { handler, nth } = holding();
    for (let n = 0; n < 100; n += 1) await add(queue, { userId: 'greedy', payload: { n } });
    await work(queue, handler);
    (await nth(0)).finish();
    await nth(1);
    const other = await add(queue, { userId: 'other' });
    expect(await ahead(queue, other)).toBe(0);
    await add(queue, { userId: 'other' });
    for (let index = 1; index < 6; index += 1) (await nth(index)).finish();
    const order = await Promise.all([0, 1, 2, 3, 4, 5].map(async (index) => (await nth(index)).job.userId));
    expect(order).toEqual(['greedy', 'greedy', 'other', 'greedy', 'other', 'greedy']);
  });

  it('gives no credit for absence', async () => {
    const { queue } = start();
    const { handler, nth } = holding();
    await work(queue, handler);
    for (let n = 0; n < 4; n += 1) {
      await add(queue, { userId: 'regular' });
      (await nth(n)).finish();
    }
    await add(queue, { userId: 'regular' });
    await nth(4);
    for (let n = 0; n < 3; n += 1) await add(queue, { userId: 'late' });
    await add(queue, { userId: 'regular' });
    for (let index = 4; index < 9; index += 1) (await nth(index)).finish();
    const order = await Promise.all([5, 6, 7, 8].map(async (index) => (await nth(index)).job.userId));
    expect(order).toEqual(['late', 'late', 'regular', 'late']);
  });

  it("puts priority before turns, and keeps one user's jobs in order", async () => {
    const { queue } = start();
    const order: unknown[] = [];
    await add(queue, { userId: 'u', payload: { n: 1 } });
    await add(queue, { userId: 'u', payload: { n: 2 } });
    await add(queue, { userId: 'u', payload: { n: 3 }, priority: 5 });
    await work(queue, async ({ job }) => void order.push(job.payload['n']));
    await queue.idle();
    expect(order).toEqual([3, 1, 2]);
  });

  it('gives the position among waiting jobs', async () => {
    const { queue } = start();
    const first = await add(queue, { userId: 'a' });
    const second = await add(queue, { userId: 'a' });
    const delayed = await add(queue, { userId: 'b', runAt: START_MS + 60_000 });
    expect(await ahead(queue, first)).toBe(0);
    expect(await ahead(queue, second)).toBe(1);
    expect(await ahead(queue, delayed)).toBe(1);
    await queue.cancel(first, 'me');
    expect(await ahead(queue, first)).toBeUndefined();
    expect(await ahead(queue, second)).toBe(0);
  });
});
