import { join } from 'node:path';
import type { Clock } from '../../kernel/clock.ts';
import type { MigrationSource, Postgres, Tx } from '../../platform/postgres/index.ts';
import type { Limits, Rate, TakeResult } from './port.ts';
import { checkRates, decide, isForgotten } from './rules.ts';
import * as store from './store.ts';

export type * from './port.ts';

export const limitsMigrations: MigrationSource = { name: 'limits', folder: join(import.meta.dirname, 'migrations') };

export function createLimits({ postgres, clock }: { postgres: Postgres; clock: Clock }): Limits {
  return {
    take: (db, rates) => {
      checkRates(rates);
      if (rates.length === 0) return Promise.resolve({ status: 'taken' });
      const run = (tx: Tx) => take(tx, rates, clock);
      return db.isTransaction ? run(db as Tx) : postgres.transaction(run);
    },
    giveBack: (db, { key, takenByMs }) => store.deleteLatestTake(db, key, takenByMs),
    peek: async (rates) => {
      checkRates(rates);
      if (rates.length === 0) return [];
      const nowMs = clock.now();
      const usage = await store.readUsage(postgres.db, rates, nowMs);
      return rates.map((rate, index) => {
        const { taken, lastAtMs } = usage[index] ?? { taken: 0, lastAtMs: null };
        const wholeAtMs = taken === 0 ? nowMs : (lastAtMs ?? nowMs) + rate.periodMs;
        return { rate, left: Math.max(0, rate.count - taken), wholeAtMs };
      });
    },
    sweep: () => store.sweepTakes(postgres.db, clock.now()),
    forgetUser: (tx, userId) => store.deleteUser(tx, userId),
  };
}

async function take(tx: Tx, rates: readonly Rate[], clock: Clock): Promise<TakeResult> {
  let standings = await store.lockAndRead(tx, rates);
  // Read after the lock, since waiting for it may have taken long.
  const nowMs = clock.now();
  if (standings.some((standing) => isForgotten(standing, nowMs))) {
    await store.forgetLater(tx, rates, nowMs);
    standings = await store.lockAndRead(tx, rates);
  }
  const { result, takes } = decide(standings, nowMs);
  if (takes.length > 0) await store.writeTakes(tx, takes);
  return result;
}
