import { sql } from 'kysely';
import { describe, expect, it, vi } from 'vitest';
import { systemIds } from '../../kernel/ids.ts';
import { createManualClock } from '../../testing/manual-clock.ts';
import { holding, queueBench, START_MS, work } from '../../testing/queue-bench.ts';
import { LeaseLost, type Queue } from './index.ts';

const { postgres, start, add, row, until, pass, cutConnections } = await queueBench();

/** A job that killed its workers as often as allowed, and the processes that reported it. */
async function lostForGood() {
  const clock = createManualClock(START_MS);
  const next = () => start({ instanceId: 'same', clock });
  const first = next();
  const jobId = await add(first.queue, { maxAttempts: 1 });
  await sql`UPDATE queue_job SET state = 'active', attempt = 3, instance_id = 'same',
    boot_id = ${systemIds.uuid()}::uuid, lease_until_ms = 0`.execute(postgres.db);
  const [{ runs, handler }, telling] = [holding(), holding()];
  const handlers = { run: handler, afterLoss: telling.handler };
  await work(first.queue, handlers);
  return { first, next, jobId, runs, telling, handlers };
}

describe('a worker that dies', () => {
  it('loses its jobs to another within 15 s, and its late ends are ignored', async () => {
    const clock = createManualClock(START_MS);
    const dying = start({ instanceId: 'dying', clock });
    const { handler, nth } = holding();
    await work(dying.queue, handler);
    const jobId = await add(dying.queue);
    await nth(0);
    await dying.kill();

    const heir = start({ instanceId: 'heir', clock });
    const second = holding();
    await work(heir.queue, second.handler);
    await pass(clock, 9_000);
    expect(second.runs).toHaveLength(0);
    await pass(clock, 6_000);
    const again = await second.nth(0);
    expect(again.job).toMatchObject({ id: jobId, attempt: 2 });
    again.finish();
    await until(jobId, 'done');
  });

  it('has its jobs taken at once by its next process, and its late ends are ignored', async () => {
    const clock = createManualClock(START_MS);
    const before = start({ instanceId: 'same', clock });
    const first = holding();
    await work(before.queue, first.handler);
    const jobId = await add(before.queue);
    const stale = await first.nth(0);

    const after = start({ instanceId: 'same', clock });
    const second = holding();
    await work(after.queue, second.handler);
    const again = await second.nth(0);
    expect(again.job).toMatchObject({ id: jobId, attempt: 2 });

    stale.finish();
    await pass(clock, 1_000);
    expect(await row(jobId)).toMatchObject({ state: 'active', attempt: 2 });
    again.finish();
    await until(jobId, 'done');
  });

  it('learns by its signal that another has its job, if it was only suspended', async () => {
    const clock = createManualClock(START_MS);
    const { queue } = start({ instanceId: 'sleepy', clock });
    const { handler, nth } = holding();
    await work(queue, handler);
    const jobId = await add(queue);
    const run = await nth(0);
    await sql`UPDATE queue_job SET boot_id = ${systemIds.uuid()}::uuid, attempt = 2`.execute(postgres.db);
    await pass(clock, 4_000);
    await vi.waitFor(() => expect(run.signal.reason).toBeInstanceOf(LeaseLost));
    expect(await row(jobId)).toMatchObject({ state: 'active', attempt: 2 });
  });

  it('ends a job that kills every worker', async () => {
    const clock = createManualClock(START_MS);
    let jobId = '';
    for (let life = 1; life <= 6; life += 1) {
      const { queue, kill } = start({ instanceId: 'same', clock });
      const { runs, handler, nth } = holding();
      await work(queue, handler);
      if (life === 1) jobId = await add(queue, { maxAttempts: 3 });
      if (life <= 5) expect((await nth(0)).lastAttempt).toBe(life >= 3);
      else expect(runs).toHaveLength(0);
      await kill();
    }
    expect(await row(jobId)).toMatchObject({ state: 'dead', attempt: 5, error: 'worker lost' });
  });

  it('reports a job that killed every worker in one more run, when the handler can', async () => {
    const clock = createManualClock(START_MS);
    let jobId = '';
    for (let life = 1; life <= 4; life += 1) {
      const { queue, kill } = start({ instanceId: 'same', clock });
      const [{ handler, nth }, telling] = [holding(), holding()];
      await work(queue, { run: handler, afterLoss: telling.handler });
      if (life === 1) jobId = await add(queue, { maxAttempts: 1 });
      if (life <= 3) await nth(0);
      else (await telling.nth(0)).finish();
      if (life <= 3) await kill();
    }
    expect(await until(jobId, 'dead')).toMatchObject({ attempt: 4, error: 'worker lost' });
  });

  it.each(['fails', 'is lost'])('ends the job also when the report %s', async (end) => {
    const { first, next, jobId, runs, telling, handlers } = await lostForGood();
    const told = await telling.nth(0);
    if (end === 'fails') told.fail(new Error('no'));
    else {
      await first.kill();
      await work(next().queue, handlers);
    }
    expect(await until(jobId, 'dead')).toMatchObject({ attempt: 4, error: 'worker lost' });
    expect([runs.length, telling.runs.length]).toEqual([0, 1]);
  });

  it('still reports its job when the first reporting process had to shut down', async () => {
    const { first, next, jobId, runs, telling, handlers } = await lostForGood();
    await telling.nth(0);
    await first.stop();
    await work(next().queue, handlers);
    (await telling.nth(1)).finish();
    expect(await until(jobId, 'dead')).toMatchObject({ error: 'worker lost' });
    expect(runs).toHaveLength(0);
  });

  it('keeps its jobs while it lives, however long they take', async () => {
    const clock = createManualClock(START_MS);
    const slow = start({ instanceId: 'slow', clock });
    const { runs, handler, nth } = holding();
    await work(slow.queue, handler);
    const idle = start({ instanceId: 'idle', clock });
    await add(slow.queue);
    const run = await nth(0);
    await work(idle.queue, handler);
    await pass(clock, 40_000);
    expect(run.signal.aborted).toBe(false);
    expect(runs).toHaveLength(1);
  });
});

