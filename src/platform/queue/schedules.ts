import { sql } from 'kysely';
import type { Clock } from '../../kernel/clock.ts';
import type { Postgres, Tx } from '../postgres/index.ts';
import type { JobHandler, JobRun, Queue } from './port.ts';
import type { ScheduleRule } from './schedule-rule.ts';
import './schema.ts';

/** What one run of a schedule is told. Times are Unix ms. */
export interface ScheduleRun {
  /** The due time that this run is for. A late run is for the latest that has passed. */
  dueAtMs: number;
  /**
   * Earlier due times that passed without a run, because no process ran or the run before took too long: how many (1,000 at
   * most are counted) and the first of them. Null when there are none. They get no runs of their own.
   */
  missed: { count: number; sinceMs: number } | null;
  /** Aborted as that of a job: `ShuttingDown` hands the run to the next start, `LeaseLost` means another has it. */
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
  /** Plans the next run of each schedule, unless it is planned already. Any number of processes may do it. */
  plan(): Promise<void>;
}

/** How long runs that ended well are kept: longer than clocks of machines differ, so that none is planned again. */
const keepDoneMs = 3_600_000;

/**
 * Schedules as jobs: the next run of each is a row that one process takes when it is due. Before it runs it plans its
 * successor, so that nothing that happens to it ends the schedule; the lane keeps that waiting while it runs.
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
      // Its successor is the retry.
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
      // The times have been changed since: the next run by the new ones is planned at start.
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

/** When the run after the one that was planned for `plannedMs` is due; null when none is planned yet. */
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
