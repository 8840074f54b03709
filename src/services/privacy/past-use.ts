import { periodAt, periods } from '../../kernel/calendar.ts';
import type { Period } from '../../kernel/calendar.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Postgres, Tx } from '../../platform/postgres/index.ts';
import type { Vault } from '../../platform/secrets/index.ts';
import { units } from '../ledger/index.ts';
import type { Ledger, Unit } from '../ledger/index.ts';
import type { PastUse } from './schema.ts';
import { readForgotten, storeForgotten, sweepForgotten } from './store.ts';

const changedChannel = 'privacy_forgotten';
const dayMs = 24 * 60 * 60 * 1000;

export const personHash = (vault: Pick<Vault, 'pseudonym'>, userId: string): string =>
  vault.pseudonym('person', userId);

/**
 * What people had used in the running periods before their data was deleted. Kept in memory, because every price check
 * asks for it.
 */
export interface PastUses {
  /** 0 unless the person's data was deleted in this period. */
  of(userId: string, unit: Unit, period: Period): number;
  /** Call it in the transaction that deletes the person's data. */
  keep(tx: Tx, userId: string, used: readonly PastUse[]): Promise<void>;
  /** Resolves when this process knows everything that was committed before the call; others hear of it by NOTIFY. */
  refresh(): Promise<void>;
  sweep(): Promise<void>;
  close(): Promise<void>;
}

export async function openPastUses(options: { postgres: Postgres; vault: Vault; clock: Clock }): Promise<PastUses> {
  const { postgres, vault, clock } = options;
  let held = new Map<string, readonly PastUse[]>();
  const reload = async () => {
    const rows = await readForgotten(postgres.db, clock.now());
    held = new Map(rows.map(({ hash, used }) => [hash, used]));
  };
  let reloading = Promise.resolve();
  const reloadInTurn = () => (reloading = reloading.then(reload, reload));
  const reloadQuietly = () => void reloadInTurn().catch(() => undefined);
  const unlisten = await postgres.listen(changedChannel, reloadQuietly, reloadQuietly);
  await reloadInTurn();
  return {
    of: (userId, unit, period) => {
      // Usually no one is listed, which saves hashing the id.
      const uses = held.size === 0 ? undefined : held.get(personHash(vault, userId));
      const nowMs = clock.now();
      const use = uses?.find((one) => one.unit === unit && one.period === period && one.untilMs > nowMs);
      return use?.amount ?? 0;
    },
    keep: async (tx, userId, used) => {
      const atMs = clock.now();
      // Kept for at least a day, also without any use: deleting one's data must not reset rate limits, and the bot must
      // not read a channel's older messages again.
      const untilMs = Math.max(atMs + dayMs, ...used.map((use) => use.untilMs));
      await storeForgotten(tx, { hash: personHash(vault, userId), atMs, used, untilMs });
      await postgres.notify(tx, changedChannel, '');
    },
    refresh: reloadInTurn,
    sweep: () => sweepForgotten(postgres.db, clock.now()),
    close: unlisten,
  };
}

/**
 * What a person has used and reserved per unit and running period, including use from before their data was deleted.
 */
export async function usesNow(ledger: Ledger, past: PastUses, userId: string, nowMs: number): Promise<PastUse[]> {
  const holder = { kind: 'user' as const, id: userId };
  const limits = units.flatMap((unit) =>
    periods.map((period) => ({ holder, unit, period, cap: 0, rule: 'forgotten' })),
  );
  const levels = await ledger.levels(limits);
  return levels
    .map(({ limit: { unit, period }, spent, held }) => ({
      ...{ unit, period },
      amount: spent + held + past.of(userId, unit, period),
      untilMs: periodAt(period, nowMs).endMs,
    }))
    .filter(({ amount }) => amount > 0);
}
