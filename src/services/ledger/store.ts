import { sql } from 'kysely';
import type { Db, Tx } from '../../platform/postgres/index.ts';
import type { Figures, MeterChange, SavingsChange, Transaction } from './books.ts';
import { type HoldRow, recordOf, rowOf } from './hold-rows.ts';
import type { HoldRecord } from './hold-record.ts';
import { type Window, windowName } from './holders.ts';
import './schema.ts';

export const holdColumns = sql`key, request, step, attempt, kind, terms, state, day::text, held, held_savings, charged,
  from_savings, refunded, on_instance, facts, created_at_ms, ended_at_ms, expires_at_ms`;

/** The rows of a statement parameter: one array of objects, whatever their number. */
const rowsOf = (rows: readonly object[]) => sql`${JSON.stringify(rows)}::jsonb`;

/**
 * Locks holders until the transaction ends: these, and those whose figures decided about these holds. All locks of a
 * transaction are taken here, at once, in the one order of the whole program, so two transactions never wait for each
 * other.
 */
export async function lockHolders(tx: Tx, names: readonly string[], holdKeys: readonly string[]): Promise<void> {
  if (names.length + holdKeys.length === 0) return;
  await sql`
    SELECT pg_advisory_xact_lock(hashtextextended('ledger/' || holder, 0)) FROM (
      SELECT DISTINCT ledger_rank(holder) AS rank, holder FROM (
        SELECT unnest(${names}::text[]) AS holder
        UNION ALL
        SELECT unnest(locks) FROM ledger_hold WHERE key = ANY(${holdKeys}::text[])
      ) AS concerned
      ORDER BY rank, holder
    ) AS ordered
  `.execute(tx);
}

/** These holds and the open admissions of these requests, locked, so that each ends once. */
export async function loadHolds(tx: Tx, keys: readonly string[], requests: readonly string[]): Promise<HoldRecord[]> {
  const { rows } = await sql<HoldRow>`
    SELECT ${holdColumns} FROM ledger_hold
    WHERE key = ANY(${keys}::text[])
      OR (request = ANY(${requests}::text[]) AND kind = 'admission' AND state = 'open')
    ORDER BY key FOR UPDATE
  `.execute(tx);
  return rows.map(recordOf);
}

/** The sums of these windows, each once. */
export async function loadFigures(db: Db, windows: readonly Window[]): Promise<(Window & Figures)[]> {
  if (windows.length === 0) return [];
  const distinct = [...new Map(windows.map((window) => [windowName(window), window])).values()];
  const { rows } = await sql<Window & Figures>`
    SELECT w.holder, w.unit, w.source, w.first, w.last, sums.*
    FROM jsonb_to_recordset(${rowsOf(distinct)}) AS w(holder text, unit text, source text, first text, last text)
    CROSS JOIN LATERAL (
      SELECT coalesce(sum(spent), 0)::bigint AS spent, coalesce(sum(held), 0)::bigint AS held,
        coalesce(sum(admitted), 0)::bigint AS admitted
      FROM ledger_meter AS m
      WHERE m.holder = w.holder AND m.unit = w.unit AND m.day BETWEEN w.first::date AND w.last::date
        AND m.source = ANY(CASE w.source WHEN 'all' THEN ARRAY['pool', 'allowance', 'savings'] ELSE ARRAY[w.source] END)
    ) AS sums
  `.execute(db);
  return rows;
}

export async function loadSavings(db: Db, userIds: readonly string[]): Promise<SavingsChange[]> {
  if (userIds.length === 0) return [];
  const { rows } = await sql<SavingsChange>`
    SELECT user_id AS "userId", unit, granted, spent, held FROM ledger_savings WHERE user_id = ANY(${userIds}::text[])
  `.execute(db);
  return rows;
}

/** Those of these keys under which there is a transaction. */
export async function loadTransactionKeys(db: Db, keys: readonly string[]): Promise<string[]> {
  if (keys.length === 0) return [];
  const rows = await db.selectFrom('ledger_transaction').select('key').where('key', 'in', keys).execute();
  return rows.map((row) => row.key);
}

export async function insertHolds(tx: Tx, holds: readonly HoldRecord[]): Promise<void> {
  if (holds.length === 0) return;
  await sql`
    INSERT INTO ledger_hold
    SELECT * FROM jsonb_populate_recordset(NULL::ledger_hold, ${rowsOf(holds.map(rowOf))})
  `.execute(tx);
}

