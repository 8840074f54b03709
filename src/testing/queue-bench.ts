import { sql } from 'kysely';
import { afterAll, afterEach, expect, vi } from 'vitest';
import { systemIds } from '../kernel/ids.ts';
import { silentLogger } from '../kernel/logger.ts';
import {
  createQueue,
  type JobHandler,
  type JobRun,
  type JobSpec,
  type Queue,
  type QueueLimits,
  queueMigrations,
  type QueueName,
  type RunJob,
} from '../platform/queue/index.ts';
import type { Postgres } from '../platform/postgres/index.ts';
import { createManualClock, type ManualClock } from './manual-clock.ts';
import { testDatabase } from './postgres.ts';

export const START_MS = 1_800_000_000_000;

const LIMITS: QueueLimits = { waitingPerGuild: 50, waitingPerUser: 10 };

/** Several processes of the bot over one queue database, emptied after each test. Call it once per file. */
export async function queueBench() {
  const database = await testDatabase({ migrations: [queueMigrations] });
  const { postgres } = database;
  const open: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const stop of open.splice(0)) await stop();
    await sql`TRUNCATE queue_job`.execute(postgres.db);
  });
  afterAll(() => database.close());

  /** One process: a queue over its own connections. */
  function start(options: { instanceId?: string; clock?: ManualClock; limits?: QueueLimits } = {}) {
    const clock = options.clock ?? createManualClock(START_MS);
    const connections = database.another();
    const queue = createQueue({
      postgres: connections,
      clock,
      ids: systemIds,
      random: { next: () => 0.5 },
      logger: silentLogger,
      instanceId: options.instanceId ?? 'first',
      limits: options.limits ?? LIMITS,
    });
    let ended = false;
    const stop = async () => {
      if (ended) return;
      ended = true;
      await queue.stop(0);
      await connections.close();
    };
    /** Like kill -9: nothing is handed back, and its connections are gone. */
    const kill = async () => {
      ended = true;
      await connections.close();
    };
    open.push(stop);
    return { queue, clock, stop, kill };
  }

  const row = (jobId: string) =>
    postgres.db.selectFrom('queue_job').selectAll().where('id', '=', jobId).executeTakeFirstOrThrow();

  return {
    postgres,
    start,
    row,
    /** Adds a job that must be accepted; returns its id. */
    add: async (queue: Queue, overrides: Partial<JobSpec> = {}): Promise<string> => {
      const result = await queue.enqueue(postgres.db, jobSpec(overrides));
      if (result.status === 'full') throw new Error('full');
      return result.jobId;
    },
    until: (jobId: string, state: string) =>
      vi.waitFor(
        async () => {
          const found = await row(jobId);
          expect(found.state).toBe(state);
          return found;
        },
        { timeout: 5_000, interval: 5 },
      ),
    /** Advances time in steps. After each, what the step began in the database ends, however busy the machine is. */
    pass: async (clock: ManualClock, totalMs: number): Promise<void> => {
      for (let passedMs = 0; passedMs < totalMs; passedMs += 1_000) {
        await clock.advance(Math.min(1_000, totalMs - passedMs));
        await settled(postgres);
      }
    },
    /** Cuts every connection of every process, like a restart of the server. */
    cutConnections: () =>
      sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()`.execute(postgres.db),
  };
}

/** Looks so often in a row without finding a statement that runs: the next one of a worker begins at once. */
const quietLooks = 8;
/** Statements that wait for a lock of the test itself are left to it. */
const mostLooks = 500;

async function settled({ db }: Postgres): Promise<void> {
  for (let quiet = 0, looks = 0; quiet < quietLooks && looks < mostLooks; looks += 1) {
    const { rows } = await sql`SELECT FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid() AND state = 'active'`.execute(db);
    quiet = rows.length === 0 ? quiet + 1 : 0;
  }
}

export function jobSpec(overrides: Partial<JobSpec> = {}): JobSpec {
  return { queue: 'text', kind: 'test/job', payload: {}, ...overrides };
}

/** Works the jobs of `jobSpec`. */
export async function work(
  queue: Queue,
  handler: JobHandler,
  concurrency: Partial<Record<QueueName, number>> = { text: 1 },
): Promise<void> {
  await queue.work({ concurrency, handlers: new Map([['test/job', handler]]) });
}

export interface HeldRun extends JobRun {
  finish(): void;
  fail(error: Error): void;
}

/** A handler whose runs wait until the test releases them or their signal aborts. */
export function holding() {
  const runs: HeldRun[] = [];
  const handler: RunJob = (run) =>
    new Promise((resolve, reject) => {
      const stop = () => reject(run.signal.reason as Error);
      if (run.signal.aborted) stop();
      else run.signal.addEventListener('abort', stop);
      runs.push({ ...run, finish: resolve, fail: reject });
    });
  /** Resolves with the run that started as number `index`, from 0. */
  const nth = (index: number): Promise<HeldRun> =>
    vi.waitFor(
      () => {
        const run = runs[index];
        if (!run) throw new Error(`run ${index} has not started`);
        return run;
      },
      { timeout: 5_000, interval: 2 },
    );
  return { runs, handler, nth };
}
