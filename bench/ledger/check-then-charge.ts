import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Postgres } from '../../src/platform/postgres/index.ts';
import type { Outcome, PaidRequest } from './tasks.ts';

/** A table with the sum of what was spent, in one row. */
export async function createCounter({ db }: Postgres): Promise<void> {
  await sql`CREATE TABLE bench_counter (spent bigint NOT NULL)`.execute(db);
  await sql`INSERT INTO bench_counter VALUES (0)`.execute(db);
}

/** Looks whether the worst case fits, calls the provider, adds up what it bills. */
export async function checkThenCharge(
  { db }: Postgres,
  { id, providerMs, wantedTokens, actualTokens }: PaidRequest,
  budgetMicros: number,
): Promise<Outcome> {
  const { rows } = await sql<{ spent: number }>`SELECT spent FROM bench_counter`.execute(db);
  const spent = rows[0]?.spent ?? 0;
  if (spent + wantedTokens > budgetMicros) return { id, costMicros: null, refusal: null };
  await delay(providerMs);
  await sql`UPDATE bench_counter SET spent = spent + ${actualTokens}`.execute(db);
  return { id, costMicros: actualTokens, refusal: null };
}