describe('two processes over one database', () => {
  it('run every job exactly once in total', async () => {
    const roomy = { waitingPerGuild: 1_000, waitingPerUser: 1_000 };
    const processes = [start({ limits: roomy }), start({ instanceId: 'second', limits: roomy })];
    const seen: string[] = [];
    for (const { queue } of processes) await work(queue, async ({ job }) => void seen.push(job.id), { text: 5 });
    const [adder] = processes;
    const ids = await Promise.all(Array.from({ length: 200 }, () => add(adder?.queue as Queue, { userId: 'u' })));
    await vi.waitFor(async () => {
      await Promise.all(processes.map(({ queue }) => queue.idle()));
      expect(seen).toHaveLength(200);
    });
    expect(seen.toSorted()).toEqual(ids.toSorted());
    const { done } = await postgres.db
      .selectFrom('queue_job')
      .select(sql<number>`count(*) FILTER (WHERE state = 'done' AND attempt = 1)`.as('done'))
      .executeTakeFirstOrThrow();
    expect(done).toBe(200);
  });
});

describe('without the database for a while', () => {
  it('recovers by itself and records the missing ends', async () => {
    const { queue, clock } = start();
    const { handler, nth } = holding();
    await work(queue, handler);
    const jobId = await add(queue);
    const run = await nth(0);
    await sql`ALTER TABLE queue_job RENAME TO queue_job_away`.execute(postgres.db);
    run.finish();
    await pass(clock, 2_000);
    await sql`ALTER TABLE queue_job_away RENAME TO queue_job`.execute(postgres.db);
    await cutConnections();
    await vi.waitFor(
      async () => {
        await pass(clock, 1_000);
        expect((await row(jobId)).state).toBe('done');
      },
      { timeout: 10_000 },
    );
    await vi.waitFor(async () => {
      await add(queue).catch(() => {});
      await nth(1);
    });
  });
});
