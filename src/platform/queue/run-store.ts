import { type RawBuilder, sql } from 'kysely';
import type { JsonObject } from '../../kernel/json.ts';
import type { Db } from '../postgres/index.ts';
import type { Job, QueueName } from './port.ts';
import { LEASE_MS, RUNS_AFTER_LOSS, WORKER_LOST } from './rules.ts';
import './schema.ts';
import { WAKE_CHANNEL } from './store.ts';

/** One process in one slot, until it ends. */
export interface Owner {
  instanceId: string;
  bootId: string;
}

export interface TakenJob {
  job: Job;
  /** Set when a person cancelled it during an earlier run whose worker died. */
  cancelBy: string | null;
}

/** Identifies one run of a job: its end is only recorded while the run is current. */
export interface RunKey {
  jobId: string;
  attempt: number;
}

interface TakenRow {
  id: string;
  queue: QueueName;
  kind: string;
  payload: JsonObject;
  user_id: string | null;
  guild_id: string | null;
  attempt: number;
  max_attempts: number;
  created_at_ms: number;
  cancel_by: string | null;
  next_due_ms: number | null;
}

interface NothingTaken {
  id: null;
  next_due_ms: number | null;
}

export interface Take {
  queue: QueueName;
  /** All that this process works; `nextDueMs` speaks of them. */
  queues: readonly QueueName[];
  kinds: readonly string[];
  count: number;
  nowMs: number;
}

/** A held job becomes due when its lane frees it, whatever its time. */
const nextDue = (queues: readonly QueueName[], nowMs: number): RawBuilder<unknown> => sql`
  SELECT run_at_ms FROM queue_job
  WHERE state = 'waiting' AND NOT held AND run_at_ms > ${nowMs} AND queue = ANY(${queues})
  ORDER BY run_at_ms LIMIT 1
`;

/**
 * Takes up to `count` due jobs of one queue that aren't held by their lanes, in order. Skips jobs that another process
 * is taking. `nextDueMs` is when the next job of any of the queues becomes due; null when none waits for a later time.
 */
export async function take(
  db: Db,
  owner: Owner,
  options: Take,
): Promise<{ jobs: TakenJob[]; nextDueMs: number | null }> {
  const { queue, queues, kinds, count, nowMs } = options;
  const { rows } = await sql<TakenRow | NothingTaken>`
    WITH next AS (
      SELECT id FROM queue_job
      WHERE queue = ${queue} AND state = 'waiting' AND NOT held AND run_at_ms <= ${nowMs} AND kind = ANY(${kinds})
      ORDER BY priority DESC, turn, sequence
      LIMIT ${count}
      FOR UPDATE SKIP LOCKED
    ),
    taken AS (
      UPDATE queue_job SET state = 'active', attempt = attempt + 1, begun_at_ms = ${nowMs}::bigint,
        instance_id = ${owner.instanceId}, boot_id = ${owner.bootId}::uuid, lease_until_ms = ${nowMs + LEASE_MS}::bigint
      WHERE id IN (SELECT id FROM next)
      RETURNING *
    ),
    due AS (
      SELECT (${nextDue(queues, nowMs)}) AS next_due_ms
    )
    SELECT id, queue, kind, payload, user_id, guild_id, attempt, max_attempts, created_at_ms, cancel_by, next_due_ms
    FROM due LEFT JOIN taken ON true ORDER BY priority DESC, turn, sequence
  `.execute(db);
  const nextDueMs = rows[0]?.next_due_ms ?? null;
  return { nextDueMs, jobs: rows.flatMap((row) => (row.id === null ? [] : [takenFrom(row)])) };
}

const takenFrom = (row: TakenRow): TakenJob => ({
  cancelBy: row.cancel_by,
  job: {
    id: row.id,
    queue: row.queue,
    kind: row.kind,
    payload: row.payload,
    userId: row.user_id,
    guildId: row.guild_id,
    attempt: row.attempt,
    maxAttempts: row.max_attempts,
    createdAt: row.created_at_ms,
  },
});

/**
 * Which of these queues have a job to take, in one statement however many there are, and when the next job of any of them
 * becomes due, as `take` tells it.
 */
export async function dueQueues(
  db: Db,
  { queues, kinds, nowMs }: Pick<Take, 'queues' | 'kinds' | 'nowMs'>,
): Promise<{ queues: QueueName[]; nextDueMs: number | null }> {
  const { rows } = await sql<{ due: QueueName[]; next_due_ms: number | null }>`
    SELECT
      ARRAY(
        SELECT name FROM unnest(${queues}::text[]) AS name
        WHERE EXISTS (
          SELECT FROM queue_job
          WHERE queue = name AND state = 'waiting' AND NOT held AND run_at_ms <= ${nowMs} AND kind = ANY(${kinds})
        )
      ) AS due,
      (${nextDue(queues, nowMs)}) AS next_due_ms
  `.execute(db);
  return { queues: rows[0]?.due ?? [], nextDueMs: rows[0]?.next_due_ms ?? null };
}

