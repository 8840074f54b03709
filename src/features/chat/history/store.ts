import { sql } from 'kysely';
import type { Db, Tx } from '../../../sdk/index.ts';
import { hasEnded } from '../turns/store.ts';
import type { AnswerRow, ExchangeRow, QuestionRow } from '../turns/store.ts';

/** Where the bot was asked something; settings alone are no conversation. */
const conversingChannels = (db: Db) =>
  db
    .selectFrom('chat_conversation as c')
    .select('c.channel_id')
    .where((conversation) =>
      conversation.or([
        conversation('c.backfilled_at', 'is not', null),
        conversation.exists(
          conversation.selectFrom('chat_question as q').select('q.id').whereRef('q.channel_id', '=', 'c.channel_id'),
        ),
      ]),
    );

export async function allConversing(db: Db, most: number): Promise<string[]> {
  const rows = await conversingChannels(db).limit(most).execute();
  return rows.map((row) => row.channel_id);
}

export async function conversingAmong(db: Db, channelIds: readonly string[]): Promise<Set<string>> {
  const rows = await conversingChannels(db)
    .where(sql<boolean>`c.channel_id = ANY(${channelIds}::text[])`)
    .execute();
  return new Set(rows.map((row) => row.channel_id));
}

/** Conversations in which nothing was asked since, and that were begun before. */
export async function idleSince(db: Db, before: Date): Promise<{ channelId: string; guildId: string | null }[]> {
  return db
    .selectFrom('chat_conversation as c')
    .innerJoin('chat_question as q', 'q.channel_id', 'c.channel_id')
    .select(['c.channel_id as channelId', 'c.guild_id as guildId'])
    .where('c.created_at', '<', before)
    .groupBy(['c.channel_id', 'c.guild_id'])
    .having(({ fn }) => fn.max('q.asked_at'), '<', before)
    .execute();
}

/**
 * Deletes the exchanges and ambient messages of a conversation before a time, when nothing was asked since, up to a question. False
 * when there was nothing. A branch is idle since it was opened at the earliest, however old its copies are.
 */
export async function deleteIfIdle(
  tx: Tx,
  channelId: string,
  before: Date,
  question: Pick<QuestionRow, 'id' | 'asked_at'> | null,
): Promise<boolean> {
  const since = tx
    .selectFrom('chat_question')
    .select('id')
    .where('channel_id', '=', channelId)
    .where('asked_at', '>=', before)
    .$if(question !== null, (query) =>
      query.where('id', '!=', question?.id ?? '').where('asked_at', '<=', question?.asked_at ?? before),
    );
  const young = tx
    .selectFrom('chat_conversation')
    .select('channel_id')
    .where('channel_id', '=', channelId)
    .where('created_at', '>=', before);
  const asked = await tx
    .deleteFrom('chat_question')
    .where('channel_id', '=', channelId)
    .where('asked_at', '<', before)
    .where(hasEnded)
    .where(({ not, exists }) => not(exists(since)))
    .where(({ not, exists }) => not(exists(young)))
    .executeTakeFirst();
  if (asked.numDeletedRows === 0n) return false;
  await tx
    .deleteFrom('chat_ambient_message')
    .where('channel_id', '=', channelId)
    .where('said_at', '<', before)
    .execute();
  return true;
}

export async function isBackfilled(db: Db, channelId: string): Promise<boolean> {
  const row = await db
    .selectFrom('chat_conversation')
    .select('backfilled_at')
    .where('channel_id', '=', channelId)
    .executeTakeFirst();
  // A conversation that was deleted needs nothing.
  return row === undefined || row.backfilled_at !== null;
}

/** From now on, earlier messages are not backfilled. */
export async function setBackfilled(db: Db, channelId: string, at: Date, parentId: string | null): Promise<void> {
  await db
    .updateTable('chat_conversation')
    .set({ backfilled_at: at, parent_id: parentId })
    .where('channel_id', '=', channelId)
    .execute();
}

/** Earlier messages are no longer backfilled from Discord. */
export async function skipBackfill(tx: Tx, channelId: string, at: Date): Promise<void> {
  await tx
    .updateTable('chat_conversation')
    .set({ backfilled_at: at })
    .where('channel_id', '=', channelId)
    .where('backfilled_at', 'is', null)
    .execute();
}

