import { sql } from 'kysely';
import type { Db, Tx } from '../../platform/postgres/index.ts';
import type { Rate } from './port.ts';
import { forgottenAfterMs } from './rules.ts';
import type { Standing, Take } from './rules.ts';
import './schema.ts';

const SWEEP_BATCH = 5_000;

const keysOf = (rates: readonly Rate[]) => rates.map(({ key }) => key);
const countsOf = (rates: readonly Rate[]) => rates.map(({ count }) => count);

interface StandingRow {
  last_number: number | null;
  last_at_ms: number | null;
  displaced_at_ms: number | null;
}

/** In the order of the rates. Takes of these keys wait for this one until the transaction ends. */
export async function lockAndRead(tx: Tx, rates: readonly Rate[]): Promise<Standing[]> {
  const { rows } = await sql<StandingRow>`
    SELECT * FROM limits_lock_and_read(${keysOf(rates)}::text[], ${countsOf(rates)}::bigint[])
  `.execute(tx);
  return rates.map((rate, index) => ({
    rate,
    lastNumber: rows[index]?.last_number ?? 0,
    lastAtMs: rows[index]?.last_at_ms ?? null,
    displacedAtMs: rows[index]?.displaced_at_ms ?? null,
  }));
}

export async function forgetLater(tx: Tx, rates: readonly Rate[], nowMs: number): Promise<void> {
  const latest = rates.map((rate) => forgottenAfterMs(rate, nowMs));
  await sql`
    DELETE FROM limits_take USING unnest(${keysOf(rates)}::text[], ${latest}::bigint[]) AS rate (key, latest_ms)
    WHERE limits_take.key = rate.key AND limits_take.at_ms > rate.latest_ms
  `.execute(tx);
}

/** Stores the takes and deletes those that no later take depends on: each key keeps its last `count`. */
export async function writeTakes(tx: Tx, takes: readonly Take[]): Promise<void> {
  const rates = takes.map(({ rate }) => rate);
  const numbers = takes.map(({ number }) => number);
  const times = takes.map(({ atMs }) => atMs);
  const ends = takes.map(({ atMs, rate }) => atMs + rate.periodMs);
  await sql`
    WITH take AS (
      SELECT * FROM unnest(
        ${keysOf(rates)}::text[], ${countsOf(rates)}::bigint[], ${numbers}::bigint[], ${times}::bigint[],
        ${ends}::bigint[]
      ) AS take (key, count, number, at_ms, until_ms)
    ),
    displaced AS (
      DELETE FROM limits_take USING take
      WHERE limits_take.key = take.key AND limits_take.number <= take.number - take.count
    )
    INSERT INTO limits_take (key, number, at_ms, until_ms) SELECT key, number, at_ms, until_ms FROM take
  `.execute(tx);
}

/** What it displaced was outside the period, so nothing is missed. */
export async function deleteLatestTake(db: Db, key: string, takenByMs: number): Promise<void> {
  await sql`
    DELETE FROM limits_take
    WHERE key = ${key} AND at_ms <= ${takenByMs} AND number = (SELECT max(number) FROM limits_take WHERE key = ${key})
  `.execute(db);
}

export interface Usage {
  taken: number;
  lastAtMs: number | null;
}

/** In the order of the rates: how many takes are within the period, and when the last was made. */
export async function readUsage(db: Db, rates: readonly Rate[], nowMs: number): Promise<Usage[]> {
  const latest = rates.map((rate) => forgottenAfterMs(rate, nowMs));
  const periods = rates.map(({ periodMs }) => periodMs);
  const { rows } = await sql<{ taken: number; last_at_ms: number | null }>`
    SELECT counted.taken, last.at_ms AS last_at_ms
    FROM unnest(${keysOf(rates)}::text[], ${periods}::bigint[], ${latest}::bigint[])
      WITH ORDINALITY AS rate (key, period_ms, latest_ms, place)
    CROSS JOIN LATERAL (
      SELECT max(at_ms) AS at_ms FROM limits_take WHERE key = rate.key AND at_ms <= rate.latest_ms
    ) AS last
    CROSS JOIN LATERAL (
      SELECT count(*) AS taken FROM limits_take
      WHERE key = rate.key AND at_ms > greatest(${nowMs}::bigint, last.at_ms) - rate.period_ms
        AND at_ms <= rate.latest_ms
    ) AS counted
    ORDER BY rate.place
  `.execute(db);
  return rows.map((row) => ({ taken: row.taken, lastAtMs: row.last_at_ms }));
}

/** Deletes takes outside every period, in batches; skips those that a running transaction is deleting. */
export async function sweepTakes(db: Db, nowMs: number): Promise<number> {
  for (let swept = 0; ;) {
    const result = await sql`
      DELETE FROM limits_take WHERE (key, number) IN (
        SELECT key, number FROM limits_take WHERE until_ms <= ${nowMs} LIMIT ${SWEEP_BATCH} FOR UPDATE SKIP LOCKED
      )
    `.execute(db);
    const deleted = Number(result.numAffectedRows ?? 0n);
    swept += deleted;
    if (deleted < SWEEP_BATCH) return swept;
  }
}

/** Deletes the takes of all keys that begin with `user:<id>/`. */
export async function deleteUser(tx: Tx, userId: string): Promise<number> {
  // The character after the slash is the end of the index range.
  const { numDeletedRows } = await tx
    .deleteFrom('limits_take')
    .where('key', '>=', `user:${userId}/`)
    .where('key', '<', `user:${userId}0`)
    .executeTakeFirst();
  return Number(numDeletedRows);
}
