import { sql } from 'kysely';
import type { Json } from '../../kernel/json.ts';
import type { Db, Postgres, Tx } from '../postgres/index.ts';
import { aheadOf, lockLane } from './line-store.ts';
import type { EnqueueResult, JobSpec, QueueLimits, QueueName } from './port.ts';
import { DEFAULT_MAX_ATTEMPTS, RETENTION_MS } from './rules.ts';
import './schema.ts';

/** A waiting job can be taken; the payload is the queue's name. */
export const WAKE_CHANNEL = 'queue_wake';
/** A running job must stop; the payload is a CancelNotice as JSON. */
export const CANCEL_CHANNEL = 'queue_cancel';

export interface CancelNotice {
  jobId: string;
  by: string;
}

const SWEEP_BATCH = 1_000;
const COUNTED_STATES = ['waiting', 'active', 'dead'] as const;
type CountedState = (typeof COUNTED_STATES)[number];

/**
 * Adds a job. Locks keep limits, turns and lane orders exact under concurrency: callers for the same guild, user or
 * lane run one after the other. They are taken in this order, guild first, like all locks in Familiar.
 */
export async function enqueue(
  postgres: Postgres,
  db: Db,
  spec: JobSpec & { id: string; nowMs: number; limits: QueueLimits },
): Promise<EnqueueResult> {
  if (!db.isTransaction) return postgres.transaction((tx) => enqueue(postgres, tx, spec));
  await lockScopes(db, spec);
  const row = await insertWithinLimits(db as Tx, spec);
  if (row.inserted_id !== null) return { status: 'queued', jobId: row.inserted_id, ahead: row.ahead };
  if (row.guild_waiting >= spec.limits.waitingPerGuild && row.existing_id === null) {
    return { status: 'full', scope: 'guild', limit: spec.limits.waitingPerGuild };
  }
  if (row.user_waiting >= spec.limits.waitingPerUser && row.existing_id === null) {
    return { status: 'full', scope: 'user', limit: spec.limits.waitingPerUser };
  }
  return { status: 'duplicate', jobId: row.existing_id ?? (await findByKey(db, spec)) };
}

/** For callers that take further locks between these and the lane's. */
export const lockPeople = (tx: Tx, { guildId, userId }: Pick<JobSpec, 'guildId' | 'userId'>): Promise<void> =>
  lockScopes(tx, { ...(guildId !== undefined && { guildId }), ...(userId !== undefined && { userId }) });

async function lockScopes(
  db: Db,
  { guildId, userId, lane }: Pick<JobSpec, 'guildId' | 'userId' | 'lane'>,
): Promise<void> {
  const locks = [
    guildId && lock(`queue/guild/${guildId}`),
    userId && lock(`queue/user/${userId}`),
    lane !== undefined && lockLane(lane),
  ].filter((one) => typeof one === 'object');
  if (locks.length > 0) await sql`SELECT ${sql.join(locks)}`.execute(db);
}

const lock = (name: string) => sql`pg_advisory_xact_lock(hashtextextended(${name}, 0))`;

interface InsertRow {
  existing_id: string | null;
  inserted_id: string | null;
  guild_waiting: number;
  user_waiting: number;
  ahead: number;
}

/**
 * Turns use start-time fair queueing (Goyal, Vin and Cheng, "Start-time Fair Queuing", SIGCOMM 1996) with jobs of equal
 * length: one after the user's last, but no earlier than the highest turn begun. So a user with a hundred waiting jobs
 * occupies a hundred turns, and another user's first comes in the very next. Jobs without a user share one place in the
 * round. Each priority has its own round.
 */
async function insertWithinLimits(
  tx: Tx,
  spec: JobSpec & { id: string; nowMs: number; limits: QueueLimits },
): Promise<InsertRow> {
  const { queue, kind, limits } = spec;
  const [key, userId, guildId, lane] = [spec.key ?? null, spec.userId ?? null, spec.guildId ?? null, spec.lane ?? null];
  const priority = sql`${spec.priority ?? 0}::integer`;
  const { rows } = await sql<InsertRow>`
    WITH existing AS (SELECT id FROM queue_job WHERE key = ${key}),
    waiting AS (
      SELECT
        (SELECT count(*) FROM queue_job WHERE state = 'waiting' AND guild_id = ${guildId}) AS guild,
        (SELECT count(*) FROM queue_job WHERE state = 'waiting' AND user_id = ${userId}) AS person
    ),
    place AS (
      SELECT greatest(
        0,
        (SELECT max(turn) FROM queue_job WHERE queue = ${queue} AND priority = ${priority} AND attempt > 0),
        (SELECT max(turn) + 1 FROM queue_job
          WHERE queue = ${queue} AND priority = ${priority} AND coalesce(user_id, '') = ${userId ?? ''}
            AND (state <> 'cancelled' OR attempt > 0))
      ) AS turn
    ),
    inserted AS (
      INSERT INTO queue_job
        (id, queue, kind, payload, key, user_id, guild_id, lane, held, priority, turn, state, run_at_ms, max_attempts,
          created_at_ms)
      SELECT ${spec.id}::uuid, ${queue}, ${kind}, ${JSON.stringify(spec.payload)}::jsonb, ${key}, ${userId}, ${guildId},
        ${lane}, EXISTS (SELECT FROM queue_job WHERE lane = ${lane} AND state IN ('waiting', 'active')), ${priority}, place.turn, 'waiting', ${spec.runAt ?? 0}::bigint,
        ${spec.maxAttempts ?? DEFAULT_MAX_ATTEMPTS}::integer, ${spec.nowMs}::bigint
      FROM waiting, place
      WHERE waiting.guild < ${limits.waitingPerGuild} AND waiting.person < ${limits.waitingPerUser}
        AND NOT EXISTS (SELECT FROM existing)
      ON CONFLICT (key) DO NOTHING
      RETURNING id, queue, lane, priority, turn, sequence, run_at_ms, pg_notify(${WAKE_CHANNEL}, ${queue})
    )
    SELECT existing.id AS existing_id, inserted.id AS inserted_id,
      waiting.guild AS guild_waiting, waiting.person AS user_waiting,
      ${aheadOf('inserted', spec.nowMs)} AS ahead
    FROM waiting LEFT JOIN existing ON true LEFT JOIN inserted ON true
  `.execute(tx);
  return single(rows);
}

