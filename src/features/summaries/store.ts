import { sql } from 'kysely';
import type { Selectable } from 'kysely';
import { guildIn } from '../../sdk/index.ts';
import type { Db, Expiry, Tx } from '../../sdk/index.ts';
import type { SummariesSummaryTable } from './schema.ts';

export type SummaryRow = Selectable<SummariesSummaryTable>;

/** Of earlier summaries, those to which a conversation can go back when a later one no longer holds. */
const mostKept = 16;

const latest = (db: Db, channelId: string, before?: Date) =>
  db
    .selectFrom('summaries_summary')
    .selectAll()
    .where('channel_id', '=', channelId)
    .$if(before !== undefined, (query) => query.where('covers_until', '<', before ?? new Date(0)))
    .orderBy('covers_until', 'desc')
    .limit(1);

/** The summary of a channel that covers most, of what was asked before a time. */
export async function latestSummary(db: Db, channelId: string, before?: Date): Promise<SummaryRow | undefined> {
  return latest(db, channelId, before).executeTakeFirst();
}

/** As `latestSummary`; until the transaction ends, it stays. */
export async function lockedSummary(tx: Tx, channelId: string, before: Date): Promise<SummaryRow | undefined> {
  return latest(tx, channelId, before).forShare().executeTakeFirst();
}

/** The messages of everything that the summaries of a channel cover up to a time. */
export async function messagesCovered(db: Db, channelId: string, until: Date): Promise<string[]> {
  const rows = await db
    .selectFrom('summaries_summary')
    .select('message_ids')
    .where('channel_id', '=', channelId)
    .where('covers_until', '<=', until)
    .execute();
  return rows.flatMap((row) => row.message_ids);
}

/** Whether a summary is still there; it stays until the transaction ends. */
export async function isKept(tx: Tx, id: string): Promise<boolean> {
  const kept = tx.selectFrom('summaries_summary').select('id').where('id', '=', id).forShare();
  return (await kept.executeTakeFirst()) !== undefined;
}

export async function insertSummary(tx: Tx, row: SummaryRow): Promise<void> {
  await tx.insertInto('summaries_summary').values(row).execute();
  await mergeOldest(tx, row.channel_id);
}

/** What is beyond the summaries that are kept goes into the oldest of them. */
async function mergeOldest(tx: Tx, channelId: string): Promise<void> {
  const kept = await tx
    .selectFrom('summaries_summary')
    .select(['id', 'covers_until'])
    .where('channel_id', '=', channelId)
    .orderBy('covers_until', 'desc')
    .limit(mostKept)
    .execute();
  const oldest = kept.at(-1);
  if (!oldest) return;
  const beyond = await tx
    .deleteFrom('summaries_summary')
    .where('channel_id', '=', channelId)
    .where('covers_until', '<', oldest.covers_until)
    .returning('message_ids')
    .execute();
  const messageIds = beyond.flatMap((row) => row.message_ids);
  if (messageIds.length === 0) return;
  await tx
    .updateTable('summaries_summary')
    .set({ message_ids: sql<string[]>`${messageIds}::text[] || message_ids` })
    .where('id', '=', oldest.id)
    .execute();
}

/** Deletes the summaries of a channel that cover what was asked at a time or later. */
export async function deleteSummariesFrom(db: Db, channelId: string, from: Date): Promise<number> {
  const result = await db
    .deleteFrom('summaries_summary')
    .where('channel_id', '=', channelId)
    .where('covers_until', '>=', from)
    .executeTakeFirst();
  return Number(result.numDeletedRows);
}

/** Deletes the summaries, of any channel, that cover what these messages asked or answered. */
export async function deleteSummariesOfMessages(db: Db, messageIds: readonly string[]): Promise<void> {
  const ids = sql`${[...messageIds]}::text[]`;
  await sql`
    DELETE FROM summaries_summary s USING summaries_summary first
    WHERE first.message_ids && ${ids} AND s.channel_id = first.channel_id AND s.covers_until >= first.covers_until
  `.execute(db);
}

/** Deletes every summary in which there may be something of a person. */
export async function deleteSummariesOf(tx: Tx, userId: string): Promise<number> {
  const person = sql`ARRAY[${userId}]::text[]`;
  const deleted = await tx
    .deleteFrom('summaries_summary')
    .where(sql<boolean>`(author_ids @> ${person} OR context_author_ids @> ${person})`)
    .executeTakeFirst();
  return Number(deleted.numDeletedRows);
}

/** Deletes the summaries that cover what is older than a guild keeps. */
export async function deleteSummariesBefore(tx: Tx, { beforeMs, guilds }: Expiry): Promise<number> {
  const result = await tx
    .deleteFrom('summaries_summary')
    .where('covers_from', '<', new Date(beforeMs))
    .where(guildIn('guild_id', guilds))
    .executeTakeFirst();
  return Number(result.numDeletedRows);
}

/** The summaries in which there are the words of one person alone. */
export async function summariesOf(db: Db, authorId: string): Promise<SummaryRow[]> {
  return db
    .selectFrom('summaries_summary')
    .selectAll()
    .where(sql<boolean>`author_ids = ARRAY[${authorId}]::text[] AND context_author_ids = '{}'`)
    .orderBy('made_at')
    .execute();
}
