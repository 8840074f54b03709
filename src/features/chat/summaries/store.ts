import { sql } from 'kysely';
import type { Selectable } from 'kysely';
import { guildIn } from '../../../sdk/index.ts';
import type { Db, Expiry, Tx } from '../../../sdk/index.ts';
import type { ChatSummaryTable } from '../schema.ts';
import { isPlaced } from '../turns/store.ts';
import type { ExchangeRow } from '../turns/store.ts';

export type SummaryRow = Selectable<ChatSummaryTable>;

/** Stands in an answer's `told_ids` for people who were forgotten. */
export const forgotten = 'forgotten';
/** Of earlier summaries, those to which a conversation can go back when a later one no longer holds. */
const mostKept = 16;

const latest = (db: Db, channelId: string, before?: Date) =>
  db
    .selectFrom('chat_summary')
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
    .selectFrom('chat_summary')
    .select('message_ids')
    .where('channel_id', '=', channelId)
    .where('covers_until', '<=', until)
    .execute();
  return rows.flatMap((row) => row.message_ids);
}

/** An exchange that no summary covers. */
export interface UncoveredRow extends ExchangeRow {
  /** No answer to it is being worked on. */
  ended: boolean;
  tries: number;
  /** Others whose words are in the answer. */
  toldIds: string[];
}

/** What was asked in a channel after a time, oldest first. */
export async function uncovered(db: Db, channelId: string, after: Date | undefined): Promise<UncoveredRow[]> {
  const rows = await db
    .selectFrom('chat_question as q')
    .leftJoin('chat_answer as a', (join) => join.onRef('a.id', '=', 'q.shown_id'))
    .selectAll('q')
    .select(['a.id as answer_id', 'a.sealed as answer_sealed', 'a.tries as tries', 'a.told_ids as told_ids'])
    .select(
      sql<boolean>`NOT EXISTS (
        SELECT FROM chat_answer b
        WHERE b.question_id IN (q.id, q.merged_into) AND b.state IN ('waiting', 'written')
      )`.as('ended'),
    )
    .select(isPlaced.as('placed'))
    .where('q.channel_id', '=', channelId)
    .$if(after !== undefined, (query) => query.where('q.asked_at', '>', after ?? new Date(0)))
    .orderBy('q.asked_at')
    .orderBy('q.id')
    .execute();
  // What never was shown there, and is not going to be, is no part of it.
  const said = rows.filter(({ placed, ended }) => placed || !ended);
  return said.map(({ answer_id, answer_sealed, tries, told_ids, ended, placed: _, ...question }) => ({
    question,
    answer: answer_id === null || answer_sealed === null ? null : { id: answer_id, sealed: answer_sealed },
    ended,
    tries: tries ?? 0,
    toldIds: told_ids ?? [],
  }));
}

