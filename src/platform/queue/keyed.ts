import type { Db, Postgres, Tx } from '../postgres/index.ts';
import { lockKey, releaseKey, replace } from './key-store.ts';
import type { Debounce, JobSpec, KeyedJob, KeyedResult, QueueLimits } from './port.ts';
import { enqueue, lockPeople, WAKE_CHANNEL } from './store.ts';

interface KeyedOptions {
  postgres: Postgres;
  id: string;
  nowMs: number;
  limits: QueueLimits;
}

/** See `Queue.enqueueKeyed`. */
export async function enqueueKeyed(db: Db, job: KeyedJob, options: KeyedOptions): Promise<KeyedResult> {
  const { keyMode, ...spec } = job;
  const runAt = keyMode === 'preserve_run_at' ? undefined : (job.runAt ?? 0);
  return within(db, options.postgres, async (tx) => {
    await lockPeople(tx, job);
    const existing = await lockKey(tx, job.key);
    if (existing && keyMode === 'unsafe_dedupe' && existing.state !== 'done' && existing.state !== 'cancelled') {
      return { status: 'duplicate', jobId: existing.id };
    }
    if (existing?.state === 'waiting') {
      const runAtMs = await replace(tx, existing.id, job, { runAtMs: runAt, wake: WAKE_CHANNEL });
      return { status: 'replaced', jobId: existing.id, runAtMs };
    }
    return addInstead(tx, existing?.id, spec, options);
  });
}

/** See `Queue.debounce`. */
export async function debounce(db: Db, spec: Debounce, options: KeyedOptions): Promise<KeyedResult> {
  const { delayMs, maxDelayMs, ...job } = spec;
  const { nowMs } = options;
  const latestMs = (firstMs: number) => (maxDelayMs === undefined ? Infinity : firstMs + maxDelayMs);
  return within(db, options.postgres, async (tx) => {
    await lockPeople(tx, job);
    const existing = await lockKey(tx, job.key);
    if (existing?.state === 'waiting') {
      const runAtMs = Math.max(nowMs, Math.min(nowMs + delayMs, latestMs(existing.created_at_ms)));
      await replace(tx, existing.id, job, { runAtMs, wake: WAKE_CHANNEL });
      return { status: 'replaced', jobId: existing.id, runAtMs };
    }
    const runAt = Math.min(nowMs + delayMs, latestMs(nowMs));
    return addInstead(tx, existing?.id, { ...job, runAt }, options);
  });
}

/** A running or ended job stays as it is; a new job gets the key. */
async function addInstead(
  tx: Tx,
  existingId: string | undefined,
  spec: JobSpec,
  { postgres, id, nowMs, limits }: KeyedOptions,
): Promise<KeyedResult> {
  if (existingId !== undefined) await releaseKey(tx, existingId);
  return enqueue(postgres, tx, { ...spec, id: spec.id ?? id, nowMs, limits });
}

const within = <T>(db: Db, postgres: Postgres, run: (tx: Tx) => Promise<T>): Promise<T> =>
  db.isTransaction ? run(db as Tx) : postgres.transaction(run);
