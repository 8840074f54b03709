import { sql } from 'kysely';
import type { Tx } from '../postgres/index.ts';
import { freeIdleLane } from './line-store.ts';
import type { KeyedJob } from './port.ts';
import { DEFAULT_MAX_ATTEMPTS } from './rules.ts';
import './schema.ts';

type Existing = { id: string; state: 'waiting' | 'active' | 'done' | 'dead' | 'cancelled'; created_at_ms: number };

/**
 * The job with this key, locked: no one takes, ends or replaces it until the transaction ends. Lock it before the lane,
 * as everyone who ends a job does.
 */
export async function lockKey(tx: Tx, key: string): Promise<Existing | undefined> {
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`queue/key/${key}`}, 0))`.execute(tx);
  return tx
    .selectFrom('queue_job')
    .select(['id', 'state', 'created_at_ms'])
    .where('key', '=', key)
    .forUpdate()
    .executeTakeFirst();
}

/** Replaces a waiting job. With `runAtMs` undefined its time stays. Returns its time. */
export async function replace(
  tx: Tx,
  id: string,
  job: Pick<KeyedJob, 'payload' | 'priority' | 'maxAttempts'>,
  { runAtMs, wake }: { runAtMs: number | undefined; wake: string },
): Promise<number> {
  // Attempts only grow, because they identify runs: a replaced job gets as many more.
  const { rows } = await sql<{ run_at_ms: number; lane: string | null; held: boolean }>`
    UPDATE queue_job SET
      payload = ${JSON.stringify(job.payload)}::jsonb,
      priority = ${job.priority ?? 0}::integer,
      max_attempts = attempt + ${job.maxAttempts ?? DEFAULT_MAX_ATTEMPTS}::integer,
      run_at_ms = coalesce(${runAtMs ?? null}::bigint, run_at_ms),
      error = NULL
    WHERE id = ${id}::uuid
    RETURNING run_at_ms, lane, held, pg_notify(${wake}, queue)
  `.execute(tx);
  const lane = rows[0]?.held ? rows[0].lane : null;
  if (lane !== null) await freeIdleLane(tx, lane, wake);
  return rows[0]?.run_at_ms ?? 0;
}

/** Keeps the job and frees its key for another. */
export async function releaseKey(tx: Tx, id: string): Promise<void> {
  await tx.updateTable('queue_job').set({ key: null }).where('id', '=', id).execute();
}