/** How many exchanges of a channel no summary covers. */
export async function countUncovered(db: Db, channelId: string, after: Date | undefined): Promise<number> {
  const { count } = await db
    .selectFrom('chat_question as q')
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .where('q.channel_id', '=', channelId)
    .where(isPlaced)
    .$if(after !== undefined, (query) => query.where('q.asked_at', '>', after ?? new Date(0)))
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** Whether these exchanges, and the summary before them, are as they were read. Until the transaction ends, they stay so. */
export async function areUnchanged(
  tx: Tx,
  read: { channelId: string; before: SummaryRow | undefined; rows: readonly UncoveredRow[] },
): Promise<boolean> {
  const { before, rows } = read;
  if (before) {
    const kept = tx.selectFrom('chat_summary').select('id').where('id', '=', before.id).forShare();
    if (!(await kept.executeTakeFirst())) return false;
  }
  const ids = rows.map(({ question }) => question.id);
  // Whoever changes an answer locks its question first.
  const questions = await tx
    .selectFrom('chat_question')
    .select(['id', 'edited_at', 'shown_id'])
    .where('id', 'in', ids)
    .orderBy('id')
    // Of two that store a summary of the same, the second waits here, and then finds that of the first.
    .forNoKeyUpdate()
    .execute();
  const newest = await latestSummary(tx, read.channelId);
  if (newest?.id !== before?.id) return false;
  const answers = await tx
    .selectFrom('chat_answer')
    .select(['id', 'question_id', 'state', 'tries', 'told_ids'])
    .where('question_id', 'in', ids)
    .orderBy('id')
    .forShare()
    .execute();
  return rows.every(({ question, tries, toldIds }) => {
    const now = questions.find(({ id }) => id === question.id);
    const versions = answers.filter((answer) => answer.question_id === question.id);
    const shown = versions.find(({ id }) => id === question.shown_id);
    return (
      now?.shown_id === question.shown_id &&
      now.edited_at?.getTime() === question.edited_at?.getTime() &&
      (shown?.tries ?? 0) === tries &&
      String(shown?.told_ids ?? []) === String(toldIds) &&
      versions.every(({ state }) => state !== 'waiting' && state !== 'written')
    );
  });
}

export async function insertSummary(tx: Tx, row: SummaryRow): Promise<void> {
  await tx.insertInto('chat_summary').values(row).execute();
  await mergeOldest(tx, row.channel_id);
}

/** What is beyond the summaries that are kept goes into the oldest of them. */
async function mergeOldest(tx: Tx, channelId: string): Promise<void> {
  const kept = await tx
    .selectFrom('chat_summary')
    .select(['id', 'covers_until'])
    .where('channel_id', '=', channelId)
    .orderBy('covers_until', 'desc')
    .limit(mostKept)
    .execute();
  const oldest = kept.at(-1);
  if (!oldest) return;
  const beyond = await tx
    .deleteFrom('chat_summary')
    .where('channel_id', '=', channelId)
    .where('covers_until', '<', oldest.covers_until)
    .returning('message_ids')
    .execute();
  const messageIds = beyond.flatMap((row) => row.message_ids);
  if (messageIds.length === 0) return;
  await tx
    .updateTable('chat_summary')
    .set({ message_ids: sql<string[]>`${messageIds}::text[] || message_ids` })
    .where('id', '=', oldest.id)
    .execute();
}

/** Deletes the summaries of a channel that cover what was asked at a time or later. */
export async function deleteSummariesFrom(db: Db, channelId: string, from: Date): Promise<number> {
  const result = await db
    .deleteFrom('chat_summary')
    .where('channel_id', '=', channelId)
    .where('covers_until', '>=', from)
    .executeTakeFirst();
  return Number(result.numDeletedRows);
}

/** Deletes the summaries, of any channel, that cover what these messages asked or answered. */
export async function deleteSummariesOfMessages(db: Db, messageIds: readonly string[]): Promise<void> {
  const ids = sql`${[...messageIds]}::text[]`;
  await sql`
    DELETE FROM chat_summary s USING chat_summary first
    WHERE first.message_ids && ${ids} AND s.channel_id = first.channel_id AND s.covers_until >= first.covers_until
  `.execute(db);
}

/**
 * Deletes every summary in which there may be something of a person, and marks the answers to others that may hold some of
 * it: no summary repeats them from now on.
 */
export async function deleteSummariesOf(tx: Tx, userId: string): Promise<number> {
  const person = sql`ARRAY[${userId}]::text[]`;
  const deleteAll = async (): Promise<number> => {
    const deleted = await tx
      .deleteFrom('chat_summary')
      .where(sql<boolean>`(author_ids @> ${person} OR told_ids @> ${person})`)
      .executeTakeFirst();
    return Number(deleted.numDeletedRows);
  };
  // In the order in which one that is being made locks what it is made of; then the one that was waited for.
  const before = await deleteAll();
  await tx
    .updateTable('chat_answer')
    .set({ told_ids: sql<string[]>`array_replace(told_ids, ${userId}, ${forgotten})` })
    .where(sql<boolean>`told_ids @> ${person}`)
    .execute();
  return before + (await deleteAll());
}

/** Deletes the summaries that cover what is older than a guild keeps. */
export async function deleteSummariesBefore(tx: Tx, { beforeMs, guilds }: Expiry): Promise<number> {
  const result = await tx
    .deleteFrom('chat_summary')
    .where('covers_from', '<', new Date(beforeMs))
    .where(guildIn('guild_id', guilds))
    .executeTakeFirst();
  return Number(result.numDeletedRows);
}

/** The summaries in which there are the words of one person alone. */
export async function summariesOf(db: Db, authorId: string): Promise<SummaryRow[]> {
  return db
    .selectFrom('chat_summary')
    .selectAll()
    .where(sql<boolean>`author_ids = ARRAY[${authorId}]::text[] AND told_ids = '{}'`)
    .orderBy('made_at')
    .execute();
}
