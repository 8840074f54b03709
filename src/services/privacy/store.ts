import { sql } from 'kysely';
import type { Db, Tx } from '../../platform/postgres/index.ts';
import type { PastUse } from './schema.ts';

export async function optedOutOf(db: Db, hashes: readonly string[]): Promise<string[]> {
  const rows = await db
    .selectFrom('privacy_read_opt_out')
    .select('person_hash')
    .where(sql<boolean>`person_hash = ANY (${hashes}::text[])`)
    .execute();
  return rows.map((row) => row.person_hash);
}

export async function setOptedOut(db: Db, hash: string, optedOut: boolean): Promise<void> {
  if (optedOut) {
    await db
      .insertInto('privacy_read_opt_out')
      .values({ person_hash: hash })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  } else await db.deleteFrom('privacy_read_opt_out').where('person_hash', '=', hash).execute();
}

export async function readForgotten(db: Db, nowMs: number): Promise<{ hash: string; used: PastUse[] }[]> {
  const rows = await db
    .selectFrom('privacy_forgotten')
    .select(['person_hash as hash', 'used'])
    .where('until_ms', '>', nowMs)
    .execute();
  return rows;
}

export async function forgottenAt(db: Db, hashes: readonly string[]): Promise<{ hash: string; atMs: number }[]> {
  return db
    .selectFrom('privacy_forgotten')
    .select(['person_hash as hash', 'at_ms as atMs'])
    .where(sql<boolean>`person_hash = ANY (${hashes}::text[])`)
    .execute();
}

/**
 * When the person's data was last deleted. Locks the row until the transaction ends, so two deletions can't run at
 * once.
 */
export async function lastForgotten(tx: Tx, hash: string): Promise<number | undefined> {
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`privacy/${hash}`}, 0))`.execute(tx);
  const row = await tx
    .selectFrom('privacy_forgotten')
    .select('at_ms')
    .where('person_hash', '=', hash)
    .executeTakeFirst();
  return row?.at_ms;
}

export async function storeForgotten(
  tx: Tx,
  { hash, atMs, used, untilMs }: { hash: string; atMs: number; used: readonly PastUse[]; untilMs: number },
): Promise<void> {
  const row = { at_ms: atMs, used: JSON.stringify(used), until_ms: untilMs };
  await tx
    .insertInto('privacy_forgotten')
    .values({ person_hash: hash, ...row })
    .onConflict((conflict) => conflict.column('person_hash').doUpdateSet(row))
    .execute();
}

export async function sweepForgotten(db: Db, nowMs: number): Promise<void> {
  await db.deleteFrom('privacy_forgotten').where('until_ms', '<=', nowMs).execute();
}

export async function insertReceipt(tx: Tx, hash: string, atMs: number, count: number): Promise<void> {
  await tx.insertInto('privacy_receipt').values({ receipt_hash: hash, at_ms: atMs, rows_forgotten: count }).execute();
}

export async function findReceipt(db: Db, hash: string): Promise<{ atMs: number; count: number } | undefined> {
  return db
    .selectFrom('privacy_receipt')
    .select(['at_ms as atMs', 'rows_forgotten as count'])
    .where('receipt_hash', '=', hash)
    .executeTakeFirst();
}
