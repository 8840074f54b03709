import { sql } from 'kysely';
import type { Selectable } from 'kysely';
import { guildIn } from '../../../sdk/index.ts';
import type { Db, Expiry, Tx } from '../../../sdk/index.ts';
import type { AnswerState, ChatAnswerTable, ChatQuestionTable } from '../schema.ts';

export type QuestionRow = Selectable<ChatQuestionTable>;
export type AnswerRow = Selectable<ChatAnswerTable>;

export type NewQuestion = Pick<
  QuestionRow,
  'id' | 'channel_id' | 'guild_id' | 'author_id' | 'message_id' | 'ciphertext' | 'asked_at'
> &
  Partial<Pick<QuestionRow, 'origin'>>;

/**
 * Stores a question with its first answer, and begins the conversation of its channel, unless it is to be answered
 * elsewhere. False when it is already there: its message was delivered before.
 */
export async function insertQuestion(
  db: Db,
  question: NewQuestion,
  answer: { id: string; jobId: string },
  { answeredHere = true }: { answeredHere?: boolean } = {},
): Promise<boolean> {
  const inserted = await db
    .with('conversation', (cte) =>
      cte
        .insertInto('chat_conversation')
        .columns(['channel_id', 'guild_id', 'created_at'])
        .expression(
          db
            .selectNoFrom([
              sql<string>`${question.channel_id}::text`.as('channel_id'),
              sql<string | null>`${question.guild_id}::text`.as('guild_id'),
              sql<Date>`${question.asked_at}::timestamptz`.as('created_at'),
            ])
            .where(sql<boolean>`${answeredHere}::boolean`),
        )
        .onConflict((conflict) => conflict.column('channel_id').doNothing()),
    )
    .with('question', (cte) =>
      cte
        .insertInto('chat_question')
        .values({ ...question, edited_at: null, shown_id: answer.id })
        .onConflict((conflict) => conflict.column('id').doNothing())
        .returning('id'),
    )
    .insertInto('chat_answer')
    .columns(['id', 'question_id', 'state', 'job_id'])
    .expression((select) =>
      select
        .selectFrom('question')
        .select((row) => [
          sql<string>`${answer.id}::uuid`.as('id'),
          row.ref('question.id').as('question_id'),
          sql.lit<'waiting'>('waiting').as('state'),
          sql<string>`${answer.jobId}::uuid`.as('job_id'),
        ]),
    )
    .executeTakeFirst();
  return inserted.numInsertedOrUpdatedRows === 1n;
}

export async function setWantedModel(tx: Tx, answerId: string, modelId: string): Promise<void> {
  await tx.updateTable('chat_answer').set({ wanted_model_id: modelId }).where('id', '=', answerId).execute();
}

const questionColumns = [
  'channel_id',
  'guild_id',
  'author_id',
  'message_id',
  'asked_at',
  'origin',
  'edited_at',
  'parts',
  'shown_id',
  'merged_into',
  'reaction',
  'stale_reactions',
] as const;

export async function findAnswer(
  db: Db,
  answerId: string,
): Promise<{ answer: AnswerRow; question: QuestionRow } | undefined> {
  const row = await db
    .selectFrom('chat_answer as a')
    .innerJoin('chat_question as q', 'q.id', 'a.question_id')
    .selectAll('a')
    .select(questionColumns.map((column) => `q.${column}` as const))
    .select('q.ciphertext as question_ciphertext')
    .where('a.id', '=', answerId)
    .executeTakeFirst();
  if (!row) return undefined;
  const { question_ciphertext: ciphertext, ...columns } = row;
  const { channel_id, guild_id, author_id, message_id, asked_at, origin, edited_at, ...more } = columns;
  const { parts, shown_id, merged_into, reaction, stale_reactions, ...answer } = more;
  const place = { channel_id, guild_id, author_id, message_id, asked_at, origin, edited_at };
  const question = {
    id: row.question_id,
    ...place,
    ciphertext,
    parts,
    shown_id,
    merged_into,
    reaction,
    stale_reactions,
  };
  return { answer, question };
}

export async function findQuestion(db: Db, id: string): Promise<QuestionRow | undefined> {
  return db.selectFrom('chat_question').selectAll().where('id', '=', id).executeTakeFirst();
}

/** Remembers a sent part at its place. */
export async function setPart(db: Db, questionId: string, index: number, messageId: string): Promise<void> {
  await db
    .updateTable('chat_question')
    .set({ parts: sql<string[]>`parts[1:${sql.lit(index)}] || ${messageId}::text` })
    .where('id', '=', questionId)
    .execute();
}

/** Forgets the parts after the first `kept`. */
export async function trimParts(db: Db, questionId: string, kept: number): Promise<void> {
  await db
    .updateTable('chat_question')
    .set({ parts: sql<string[]>`parts[1:${sql.lit(kept)}]` })
    .where('id', '=', questionId)
    .execute();
}

export interface AnswerEnd {
  state: AnswerState;
  ciphertext: Buffer | null;
  finish: string | null;
  finishedAt: Date;
  /** Others than the asker whose words the model had before it. */
  contextAuthorIds?: readonly string[];
  footnotes?: Buffer | null;
  /** What the model thought; unchanged unless given. */
  reasoning?: Buffer | null;
  errorCode?: string;
  modelId?: string;
}

