import { type RawBuilder, sql } from 'kysely';
import type { Db, Postgres, Tx } from '../postgres/index.ts';
import type { Standing } from './rules.ts';
import './schema.ts';

/** A wait is estimated by the latest runs of a kind, from a day at most. */
const RUNS_MEASURED = 30;
const MEASURED_FOR_MS = 24 * 3_600_000;

/** Until the transaction ends, no one else adds to the lane, and no end frees a job of it: see migrations/002. */
export const lockLane = (lane: string): RawBuilder<unknown> =>
  sql`pg_advisory_xact_lock(hashtextextended('queue/lane/' || ${lane}::text, 0))`;

/**
 * Lets the lane's next job go when none of its jobs is free to run. An ending job frees the next one itself, but passes over
 * a row that another transaction has locked: whoever locked it calls this, or `freeIdleLanes` does later.
 */
export async function freeIdleLane(tx: Tx, lane: string, wake: string): Promise<boolean> {
  await sql`SELECT ${lockLane(lane)}`.execute(tx);
  const { rows } = await sql`
    UPDATE queue_job SET held = false WHERE id = (
      SELECT id FROM queue_job WHERE lane = ${lane} AND state = 'waiting' AND held ORDER BY sequence LIMIT 1
      FOR NO KEY UPDATE SKIP LOCKED
    ) AND NOT EXISTS (
      SELECT FROM queue_job other WHERE other.lane = ${lane} AND other.state IN ('waiting', 'active') AND NOT other.held
    )
    RETURNING pg_notify(${wake}, queue)
  `.execute(tx);
  return rows.length === 1;
}

/** Frees lanes that a transaction left idle because it locked a job and then failed; returns their number. */
export async function freeIdleLanes(postgres: Postgres, wake: string): Promise<number> {
  const { rows } = await sql<{ lane: string }>`
    SELECT DISTINCT lane FROM queue_job job WHERE state = 'waiting' AND held AND NOT EXISTS (
      SELECT FROM queue_job other WHERE other.lane = job.lane AND other.state IN ('waiting', 'active') AND NOT other.held
    )
  `.execute(postgres.db);
  let freed = 0;
  for (const { lane } of rows) if (await postgres.transaction((tx) => freeIdleLane(tx, lane, wake))) freed += 1;
  return freed;
}

/** For the row `of` of a waiting job: the jobs of its lane that come first. */
const laneAheadOf = (of: string) => sql`(
  SELECT count(*) FROM queue_job other
  WHERE other.lane = ${sql.ref(`${of}.lane`)} AND other.state = 'waiting' AND other.sequence < ${sql.ref(`${of}.sequence`)}
)`;

/** … and the jobs outside its lane that are taken first. */
function othersAheadOf(of: string, nowMs: number): RawBuilder<unknown> {
  const job = (column: string) => sql.ref(`${of}.${column}`);
  return sql`(
    SELECT count(*) FROM queue_job other
    WHERE other.state = 'waiting' AND NOT other.held AND other.queue = ${job('queue')}
      AND other.run_at_ms <= greatest(${job('run_at_ms')}, ${nowMs}::bigint)
      AND (other.lane IS NULL OR other.lane IS DISTINCT FROM ${job('lane')})
      AND (other.priority > ${job('priority')} OR (other.priority = ${job('priority')}
        AND (other.turn, other.sequence) < (${job('turn')}, ${job('sequence')})))
  )`;
}

/**
 * For the row `of` of a waiting job: how many jobs are taken before it, at this moment. Held jobs of other lanes aren't
 * counted, because no one knows when they become free.
 */
export const aheadOf = (of: string, nowMs: number): RawBuilder<number> =>
  sql<number>`(${laneAheadOf(of)} + ${othersAheadOf(of, nowMs)})`;

/** Those of these jobs that wait for their first run. */
export async function standings(
  db: Db,
  jobIds: readonly string[],
  nowMs: number,
): Promise<(Standing & { jobId: string })[]> {
  const { rows } = await sql<Standing & { jobId: string }>`
    SELECT job.id AS "jobId", ${laneAheadOf('job')} AS "laneAhead", ${othersAheadOf('job', nowMs)} AS "othersAhead",
      (SELECT other.begun_at_ms FROM queue_job other WHERE other.lane = job.lane AND other.state = 'active')
        AS "laneBegunMs",
      (SELECT count(*) FROM queue_job other WHERE other.state = 'active' AND other.queue = job.queue) AS active,
      (SELECT avg(latest.run_ms)::float8 FROM (
        SELECT other.ended_at_ms - other.begun_at_ms AS run_ms FROM queue_job other
        WHERE other.ended_at_ms > ${nowMs - MEASURED_FOR_MS} AND other.state = 'done' AND other.kind = job.kind
        ORDER BY other.ended_at_ms DESC LIMIT ${RUNS_MEASURED}
      ) latest) AS "runMs"
    FROM queue_job job
    WHERE job.id = ANY (${[...jobIds]}::uuid[]) AND job.state = 'waiting' AND job.attempt = 0
  `.execute(db);
  return rows;
}

/** See `Queue.keepWaiting`. Workers that pass the job over in the meantime listen to `wake`. */
export async function keepWaiting(tx: Tx, jobId: string, wake: string): Promise<boolean> {
  // Taking a job conflicts with this lock; freeing it from its lane doesn't.
  const { rows } = await sql`
    SELECT pg_notify(${wake}, queue) FROM queue_job
    WHERE id = ${jobId}::uuid AND state = 'waiting' AND attempt = 0 FOR KEY SHARE
  `.execute(tx);
  return rows.length === 1;
}

/** See `Queue.enterLane`. */
export async function enterLane(tx: Tx, jobId: string, lane: string): Promise<boolean> {
  await sql`SELECT ${lockLane(lane)}`.execute(tx);
  const { rows } = await sql`
    UPDATE queue_job SET lane = ${lane}
    WHERE id = ${jobId}::uuid AND lane IS NULL AND state IN ('waiting', 'active')
      AND NOT EXISTS (SELECT FROM queue_job other WHERE other.lane = ${lane} AND other.state IN ('waiting', 'active'))
    RETURNING id
  `.execute(tx);
  return rows.length === 1;
}
