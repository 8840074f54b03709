import { once } from 'node:events';
import { sql } from 'kysely';
import { systemClock } from '../../src/kernel/clock.ts';
import { systemIds } from '../../src/kernel/ids.ts';
import { silentLogger } from '../../src/kernel/logger.ts';
import { systemRandom } from '../../src/kernel/random.ts';
import type { Postgres } from '../../src/platform/postgres/index.ts';
import { createQueue } from '../../src/platform/queue/index.ts';
import type { JobHandler, JobSpec, Queue } from '../../src/platform/queue/index.ts';
import { countdown } from './drain.ts';
import type { Drained } from './drain.ts';

const kind = 'bench/job';
const jobsPerUser = 10;
const usersPerGuild = 10;
/** A backlog that is not worked by then is a fault, not a slow queue. */
const patienceMs = 60_000;

/** One process of the bot, on connections of its own. */
export interface Process {
  postgres: Postgres;
  queue: Queue;
}

export function openQueue(postgres: Postgres, instanceId: string): Process {
  const queue = createQueue({
    postgres,
    clock: systemClock,
    ids: systemIds,
    random: systemRandom,
    logger: silentLogger,
    instanceId,
    limits: { waitingPerGuild: 1_000_000, waitingPerUser: 1_000_000 },
  });
  return { postgres, queue };
}

export function work({ queue }: Process, concurrency: number, handler: JobHandler): Promise<void> {
  return queue.work({ concurrency: { text: concurrency }, handlers: new Map([[kind, handler]]) });
}

/** The job number `index`, of one of many users in many guilds. */
export function spec(index: number, lane?: string): JobSpec {
  const user = Math.floor(index / jobsPerUser);
  return {
    queue: 'text',
    kind,
    payload: { answerId: systemIds.uuid() },
    key: systemIds.uuid(),
    userId: String(100_000 + user),
    guildId: String(500_000 + Math.floor(user / usersPerGuild)),
    ...(lane === undefined ? {} : { lane }),
  };
}

async function add({ postgres, queue }: Process, index: number): Promise<string> {
  const result = await queue.enqueue(postgres.db, spec(index));
  if (result.status !== 'queued') throw new Error(`A job was not queued: ${result.status}.`);
  return result.jobId;
}

/** Milliseconds that adding one job takes, in a transaction of its own, one after the other. */
export async function enqueueTimes(process: Process, count: number): Promise<number[]> {
  const times: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const beganMs = performance.now();
    await add(process, index);
    times.push(performance.now() - beganMs);
  }
  await clear(process.postgres);
  return times;
}

/** Adds jobs with eight connections at once. */
async function fill(process: Process, count: number): Promise<void> {
  let next = 0;
  const one = async () => {
    while (next < count) await add(process, next++);
  };
  await Promise.all(Array.from({ length: 8 }, one));
}

export async function clear(postgres: Postgres): Promise<void> {
  await sql`TRUNCATE queue_job`.execute(postgres.db);
}

/** How fast `worker` runs a backlog of jobs that do nothing. The worker is stopped at the end. */
export async function drain(adder: Process, worker: Process, jobs: number, concurrency: number): Promise<Drained> {
  await fill(adder, jobs);
  const count = countdown(jobs, patienceMs);
  await work(worker, concurrency, async () => count.one());
  const drained = await count.ended;
  await worker.queue.stop(5000);
  const [left] = await worker.queue.stats();
  if (left === undefined || left.waiting + left.active + left.dead > 0) throw new Error('Jobs were left behind.');
  await clear(adder.postgres);
  return drained;
}

/**
 * Milliseconds from sending the commit of an enqueue in one process to the first line of the handler in another that has
 * nothing else to do; each in a lane of its own when told so.
 */
export async function pickUpTimes(
  adder: Process,
  worker: Process,
  count: number,
  { inLanes = false }: { inLanes?: boolean } = {},
): Promise<number[]> {
  const times: number[] = [];
  let began = Promise.withResolvers<number>();
  await work(worker, 16, async () => began.resolve(performance.now()));
  for (let index = 0; index < count; index += 1) {
    began = Promise.withResolvers();
    let committingMs = 0;
    await adder.postgres.transaction(async (tx) => {
      await adder.queue.enqueue(tx, spec(index, inLanes ? `lane ${index}` : undefined));
      committingMs = performance.now();
    });
    times.push((await began.promise) - committingMs);
    // The end of the job is recorded before the next begins, as if it came at any time.
    await worker.queue.idle();
  }
  await worker.queue.stop(5000);
  await clear(adder.postgres);
  return times;
}

/** Milliseconds from the end of one job's handler to the first line of the next one's in the same lane. */
export async function nextInLaneTimes(adder: Process, worker: Process, count: number): Promise<number[]> {
  const times: number[] = [];
  const ended = countdown(count, patienceMs);
  let endedMs: number | undefined;
  for (let index = 0; index < count; index += 1) await adder.queue.enqueue(adder.postgres.db, spec(index, 'lane'));
  await work(worker, 16, async () => {
    if (endedMs !== undefined) times.push(performance.now() - endedMs);
    ended.one();
    endedMs = performance.now();
  });
  await ended.ended;
  await worker.queue.stop(5000);
  await clear(adder.postgres);
  return times;
}

/**
 * Milliseconds from the call to cancel in one process to the abort of the signal in another, `atOnce` running handlers
 * being cancelled at the same time.
 */
export async function cancelTimes(
  canceller: Process,
  worker: Process,
  { rounds, atOnce }: { rounds: number; atOnce: number },
): Promise<number[]> {
  const times: number[] = [];
  const calledMs = new Map<string, number>();
  let running: string[] = [];
  let allRun = Promise.withResolvers<void>();
  let allEnded = Promise.withResolvers<void>();
  let ended = 0;
  await work(worker, atOnce, async ({ job, signal }) => {
    running.push(job.id);
    const aborted = once(signal, 'abort');
    if (running.length === atOnce) allRun.resolve();
    await aborted;
    times.push(performance.now() - (calledMs.get(job.id) ?? Number.NaN));
    ended += 1;
    if (ended === atOnce) allEnded.resolve();
    signal.throwIfAborted();
  });
  for (let round = 0; round < rounds; round += 1) {
    running = [];
    ended = 0;
    allRun = Promise.withResolvers();
    allEnded = Promise.withResolvers();
    await fill(canceller, atOnce);
    await allRun.promise;
    await Promise.all(
      running.map((jobId) => {
        calledMs.set(jobId, performance.now());
        return canceller.queue.cancel(jobId, 'bench');
      }),
    );
    await allEnded.promise;
    await worker.queue.idle();
  }
  await worker.queue.stop(5000);
  await clear(canceller.postgres);
  return times;
}