/** False when the answer was removed. */
export async function endAnswer(db: Db, answerId: string, end: AnswerEnd): Promise<boolean> {
  const ended = await db
    .updateTable('chat_answer')
    .set({
      state: end.state,
      ciphertext: end.ciphertext,
      finish: end.finish,
      error_code: end.errorCode ?? null,
      finished_at: end.finishedAt,
      footnotes_ciphertext: end.footnotes ?? null,
      ...(end.reasoning === undefined ? {} : { reasoning_ciphertext: end.reasoning }),
      ...(end.contextAuthorIds === undefined ? {} : { context_author_ids: [...end.contextAuthorIds] }),
      ...(end.modelId === undefined ? {} : { model_id: end.modelId }),
    })
    .where('id', '=', answerId)
    .executeTakeFirst();
  return ended.numUpdatedRows === 1n;
}

export async function setFootnotes(db: Db, answerId: string, footnotes: Buffer | null): Promise<void> {
  await db.updateTable('chat_answer').set({ footnotes_ciphertext: footnotes }).where('id', '=', answerId).execute();
}

/** An answer is on the screen, in these messages. False when it was removed. */
export async function showParts(
  db: Db,
  answer: Pick<AnswerRow, 'id' | 'question_id'>,
  parts: readonly string[],
): Promise<boolean> {
  const shown = await db
    .with('done', (cte) =>
      cte.updateTable('chat_answer').set({ state: 'done' }).where('id', '=', answer.id).where('state', '=', 'written'),
    )
    .updateTable('chat_question')
    .set({ parts: [...parts] })
    .where('id', '=', answer.question_id)
    .executeTakeFirst();
  return shown.numUpdatedRows === 1n;
}

export interface ExchangeRow {
  question: QuestionRow;
  answer: Pick<AnswerRow, 'id' | 'ciphertext'> | null;
}

/**
 * Part of what is said in its channel: one that came by a command is not before it is shown, since it may still get a
 * thread of its own.
 */
export const isPlaced = sql<boolean>`(q.message_id IS NOT NULL OR q.parts <> '{}' OR q.origin = 'branch')`;

/**
 * The latest exchanges of a channel before a question, oldest first, each with the version of its answer that is shown. What
 * is answered together with the question is part of that.
 */
export async function exchangesBefore(db: Db, before: QuestionRow, limit: number): Promise<ExchangeRow[]> {
  if (limit === 0) return [];
  const rows = await db
    .selectFrom('chat_question as q')
    .leftJoin('chat_answer as a', (join) => join.onRef('a.id', '=', 'q.shown_id').on('a.ciphertext', 'is not', null))
    .selectAll('q')
    .select(['a.id as answer_id', 'a.ciphertext as answer_ciphertext'])
    .where('q.channel_id', '=', before.channel_id)
    .where('q.id', '!=', before.id)
    .where(isPlaced)
    .where('q.asked_at', '<=', before.asked_at)
    .where(sql<boolean>`q.merged_into IS DISTINCT FROM ${before.id}::uuid`)
    .orderBy('q.asked_at', 'desc')
    .limit(limit)
    .execute();
  return rows.reverse().map(({ answer_id, answer_ciphertext, ...question }) => ({
    question,
    answer: answer_id === null ? null : { id: answer_id, ciphertext: answer_ciphertext },
  }));
}

/** Deletes all but the latest `kept` ended exchanges of a channel. */
export async function trimConversation(db: Db, channelId: string, kept: number): Promise<void> {
  await db
    .deleteFrom('chat_question')
    .where('id', 'in', (select) =>
      select
        .selectFrom('chat_question')
        .select('id')
        .where('channel_id', '=', channelId)
        .where(hasEnded)
        .orderBy('asked_at', 'desc')
        .offset(kept),
    )
    .execute();
}

/** Where they only paid or opened the conversation, their name goes. */
export async function deleteQuestionsOf(db: Db, authorId: string): Promise<number> {
  await db.updateTable('chat_answer').set({ payer_id: null }).where('payer_id', '=', authorId).execute();
  await db.updateTable('chat_conversation').set({ owner_id: null }).where('owner_id', '=', authorId).execute();
  const result = await db.deleteFrom('chat_question').where('author_id', '=', authorId).executeTakeFirst();
  return Number(result.numDeletedRows);
}

/** With their answers. What is still being answered stays for the next time. */
export async function deleteQuestionsBefore(tx: Tx, { beforeMs, guilds }: Expiry): Promise<number> {
  const result = await tx
    .deleteFrom('chat_question')
    .where('asked_at', '<', new Date(beforeMs))
    .where(guildIn('guild_id', guilds))
    .where(hasEnded)
    .executeTakeFirst();
  return Number(result.numDeletedRows);
}

/** For `chat_question`: no answer to it is still being worked on. */
export const hasEnded = sql<boolean>`NOT EXISTS (
  SELECT FROM chat_answer a
  WHERE a.question_id IN (chat_question.id, chat_question.merged_into) AND a.state IN ('waiting', 'written')
)`;
