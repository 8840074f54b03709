import { sql } from 'kysely';
import type { Selectable } from 'kysely';
import type { JsonObject } from '../../kernel/json.ts';
import type { Db, Tx } from '../../platform/postgres/index.ts';
import type { AuditQuery, RecordedEntry } from './port.ts';
import type { DatedEntry } from './refusals.ts';
import type { AuditEntryTable } from './schema.ts';

/** Replaces an id; the table's trigger allows this value only. */
const FORGOTTEN = 'forgotten';
const DEFAULT_LIMIT = 100;
const MOST_FOUND = 1_000;

export async function insertEntries(db: Db, entries: readonly DatedEntry[]): Promise<void> {
  const rows = entries.map((entry) => ({
    at_ms: entry.atMs,
    actor_id: entry.actorId,
    action: entry.action,
    outcome: entry.outcome,
    target_id: entry.targetId,
    guild_id: entry.guildId,
    channel_id: entry.channelId,
    reason: entry.reason,
    details: JSON.stringify(factsOf(entry.details)),
  }));
  await db.insertInto('audit_entry').values(rows).execute();
}

/** `context` only chooses the text of a refusal. */
function factsOf({ context: _, ...facts }: JsonObject): JsonObject {
  return facts;
}

export async function findEntries(db: Db, query: AuditQuery): Promise<RecordedEntry[]> {
  const { limit = DEFAULT_LIMIT } = query;
  if (!Number.isSafeInteger(limit) || limit < 1) throw new RangeError(`The limit ${limit} is not a positive number.`);
  const conditions = [
    ['actor_id', '=', query.actorId],
    ['action', '=', query.action],
    ['outcome', '=', query.outcome],
    ['target_id', '=', query.targetId],
    ['guild_id', '=', query.guildId],
    ['at_ms', '>=', query.sinceMs],
    ['at_ms', '<', query.untilMs],
    ['id', '<', query.beforeId],
  ] as const;
  let entries = db.selectFrom('audit_entry').selectAll();
  for (const [column, operator, value] of conditions) {
    if (value !== undefined) entries = entries.where(column, operator, value);
  }
  if (query.request !== undefined) entries = entries.where(sql`details ->> 'request'`, '=', query.request);
  const rows = await entries.orderBy('id', 'desc').limit(Math.min(limit, MOST_FOUND)).execute();
  return rows.map(toEntry);
}

export async function entriesOfUser(db: Db, userId: string): Promise<RecordedEntry[]> {
  const rows = await db
    .selectFrom('audit_entry')
    .selectAll()
    .where((is) => is.or([is('actor_id', '=', userId), is('target_id', '=', userId)]))
    .orderBy('id')
    .execute();
  return rows.map(toEntry);
}

export async function forgetUser(tx: Tx, userId: string): Promise<number> {
  const refused = sql<boolean>`(outcome = 'refused' AND actor_id = ${userId})`;
  const { numUpdatedRows } = await tx
    .updateTable('audit_entry')
    .set({
      actor_id: sql`CASE WHEN ${refused} THEN ${FORGOTTEN} ELSE actor_id END`,
      target_id: sql`CASE WHEN target_id = ${userId} THEN ${FORGOTTEN} ELSE target_id END`,
    })
    .where((is) => is.or([refused, is('target_id', '=', userId)]))
    .executeTakeFirst();
  return Number(numUpdatedRows);
}

function toEntry(row: Selectable<AuditEntryTable>): RecordedEntry {
  return {
    id: row.id,
    atMs: row.at_ms,
    actorId: row.actor_id,
    action: row.action,
    outcome: row.outcome,
    targetId: row.target_id,
    guildId: row.guild_id,
    channelId: row.channel_id,
    reason: row.reason,
    details: factsOf(row.details),
  };
}
