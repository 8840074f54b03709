import type { Clock } from '../../kernel/clock.ts';
import { UserError } from '../../kernel/errors.ts';
import type { Ids } from '../../kernel/ids.ts';
import { relativeMoment } from '../../kernel/moments.ts';
import type { Postgres, Tx } from '../../platform/postgres/index.ts';
import type { Queue } from '../../platform/queue/index.ts';
import type { Vault } from '../../platform/secrets/index.ts';
import type { Audit } from '../audit/index.ts';
import type { Ledger } from '../ledger/index.ts';
import type { Spending } from '../spending/index.ts';
import type { PastUses } from './past-use.ts';
import { personHash, usesNow } from './past-use.ts';
import type { StoredCount, PersonalDataProvider, Receipt } from './port.ts';
import type { PastUse } from './schema.ts';
import { insertReceipt, lastForgotten } from './store.ts';

/** How long cancelled jobs may take to end, and how often to check. */
const endJobsWithinMs = 15_000;
const pollEveryMs = 100;

/**
 * Between two deletions of the same person's data. Deleting also resets rate limits, so it must not be a way around
 * them.
 */
const minimumIntervalMs = 60 * 60 * 1000;

export interface ForgetOptions {
  postgres: Postgres;
  clock: Clock;
  ids: Ids;
  vault: Vault;
  queue: Pick<Queue, 'living' | 'cancel'>;
  ledger: Ledger;
  spending: Pick<Spending, 'finish'>;
  audit: Pick<Audit, 'flush'>;
  past: PastUses;
  /** Asked in this order. */
  providers: () => readonly PersonalDataProvider[];
}

export async function forgetUser(options: ForgetOptions, userId: string): Promise<Receipt> {
  const { postgres, ids, clock, ledger, audit, past } = options;
  // Checked before any job is cancelled, and again under the lock.
  await postgres.transaction((tx) => checkPace(options, tx, userId));
  await endJobs(options, userId);
  // Outside the transaction: a transaction that waits for a second connection can deadlock the pool.
  const used = await usesNow(ledger, past, userId, clock.now());
  await audit.flush();
  const id = ids.uuid();
  const receipt = await postgres.transaction((tx) => forgetWithin(options, tx, { userId, id, used }));
  // The meters are empty now: whoever asks before this is known could use the allowance a second time.
  await past.refresh();
  return receipt;
}

export const receiptHash = (vault: Pick<Vault, 'pseudonym'>, receiptId: string, userId: string): string =>
  vault.pseudonym('receipt', `${receiptId}/${userId}`);

async function checkPace({ clock, vault }: ForgetOptions, tx: Tx, userId: string): Promise<void> {
  const lastMs = await lastForgotten(tx, personHash(vault, userId));
  if (lastMs === undefined || lastMs + minimumIntervalMs <= clock.now()) return;
  const next = relativeMoment(lastMs + minimumIntervalMs);
  throw new UserError('privacy.too-soon', "this person's data was deleted a short time ago", { next });
}

/** A running job would store its result after everything else was deleted. */
async function endJobs({ postgres, queue, spending, clock }: ForgetOptions, userId: string): Promise<void> {
  const untilMs = clock.now() + endJobsWithinMs;
  for (;;) {
    const living = await queue.living(postgres.db, userId);
    if (living.length === 0) return;
    if (clock.now() >= untilMs) throw busy();
    for (const { id, key } of living) {
      const result = await queue.cancel(id, userId);
      // A cancelled job never tells billing itself. Its key names the request that was admitted with it.
      if (result === 'cancelled' && key !== null) await spending.finish(key);
    }
    await clock.sleep(pollEveryMs);
  }
}

const busy = () => new UserError('privacy.busy', 'a job of this person is still running');

/**
 * Deletes the key first: this waits for transactions that are storing something of the person, and blocks later ones.
 * So nothing can be added after a provider was asked.
 */
async function forgetWithin(
  options: ForgetOptions,
  tx: Tx,
  { userId, id, used }: { userId: string; id: string; used: readonly PastUse[] },
): Promise<Receipt> {
  const { clock, vault, past, queue } = options;
  await checkPace(options, tx, userId);
  await vault.forget(tx, userId);
  const removed: StoredCount[] = [];
  for (const { kind, name, forgetUser: forget } of options.providers()) {
    const count = (await forget?.(tx, userId)) ?? 0;
    if (count > 0) removed.push({ kind, name, count });
  }
  if ((await queue.living(tx, userId)).length > 0) throw busy();
  await past.keep(tx, userId, used);
  const atMs = clock.now();
  const total = removed.reduce((sum, { count }) => sum + count, 0);
  await insertReceipt(tx, receiptHash(vault, id, userId), atMs, total);
  return { id, atMs, removed };
}