/** What of a hold changes after it was made. */
export async function updateHolds(tx: Tx, holds: readonly HoldRecord[]): Promise<void> {
  if (holds.length === 0) return;
  await sql`
    UPDATE ledger_hold AS h SET state = c.state, charged = c.charged, from_savings = c.from_savings,
      refunded = c.refunded, on_instance = c.on_instance, facts = c.facts, ended_at_ms = c.ended_at_ms
    FROM jsonb_populate_recordset(NULL::ledger_hold, ${rowsOf(holds.map(rowOf))}) AS c
    WHERE h.key = c.key
  `.execute(tx);
}

/**
 * Adds to meters. Their rows are locked in the order of their holders, and those that are missing are made in that order
 * first: until it adds, a transaction holds none but rows that no other can see.
 */
export async function addToMeters(tx: Tx, changes: readonly MeterChange[]): Promise<void> {
  if (changes.length === 0) return;
  const change = sql`jsonb_to_recordset(${rowsOf(changes)})
    AS change(holder text, unit text, source text, day date, spent bigint, held bigint, admitted bigint)`;
  await sql`
    INSERT INTO ledger_meter (holder, unit, source, day)
    SELECT holder, unit, source, day FROM ${change}
    WHERE NOT EXISTS (
      SELECT FROM ledger_meter AS m WHERE (m.holder, m.unit, m.source, m.day)
        = (change.holder, change.unit, change.source, change.day)
    )
    ORDER BY ledger_rank(holder), holder, unit, source, day
    ON CONFLICT DO NOTHING
  `.execute(tx);
  await sql`
    WITH locked AS MATERIALIZED (
      SELECT m.holder, m.unit, m.source, m.day, change.spent, change.held, change.admitted
      FROM ${change} JOIN ledger_meter AS m
        ON (m.holder, m.unit, m.source, m.day) = (change.holder, change.unit, change.source, change.day)
      ORDER BY ledger_rank(m.holder), m.holder, m.unit, m.source, m.day
      FOR UPDATE OF m
    )
    UPDATE ledger_meter AS m
    SET spent = m.spent + locked.spent, held = m.held + locked.held, admitted = m.admitted + locked.admitted
    FROM locked
    WHERE (m.holder, m.unit, m.source, m.day) = (locked.holder, locked.unit, locked.source, locked.day)
  `.execute(tx);
}

/** Adds to savings, whose owners are locked. */
export async function addToSavings(tx: Tx, changes: readonly SavingsChange[]): Promise<void> {
  if (changes.length === 0) return;
  const change = sql`jsonb_to_recordset(${rowsOf(changes)})
    AS change("userId" text, unit text, granted bigint, spent bigint, held bigint)`;
  await sql`
    INSERT INTO ledger_savings (user_id, unit) SELECT "userId", unit FROM ${change} ORDER BY "userId", unit
    ON CONFLICT DO NOTHING
  `.execute(tx);
  await sql`
    UPDATE ledger_savings AS s
    SET granted = s.granted + change.granted, spent = s.spent + change.spent, held = s.held + change.held
    FROM ${change} WHERE s.user_id = change."userId" AND s.unit = change.unit
  `.execute(tx);
}

/** Transactions with all of their entries. */
export async function insertTransactions(tx: Tx, transactions: readonly Transaction[]): Promise<void> {
  if (transactions.length === 0) return;
  await sql`
    WITH given AS MATERIALIZED (
      SELECT * FROM jsonb_to_recordset(${rowsOf(transactions)}) AS t(
        key text, kind text, "holdKey" text, "payerId" text, "guildId" text, "channelId" text, day date,
        "actorId" text, reason text, "atMs" bigint, entries jsonb)
    ),
    inserted AS (
      INSERT INTO ledger_transaction
        (key, kind, hold_key, payer_id, guild_id, channel_id, day, actor_id, reason, at_ms)
      SELECT key, kind, "holdKey", "payerId", "guildId", "channelId", day, "actorId", reason, "atMs" FROM given
      RETURNING id, key
    )
    INSERT INTO ledger_entry (transaction_id, account, unit, amount)
    SELECT inserted.id, e.account, e.unit, e.amount
    FROM inserted JOIN given USING (key)
    CROSS JOIN LATERAL jsonb_to_recordset(given.entries) AS e(account text, unit text, amount bigint)
  `.execute(tx);
}

/** Open holds whose time is over, those first that are over longest. */
export async function findExpired(db: Db, nowMs: number, limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom('ledger_hold')
    .select('key')
    .where('state', '=', 'open')
    .where('expires_at_ms', '<=', nowMs)
    .orderBy('expires_at_ms')
    .limit(limit)
    .execute();
  return rows.map((row) => row.key);
}

export async function findOpenCalls(db: Db, request: string): Promise<string[]> {
  const rows = await db
    .selectFrom('ledger_hold')
    .select('key')
    .where('request', '=', request)
    .where('kind', '=', 'call')
    .where('state', '=', 'open')
    .execute();
  return rows.map((row) => row.key);
}