/** The job that another transaction added under the same key while this one was adding it. */
async function findByKey(db: Db, { key }: JobSpec): Promise<string> {
  const row = await db
    .selectFrom('queue_job')
    .select('id')
    .where('key', '=', key ?? null)
    .executeTakeFirstOrThrow();
  return row.id;
}

/**
 * Ends a waiting job; marks a running one and notifies all workers. Returns the new state, or undefined when it had
 * ended.
 */
export async function cancel(db: Db, notice: CancelNotice, nowMs: number): Promise<'cancelled' | 'active' | undefined> {
  const { rows } = await sql<{ state: 'cancelled' | 'active' }>`
    WITH changed AS (
      UPDATE queue_job SET cancel_by = ${notice.by},
        state = CASE state WHEN 'waiting' THEN 'cancelled' ELSE state END,
        ended_at_ms = CASE state WHEN 'waiting' THEN ${nowMs}::bigint END
      WHERE id = ${notice.jobId}::uuid AND state IN ('waiting', 'active')
      RETURNING state
    )
    SELECT state, CASE state WHEN 'active' THEN pg_notify(${CANCEL_CHANNEL}, ${JSON.stringify(notice)}) END
    FROM changed
  `.execute(db);
  return rows[0]?.state;
}

export async function living(db: Db, userId: string): Promise<{ id: string; key: string | null }[]> {
  return db
    .selectFrom('queue_job')
    .select(['id', 'key'])
    .where('user_id', '=', userId)
    .where('state', 'in', ['waiting', 'active'])
    .execute();
}

export async function exportUser(db: Db, userId: string): Promise<Json> {
  const rows = await db
    .selectFrom('queue_job')
    .select(['kind', 'state', 'guild_id', 'created_at_ms', 'ended_at_ms'])
    .where('user_id', '=', userId)
    .orderBy('created_at_ms')
    .execute();
  return rows.map((row) => ({
    kind: row.kind,
    state: row.state,
    guildId: row.guild_id,
    createdAt: new Date(row.created_at_ms).toISOString(),
    endedAt: row.ended_at_ms === null ? null : new Date(row.ended_at_ms).toISOString(),
  }));
}

export async function forgetUser(tx: Tx, userId: string): Promise<number> {
  await lockScopes(tx, { userId });
  // Before locking the lanes of the deleted jobs: a transaction that ends one of them may be waiting for these rows.
  const unnamed = await tx
    .updateTable('queue_job')
    .set({ cancel_by: null })
    .where('cancel_by', '=', userId)
    // Their own go, and count once.
    .where('user_id', 'is distinct from', userId)
    .executeTakeFirst();
  const deleted = await tx
    .deleteFrom('queue_job')
    .where('user_id', '=', userId)
    .where('state', '<>', 'active')
    .executeTakeFirst();
  return Number(deleted.numDeletedRows) + Number(unnamed.numUpdatedRows);
}

/** One query per state, so each uses its partial index instead of scanning a week of ended jobs. */
export async function countByState(db: Db): Promise<{ queue: QueueName; state: CountedState; count: number }[]> {
  const counts = COUNTED_STATES.map(
    (state) => sql`SELECT queue, state, count(*) FROM queue_job WHERE state = ${sql.lit(state)} GROUP BY queue, state`,
  );
  const { rows } = await sql<{ queue: QueueName; state: CountedState; count: number }>`
    ${sql.join(counts, sql` UNION ALL `)}
  `.execute(db);
  return rows;
}

/** Deletes jobs that ended longer ago than they are kept; returns their number. */
export async function sweep(db: Db, nowMs: number): Promise<number> {
  for (let total = 0; ;) {
    const { rows } = await sql`
      DELETE FROM queue_job WHERE id IN (
        SELECT id FROM queue_job WHERE ended_at_ms < ${nowMs - RETENTION_MS} LIMIT ${SWEEP_BATCH} FOR UPDATE SKIP LOCKED
      ) RETURNING id
    `.execute(db);
    total += rows.length;
    if (rows.length < SWEEP_BATCH) return total;
  }
}

function single<T>(rows: readonly T[]): T {
  const [row] = rows;
  if (row === undefined) throw new Error('The statement returned no row');
  return row;
}