/** Conversations with a question after a time, the latest first. */
export async function conversingSince(
  db: Db,
  since: Date,
  limit: number,
): Promise<{ channel_id: string; guild_id: string | null }[]> {
  return db
    .selectFrom('chat_question')
    .select(['channel_id', 'guild_id'])
    .where('asked_at', '>=', since)
    .groupBy(['channel_id', 'guild_id'])
    .orderBy(({ fn }) => fn.max('asked_at'), 'desc')
    .limit(limit)
    .execute();
}

/** All messages that a conversation knows to be in its channel. */
export async function knownMessages(db: Db, channelId: string): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    SELECT message_id AS id FROM chat_question
    WHERE channel_id = ${channelId} AND message_id IS NOT NULL AND origin <> 'branch'
    UNION SELECT unnest(parts) FROM chat_question WHERE channel_id = ${channelId}
    UNION SELECT message_id FROM chat_ambient_message WHERE channel_id = ${channelId}
  `.execute(db);
  return rows.map(({ id }) => id);
}

/** Of these messages, those that were questions. */
export async function askedIn(db: Db, messageIds: readonly string[]): Promise<Set<string | null>> {
  if (messageIds.length === 0) return new Set();
  const rows = await db
    .selectFrom('chat_question')
    .select('message_id')
    .where('message_id', 'in', messageIds)
    .execute();
  return new Set(rows.map((row) => row.message_id));
}

/** What messages of a channel are to its conversation, and to those that were branched off from it. */
export interface Parts {
  /** Ids of questions that they asked, copies in branches among them. */
  asked: string[];
  /** Ids of questions whose answers they show. */
  answered: string[];
  /** Ids of ambient messages. */
  ambient: string[];
}

/** One query, whatever it finds. */
export async function partsOf(db: Db, channelId: string, messageIds: readonly string[]): Promise<Parts> {
  const ids = sql`${[...messageIds]}::text[]`;
  const { rows } = await sql<{ kind: keyof Parts; id: string }>`
    SELECT 'asked' AS kind, id::text FROM chat_question WHERE message_id = ANY (${ids})
    UNION ALL
    SELECT 'answered', id::text FROM chat_question WHERE parts && ${ids} AND channel_id = ${channelId}
    UNION ALL
    SELECT 'ambient', message_id FROM chat_ambient_message WHERE message_id = ANY (${ids}) AND channel_id = ${channelId}
  `.execute(db);
  const of = (kind: keyof Parts) => rows.filter((row) => row.kind === kind).map(({ id }) => id);
  return { asked: of('asked'), answered: of('answered'), ambient: of('ambient') };
}

/** Waits for other transactions that change it. Undefined when it is gone. */
export async function lockedQuestion(tx: Tx, id: string): Promise<QuestionRow | undefined> {
  return tx.selectFrom('chat_question').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
}

/** What a question needs to be cancelled. */
export type Unfinished = Pick<AnswerRow, 'id' | 'tries' | 'job_id'>;

/** Answers to these questions that are waited for or written. */
export async function unfinishedOf(tx: Tx, questionIds: readonly string[]): Promise<Unfinished[]> {
  if (questionIds.length === 0) return [];
  return tx
    .selectFrom('chat_answer')
    .select(['id', 'tries', 'job_id'])
    .where('question_id', 'in', questionIds)
    .where('state', 'in', ['waiting', 'written'])
    .execute();
}

export async function deleteQuestion(tx: Tx, id: string): Promise<void> {
  await tx.deleteFrom('chat_question').where('id', '=', id).execute();
}

/** What branches have copied of a question. */
export async function copiesOf(
  tx: Tx,
  { id, message_id: messageId }: Pick<QuestionRow, 'id' | 'message_id'>,
): Promise<Pick<QuestionRow, 'id' | 'channel_id' | 'asked_at'>[]> {
  if (messageId === null) return [];
  return tx
    .selectFrom('chat_question')
    .select(['id', 'channel_id', 'asked_at'])
    .where('message_id', '=', messageId)
    .where('origin', '=', 'branch')
    .where('id', '!=', id)
    .execute();
}

/** The question stays, unanswered. */
export async function deleteAnswers(tx: Tx, questionId: string): Promise<void> {
  await tx.deleteFrom('chat_answer').where('question_id', '=', questionId).execute();
  await tx.updateTable('chat_question').set({ parts: [], shown_id: null }).where('id', '=', questionId).execute();
}

export async function setQuestion(
  tx: Tx,
  id: string,
  edited: Required<Pick<QuestionRow, 'ciphertext' | 'edited_at'>>,
): Promise<void> {
  await tx.updateTable('chat_question').set(edited).where('id', '=', id).execute();
}

export async function setEdited(tx: Tx, id: string, at: Date): Promise<void> {
  await tx.updateTable('chat_question').set({ edited_at: at }).where('id', '=', id).execute();
}

/** Whether a question was edited after `row` was read. */
export async function wasEditedSince(db: Db, row: Pick<QuestionRow, 'id' | 'edited_at'>): Promise<boolean> {
  const now = await db.selectFrom('chat_question').select('edited_at').where('id', '=', row.id).executeTakeFirst();
  return now !== undefined && now.edited_at?.getTime() !== row.edited_at?.getTime();
}

/** The try of an answer that has ended. */
export type ShownEnd = Pick<AnswerRow, 'id' | 'tries'>;

/** The answer that a question shows, when it has ended. */
export async function shownEnd(db: Db, questionId: string): Promise<ShownEnd | undefined> {
  return db
    .selectFrom('chat_answer as a')
    .innerJoin('chat_question as q', 'q.shown_id', 'a.id')
    .select(['a.id', 'a.tries'])
    .where('q.id', '=', questionId)
    .where('a.state', 'not in', ['waiting', 'written'])
    .executeTakeFirst();
}

/** Everything of a guild, or of a channel with its threads; returns what was being answered and where it was. */
export async function deleteConversations(
  tx: Tx,
  of: { guildId: string } | { channelId: string },
): Promise<{ channels: string[]; unfinished: Unfinished[] }> {
  const conversations = await tx
    .selectFrom('chat_conversation')
    .select('channel_id')
    .where((row) =>
      'guildId' in of
        ? row('guild_id', '=', of.guildId)
        : row.or([row('channel_id', '=', of.channelId), row('parent_id', '=', of.channelId)]),
    )
    .forUpdate()
    .execute();
  const channels = conversations.map((row) => row.channel_id);
  if (channels.length === 0) return { channels, unfinished: [] };
  const questions = await tx
    .selectFrom('chat_question')
    .select('id')
    .where('channel_id', 'in', channels)
    .forUpdate()
    .execute();
  const unfinished = await unfinishedOf(
    tx,
    questions.map(({ id }) => id),
  );
  await tx.deleteFrom('chat_question').where('channel_id', 'in', channels).execute();
  await tx.deleteFrom('chat_ambient_message').where('channel_id', 'in', channels).execute();
  await tx.deleteFrom('chat_conversation').where('channel_id', 'in', channels).execute();
  return { channels, unfinished };
}

/** Exchanges of a channel, or of one person there, latest first. */
export async function latestExchanges(
  db: Db,
  of: { channelId: string; authorId?: string },
  range: { offset: number; limit: number },
): Promise<ExchangeRow[]> {
  const rows = await db
    .selectFrom('chat_question as q')
    .leftJoin('chat_answer as a', (join) => join.onRef('a.id', '=', 'q.shown_id').on('a.ciphertext', 'is not', null))
    .selectAll('q')
    .select(['a.id as answer_id', 'a.ciphertext as answer_ciphertext'])
    .where('q.channel_id', '=', of.channelId)
    .$if(of.authorId !== undefined, (query) => query.where('q.author_id', '=', of.authorId ?? ''))
    .orderBy('q.asked_at', 'desc')
    .orderBy('q.id')
    .offset(range.offset)
    .limit(range.limit)
    .execute();
  return rows.map(({ answer_id, answer_ciphertext, ...question }) => ({
    question,
    answer: answer_id === null ? null : { id: answer_id, ciphertext: answer_ciphertext },
  }));
}

export async function countExchanges(db: Db, of: { channelId: string; authorId?: string }): Promise<number> {
  const { count } = await db
    .selectFrom('chat_question')
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .where('channel_id', '=', of.channelId)
    .$if(of.authorId !== undefined, (query) => query.where('author_id', '=', of.authorId ?? ''))
    .executeTakeFirstOrThrow();
  return Number(count);
}
