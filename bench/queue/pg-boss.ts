import { randomUUID } from 'node:crypto';
import { PgBoss } from 'pg-boss';
import type { WorkOptions } from 'pg-boss';
import type { AtEnd } from '../lib/clean-up.ts';
import type { Database } from '../lib/database.ts';
import { countdown } from './drain.ts';
import type { Drained } from './drain.ts';

/** Each run of jobs gets a queue of its own, and is cut off after this time: some settings would need minutes. */
const withinMs = 5000;

export async function startBoss({ connection }: Database, atEnd: AtEnd): Promise<PgBoss> {
  // Counts of waiting jobs as fresh as they can be, for `burstWhenReadyExceeds`.
  const boss = new PgBoss({
    ...connection,
    superviseIntervalSeconds: 1,
    monitorIntervalSeconds: 1,
    queueCacheIntervalSeconds: 1,
  });
  boss.on('error', (error) => console.error(error));
  atEnd(() => boss.stop({ graceful: false }));
  await boss.start();
  return boss;
}

export async function enqueueTimes(boss: PgBoss, count: number): Promise<number[]> {
  const name = await openQueue(boss);
  const times: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const beganMs = performance.now();
    await boss.send(name, { answerId: randomUUID() }, { id: randomUUID() });
    times.push(performance.now() - beganMs);
  }
  await boss.deleteQueue(name);
  return times;
}

/** How fast `work()` with these options runs a backlog of jobs that do nothing. */
export async function drain(boss: PgBoss, jobs: number, options: WorkOptions): Promise<Drained> {
  const name = await openQueue(boss);
  await boss.insert(
    name,
    Array.from({ length: jobs }, () => ({ data: { answerId: randomUUID() } })),
  );
  const count = countdown(jobs, withinMs);
  await boss.work(name, options, async (batch) => {
    for (let index = 0; index < batch.length; index += 1) count.one();
  });
  const drained = await count.ended;
  await boss.offWork(name, { wait: true });
  await boss.deleteQueue(name);
  return drained;
}

async function openQueue(boss: PgBoss): Promise<string> {
  const name = `bench-${randomUUID()}`;
  await boss.createQueue(name);
  return name;
}
