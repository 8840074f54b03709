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

/** What people who were forgotten had used of the running periods, in memory: every price of theirs asks for it. */
export interface PastUses {
  /** Zero for who was not forgotten in this period. */
  of(userId: string, unit: Unit, period: Period): number;
  /** Keeps it, in the transaction that forgets the person. */
  keep(tx: Tx, userId: string, used: readonly PastUse[]): Promise<void>;
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
      // Nearly always nobody was forgotten lately, and then nobody's name has to be hashed.
      const uses = held.size === 0 ? undefined : held.get(personHash(vault, userId));
      const nowMs = clock.now();
      const use = uses?.find((one) => one.unit === unit && one.period === period && one.untilMs > nowMs);
      return use?.amount ?? 0;
    },
    keep: async (tx, userId, used) => {
      const atMs = clock.now();
      // Also who used nothing is remembered for a day: limits by the minute are not lifted by being forgotten, and what was
      // said of late in a channel is not read again.
      const untilMs = Math.max(atMs + dayMs, ...used.map((use) => use.untilMs));
      await storeForgotten(tx, { hash: personHash(vault, userId), atMs, used, untilMs });
      await postgres.notify(tx, changedChannel, '');
    },
    sweep: () => sweepForgotten(postgres.db, clock.now()),
    close: unlisten,
  };
}

/** What a person has used and holds of every unit in each running period, with what they had before they were forgotten. */
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