/** Ends those of the runs that are still current as done; returns their job ids. */
export async function complete(db: Db, owner: Owner, runs: readonly RunKey[], nowMs: number): Promise<Set<string>> {
  const { rows } = await sql<{ id: string }>`
    UPDATE queue_job SET state = 'done', ended_at_ms = ${nowMs}, ${noOwner}
    FROM unnest(${runs.map((run) => run.jobId)}::uuid[], ${runs.map((run) => run.attempt)}::integer[]) AS run (id, attempt)
    WHERE queue_job.id = run.id AND queue_job.attempt = run.attempt
      AND state = 'active' AND boot_id = ${owner.bootId}::uuid
    RETURNING queue_job.id
  `.execute(db);
  return new Set(rows.map((row) => row.id));
}

/** Ends a run for good without success. False when the run was no longer current. */
export async function bury(
  db: Db,
  owner: Owner,
  run: RunKey,
  end: { state: 'dead' | 'cancelled'; error: string | null; nowMs: number },
): Promise<boolean> {
  const result = await sql`
    UPDATE queue_job SET state = ${end.state}, error = ${end.error}, ended_at_ms = ${end.nowMs}, ${noOwner}
    WHERE ${isCurrent(owner, run)}
  `.execute(db);
  return result.numAffectedRows === 1n;
}

/** Puts a failed run's job back for later, in its old turn. False when the run was no longer current. */
export async function retry(
  db: Db,
  owner: Owner,
  run: RunKey,
  plan: { runAtMs: number; error: string },
): Promise<boolean> {
  const { rows } = await sql`
    UPDATE queue_job SET state = 'waiting', run_at_ms = ${plan.runAtMs}, error = ${plan.error}, ${noOwner}
    WHERE ${isCurrent(owner, run)}
    RETURNING pg_notify(${WAKE_CHANNEL}, queue)
  `.execute(db);
  return rows.length === 1;
}

const noOwner = sql`instance_id = NULL, boot_id = NULL, lease_until_ms = NULL`;

function isCurrent(owner: Owner, run: RunKey): RawBuilder<unknown> {
  return sql`id = ${run.jobId}::uuid AND attempt = ${run.attempt} AND state = 'active' AND boot_id = ${owner.bootId}::uuid`;
}

export interface HeldJob {
  id: string;
  attempt: number;
  cancel_by: string | null;
}

/** Renews the leases of these jobs in one statement; jobs that aren't returned belong to another run now. */
export async function beat(db: Db, owner: Owner, jobIds: readonly string[], nowMs: number): Promise<HeldJob[]> {
  const { rows } = await sql<HeldJob>`
    UPDATE queue_job SET lease_until_ms = ${nowMs + LEASE_MS}
    WHERE state = 'active' AND boot_id = ${owner.bootId}::uuid AND id = ANY(${jobIds}::uuid[])
    RETURNING id, attempt, cancel_by
  `.execute(db);
  return rows;
}

interface Reclaim {
  nowMs: number;
  /** Kinds whose jobs get one more run to report the loss of all others. */
  tellingKinds: readonly string[];
}

/** Releases jobs whose lease has run out; returns their number. */
export async function reclaimExpired(db: Db, reclaim: Reclaim): Promise<number> {
  return release(db, sql`lease_until_ms < ${reclaim.nowMs}`, reclaim);
}

/**
 * Releases jobs that earlier processes of this instance left active, without waiting for their leases; returns their
 * number.
 */
export async function reclaimEarlierLives(db: Db, owner: Owner, reclaim: Reclaim): Promise<number> {
  return release(db, sql`instance_id = ${owner.instanceId} AND boot_id <> ${owner.bootId}::uuid`, reclaim);
}

async function release(db: Db, which: RawBuilder<unknown>, { nowMs, tellingKinds }: Reclaim): Promise<number> {
  const runs = sql`max_attempts + ${RUNS_AFTER_LOSS}`;
  const again = sql`(attempt < ${runs} OR (attempt = ${runs} AND kind = ANY(${tellingKinds})))`;
  const { rows } = await sql`
    UPDATE queue_job SET
      state = CASE WHEN ${again} THEN 'waiting' ELSE 'dead' END,
      ended_at_ms = CASE WHEN ${again} THEN NULL ELSE ${nowMs}::bigint END,
      run_at_ms = 0, error = ${WORKER_LOST}, ${noOwner}
    WHERE state = 'active' AND ${which}
    RETURNING pg_notify(${WAKE_CHANNEL}, queue)
  `.execute(db);
  return rows.length;
}

/** Hands back all jobs of this process without using up a run; returns their number. */
export async function handBack(db: Db, owner: Owner): Promise<number> {
  const { rows } = await sql`
    UPDATE queue_job SET state = 'waiting', run_at_ms = 0, max_attempts = max_attempts + 1, ${noOwner}
    WHERE state = 'active' AND boot_id = ${owner.bootId}::uuid
    RETURNING pg_notify(${WAKE_CHANNEL}, queue)
  `.execute(db);
  return rows.length;
}
