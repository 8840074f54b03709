import { sql } from 'kysely';
import type { Db } from '../../../sdk/index.ts';
import type { AnswerRow } from '../turns/store.ts';

/**
 * Notes that a question is marked as waiting. False when it is marked already or waits for nothing; with `unseen`, also
 * when anything of its answer is on the screen.
 */
export async function noteWaiting(
  db: Db,
  questionId: string,
  emoji: string,
  { unseen }: { unseen: boolean },
): Promise<boolean> {
  const noted = await db
    .updateTable('chat_question')
    .set({ reaction: emoji })
    .where('id', '=', questionId)
    .where('reaction', 'is', null)
    .$if(unseen, (query) => query.where('parts', '=', sql<string[]>`'{}'`))
    .where(({ exists, selectFrom }) =>
      exists(
        selectFrom('chat_answer')
          .select('id')
          .whereRef('chat_answer.id', '=', 'chat_question.shown_id')
          .where('state', '=', 'waiting'),
      ),
    )
    .executeTakeFirst();
  return noted.numUpdatedRows === 1n;
}

/** With which emoji a question is to be marked; undefined when it was removed. */
export async function notedReaction(db: Db, questionId: string): Promise<string | null | undefined> {
  const row = await db.selectFrom('chat_question').select('reaction').where('id', '=', questionId).executeTakeFirst();
  return row?.reaction;
}

/** The emoji does not stand. Does nothing when another one is noted by now. */
export async function unnote(db: Db, questionId: string, emoji: string): Promise<void> {
  await db
    .updateTable('chat_question')
    .set({ reaction: null })
    .where('id', '=', questionId)
    .where('reaction', '=', emoji)
    .execute();
}

/** A message that is to be marked anew, and what stood there. */
export interface Remarked {
  messageId: string;
  before: string | null;
}

/**
 * Notes how a question ended, in place of what is noted; where nothing is, only with `unmarked`. The same for those that
 * were answered together with it. Returns what has changed; with `again`, also what was noted before.
 */
export async function noteEnd(
  db: Db,
  questionId: string,
  emoji: string | null,
  { unmarked, again }: { unmarked: boolean; again: boolean },
): Promise<Remarked[]> {
  const { rows } = await sql<Remarked>`
    WITH old AS (
      SELECT id, message_id, reaction FROM chat_question
      WHERE (id = ${questionId}::uuid OR merged_into = ${questionId}::uuid) AND message_id IS NOT NULL FOR UPDATE
    )
    UPDATE chat_question q SET reaction = ${emoji}::text FROM old
    WHERE q.id = old.id AND (old.reaction IS NOT NULL OR ${unmarked}::boolean)
      AND (old.reaction IS DISTINCT FROM ${emoji}::text OR ${again && emoji !== null}::boolean)
    RETURNING old.message_id AS "messageId", old.reaction AS before
  `.execute(db);
  return rows;
}

/** Answers to what a person asked that have thoughts kept with them. */
export async function thoughtsOf(
  db: Db,
  authorId: string,
  { offset, limit }: { offset: number; limit: number },
): Promise<Pick<AnswerRow, 'id' | 'reasoning_ciphertext' | 'finished_at'>[]> {
  return db
    .selectFrom('chat_answer as a')
    .innerJoin('chat_question as q', 'q.id', 'a.question_id')
    .select(['a.id', 'a.reasoning_ciphertext', 'a.finished_at'])
    .where('q.author_id', '=', authorId)
    .where('a.reasoning_ciphertext', 'is not', null)
    .orderBy('a.finished_at', 'desc')
    .orderBy('a.id')
    .offset(offset)
    .limit(limit)
    .execute();
}
