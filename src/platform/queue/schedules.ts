import { sql } from 'kysely';
import type { Clock } from '../../kernel/clock.ts';
import type { Postgres, Tx } from '../postgres/index.ts';
import type { JobHandler, JobRun, Queue } from './port.ts';
import type { ScheduleRule } from './schedule-rule.ts';
import './schema.ts';

/** Passed to a run of a schedule. Times are Unix ms. */
export interface ScheduleRun {
  /** The due time of this run. A late run gets the latest one that has passed. */
  dueAtMs: number;
  /**
   * Earlier due times without a run, because no process ran or the run before took too long: their number (counted up
   * to 1,000) and the first. Null when there are none. They get no runs of their own.
   */
  missed: { count: number; sinceMs: number } | null;
  /** Aborted like a job's: `ShuttingDown` hands the run to the next start, `LeaseLost` means another process has it. */
  signal: AbortSignal;
}

export interface PlannedSchedule {
  /** `feature/name`, unique. */
  name: string;
  rule: ScheduleRule;
  run(run: ScheduleRun): Promise<void>;
}

export interface ScheduleJobs {
  /** For the queue's worker, by kind. */
  readonly handlers: ReadonlyMap<string, JobHandler>;
  /** Plans the next run of each schedule unless it is planned already. Any number of processes may do it. */
  plan(): Promise<void>;
}

/** How long successful runs are kept: longer than machines' clocks differ, so none is planned twice. */
const keepDoneMs = 3_600_000;

/**
 * Schedules as jobs: the next run of each is a row that one process takes when it is due. A run first plans its
 * successor, so no failure ends the schedule; the lane holds the successor until the run ends.
 */
export function createScheduleJobs(
  options: { postgres: Postgres; queue: Pick<Queue, 'enqueue'>; clock: Clock },
  schedules: readonly PlannedSchedule[],
): ScheduleJobs {
  const { postgres, queue, clock } = options;
  const planNext = async (tx: Tx, { name, rule }: PlannedSchedule, afterMs: number): Promise<void> => {
    const dueAtMs = rule.next(afterMs);
    await queue.enqueue(tx, {
      queue: 'schedules',
      kind: kindOf(name),
      lane: kindOf(name),
      key: `${kindOf(name)}/${rule.text}/${dueAtMs}`,
      payload: { dueAtMs, rule: rule.text },
      runAt: dueAtMs,
      // The next run is the retry.
      maxAttempts: 1,
    });
  };
  const begin = (schedule: PlannedSchedule, plannedMs: number): Promise<number> =>
    postgres.transaction(async (tx) => {
      const nowMs = Math.max(clock.now(), plannedMs);
      await deleteDone(tx, schedule.name, nowMs - keepDoneMs);
      const successorMs = await plannedNext(tx, schedule, plannedMs);
      if (successorMs !== null) return Math.min(nowMs, successorMs - 1);
      await planNext(tx, schedule, nowMs);
      return nowMs;
    });
  const handler = (schedule: PlannedSchedule): JobHandler => {
    const { rule } = schedule;
    return async ({ job, signal }: JobRun) => {
      const planned = job.payload as { dueAtMs: number; rule: string };
      // The times have changed since; the start planned the next run by the new ones.
      if (planned.rule !== rule.text) return;
      const untilMs = await begin(schedule, planned.dueAtMs);
      const { count, lastMs } = rule.between(planned.dueAtMs, untilMs);
      const missed = count === 0 ? null : { count, sinceMs: planned.dueAtMs };
      await schedule.run({ dueAtMs: lastMs ?? planned.dueAtMs, missed, signal });
    };
  };
  return {
    handlers: new Map(schedules.map((schedule) => [kindOf(schedule.name), handler(schedule)])),
    plan: async () => {
      for (const schedule of schedules) {
        await postgres.transaction((tx) => planNext(tx, schedule, clock.now()));
      }
    },
  };
}

const kindOf = (name: string): string => `schedule/${name}`;

/** The due time after the run planned for `plannedMs`; null when none is planned yet. */
async function plannedNext(tx: Tx, { name, rule }: PlannedSchedule, plannedMs: number): Promise<number | null> {
  const { rows } = await sql<{ dueMs: number | null }>`
    SELECT min((payload ->> 'dueAtMs')::bigint) AS "dueMs" FROM queue_job
    WHERE lane = ${kindOf(name)} AND state IN ('waiting', 'active')
      AND payload ->> 'rule' = ${rule.text} AND (payload ->> 'dueAtMs')::bigint > ${plannedMs}
  `.execute(tx);
  return rows[0]?.dueMs ?? null;
}

async function deleteDone(tx: Tx, name: string, beforeMs: number): Promise<void> {
  await tx
    .deleteFrom('queue_job')
    .where('queue', '=', 'schedules')
    .where('kind', '=', kindOf(name))
    .where('state', '=', 'done')
    .where('ended_at_ms', '<', beforeMs)
    .execute();
}
