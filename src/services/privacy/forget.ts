import type { Clock } from '../../kernel/clock.ts';
import { UserError } from '../../kernel/errors.ts';
import type { Ids } from '../../kernel/ids.ts';
import type { Postgres, Tx } from '../../platform/postgres/index.ts';
import type { Queue } from '../../platform/queue/index.ts';
import type { Vault } from '../../platform/secrets/index.ts';
import type { Audit } from '../audit/index.ts';
import type { Ledger } from '../ledger/index.ts';
import type { Spending } from '../spending/index.ts';
import type { PastUses } from './past-use.ts';
import { personHash, usesNow } from './past-use.ts';
import type { Amount, Keeper, Receipt } from './port.ts';
import type { PastUse } from './schema.ts';
import { insertReceipt, lastForgotten } from './store.ts';

/** How long running jobs get to end after they are cancelled, and how often that is looked for. */
const patienceMs = 15_000;
const lookMs = 100;

/**
 * Between two times. Without it, being forgotten would be a way around limits by the minute and the hour, whose counts
 * go too.
 */
const betweenMs = 60 * 60 * 1000;

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
  /** In the order in which they are asked. */
  keepers: () => readonly Keeper[];
}

export async function forgetUser(options: ForgetOptions, userId: string): Promise<Receipt> {
  const { postgres, ids, clock, ledger, audit, past } = options;
  // Before anything is cancelled; asked again when nobody else can be at it.
  await postgres.transaction((tx) => checkPace(options, tx, userId));
  await endJobs(options, userId);
  // Here and not within: a transaction that waits for a second connection may wait for ever.
  const used = await usesNow(ledger, past, userId, clock.now());
  await audit.flush();
  const id = ids.uuid();
  return postgres.transaction((tx) => forgetWithin(options, tx, { userId, id, used }));
}

export const receiptHash = (vault: Pick<Vault, 'pseudonym'>, receiptId: string, userId: string): string =>
  vault.pseudonym('receipt', `${receiptId}/${userId}`);

async function checkPace({ clock, vault }: ForgetOptions, tx: Tx, userId: string): Promise<void> {
  const lastMs = await lastForgotten(tx, personHash(vault, userId));
  if (lastMs === undefined || lastMs + betweenMs <= clock.now()) return;
  const next = `<t:${Math.ceil((lastMs + betweenMs) / 1000)}:R>`;
  throw new UserError('privacy.too-soon', 'this person was forgotten a short time ago', { next });
}

/** A job that ran on would store what it makes after everything else has gone. */
async function endJobs({ postgres, queue, spending, clock }: ForgetOptions, userId: string): Promise<void> {
  const untilMs = clock.now() + patienceMs;
  for (;;) {
    const living = await queue.living(postgres.db, userId);
    if (living.length === 0) return;
    if (clock.now() >= untilMs) throw busy();
    for (const { id, key } of living) {
      const result = await queue.cancel(id, userId);
      // A job's key names the request that was admitted with it; its own end would have told the till.
      if (result === 'cancelled' && key !== null) await spending.finish(key);
    }
    await clock.sleep(lookMs);
  }
}

const busy = () => new UserError('privacy.busy', 'something of this person is still running');

/**
 * The key goes first: that waits for whatever is being stored of the person, and what comes later waits for this. Then
 * nothing can be added behind the keepers' backs.
 */
async function forgetWithin(
  options: ForgetOptions,
  tx: Tx,
  { userId, id, used }: { userId: string; id: string; used: readonly PastUse[] },
): Promise<Receipt> {
  const { clock, vault, past, queue } = options;
  await checkPace(options, tx, userId);
  await vault.forget(tx, userId);
  const removed: Amount[] = [];
  for (const { kind, name, forgetUser: forget } of options.keepers()) {
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
