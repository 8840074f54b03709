import { sql } from 'kysely';
import type { Db, Tx } from '../../platform/postgres/index.ts';
import type { Books, Figures, Loaded, SavingsChange, Transaction } from './books.ts';
import { type HoldRow, recordOf, rowOf } from './hold-rows.ts';
import type { Window } from './holders.ts';
import type { LedgerSavingsTable } from './schema.ts';

export const holdColumns = sql`key, request, step, attempt, kind, terms, state, day::text, held, held_savings, charged,
  from_savings, refunded, on_instance, facts, created_at_ms, ended_at_ms, expires_at_ms`;

/** Passes any number of objects as one parameter. */
const arrayOf = (rows: readonly object[]) => sql`${JSON.stringify(rows)}::jsonb`;

export interface Needs {
  /** Holders to lock, in addition to those of the holds. */
  locks: readonly string[];
  /** Holds by key, with the figures that their settlement compares. */
  keys: readonly string[];
  /** Requests whose open admissions are needed. */
  requests: readonly string[];
  /** People whose savings are needed. */
  savingsOf: readonly string[];
  /** Keys of transactions that may exist. */
  transactions: readonly string[];
  windows: readonly Window[];
}

/** Locks until the transaction ends, then loads. */
export async function load(tx: Tx, needs: Needs): Promise<Loaded> {
  const { locks, keys, requests, savingsOf, transactions, windows } = needs;
  interface Row {
    holds: HoldRow[];
    windows: (Window & Figures)[];
    savings: LedgerSavingsTable[];
    transactions: string[];
  }
  const { rows } = await sql<{ loaded: Row }>`
    SELECT ledger_load(${locks}::text[], ${keys}::text[], ${requests}::text[], ${savingsOf}::text[],
      ${transactions}::text[], ${arrayOf(windows)}) AS loaded
  `.execute(tx);
  const [row] = rows;
  if (!row) throw new Error('The statement returned no row');
  const { holds, savings, ...loaded } = row.loaded;
  return { ...loaded, holds: holds.map(recordOf), savings: savings.map(savingsFrom) };
}

export async function write(tx: Tx, changes: Books['changes']): Promise<void> {
  const { newHolds, changedHolds, transactions, savings, meters } = changes;
  if ([newHolds, changedHolds, transactions, savings, meters].every((rows) => rows.length === 0)) return;
  await sql`
    SELECT ledger_write(${arrayOf(newHolds.map(rowOf))}, ${arrayOf(changedHolds.map(rowOf))},
      ${arrayOf(transactions.map(transactionRow))}, ${arrayOf(savings.map(savingsRow))}, ${arrayOf(meters)})
  `.execute(tx);
}

const savingsRow = ({ userId, ...row }: SavingsChange): LedgerSavingsTable => ({ ...row, user_id: userId });
const savingsFrom = ({ user_id, ...row }: LedgerSavingsTable): SavingsChange => ({ ...row, userId: user_id });

function transactionRow({ key, kind, day, reason, entries, ...row }: Transaction) {
  return {
    ...{ key, kind, day, reason, entries },
    hold_key: row.holdKey,
    payer_id: row.payerId,
    guild_id: row.guildId,
    channel_id: row.channelId,
    actor_id: row.actorId,
    at_ms: row.atMs,
  };
}

/** The sums of these windows, each once. */
export async function loadFigures(db: Db, windows: readonly Window[]): Promise<(Window & Figures)[]> {
  if (windows.length === 0) return [];
  const { rows } = await sql<Window & Figures>`SELECT * FROM ledger_figures(${arrayOf(windows)})`.execute(db);
  return rows;
}

export async function loadSavings(db: Db, userId: string): Promise<SavingsChange[]> {
  const rows = await db.selectFrom('ledger_savings').selectAll().where('user_id', '=', userId).execute();
  return rows.map(savingsFrom);
}

/** Expired open holds, the longest expired first. */
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
