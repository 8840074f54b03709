import { sql } from 'kysely';
import type { Db } from '../../../sdk/index.ts';

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
    .set({ reaction: emoji, stale_reactions: sql<string[]>`array_remove(stale_reactions, ${emoji})` })
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

/** The emoji is not on the message. Does nothing when another one is noted by now. */
export async function unnote(db: Db, questionId: string, emoji: string): Promise<void> {
  await db
    .updateTable('chat_question')
    .set({ reaction: null })
    .where('id', '=', questionId)
    .where('reaction', '=', emoji)
    .execute();
}

/** The emoji may be on the message, and has to be gone, unless it is noted. */
export async function addStale(db: Db, questionId: string, emoji: string): Promise<void> {
  await db
    .updateTable('chat_question')
    .set({ stale_reactions: sql<string[]>`array_remove(stale_reactions, ${emoji}) || ${emoji}::text` })
    .where('id', '=', questionId)
    .where(sql<boolean>`reaction IS DISTINCT FROM ${emoji}::text`)
    .execute();
}

/** Of these emojis, none is on the message any more. */
export async function removeStale(db: Db, questionId: string, gone: readonly string[]): Promise<void> {
  const left = sql<string[]>`ARRAY(SELECT unnest(stale_reactions) EXCEPT SELECT unnest(${[...gone]}::text[]))`;
  await db
    .updateTable('chat_question')
    .set({ stale_reactions: left })
    .where('id', '=', questionId)
    .where(sql<boolean>`stale_reactions && ${[...gone]}::text[]`)
    .execute();
}

/** A message with the emoji that is to be on it, and those that have to be gone. */
export interface Remarked {
  id: string;
  channelId: string;
  messageId: string;
  emoji: string | null;
  stale: string[];
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
      SELECT id, reaction FROM chat_question
      WHERE (id = ${questionId}::uuid OR merged_into = ${questionId}::uuid) AND message_id IS NOT NULL FOR UPDATE
    )
    UPDATE chat_question q SET reaction = ${emoji}::text,
      stale_reactions = array_remove(
        array_remove(array_remove(q.stale_reactions, old.reaction) || old.reaction, NULL), ${emoji}::text
      )
    FROM old
    WHERE q.id = old.id AND (old.reaction IS NOT NULL OR ${unmarked}::boolean)
      AND (old.reaction IS DISTINCT FROM ${emoji}::text OR ${again && emoji !== null}::boolean)
    RETURNING q.id, q.channel_id AS "channelId", q.message_id AS "messageId", q.reaction AS emoji, q.stale_reactions AS stale
  `.execute(db);
  return rows;
}

/** Messages of questions asked before a time that may have emojis which have to be gone, oldest first. */
export async function staleMarks(db: Db, askedBefore: Date, limit: number): Promise<Remarked[]> {
  const rows = await db
    .selectFrom('chat_question')
    .select([
      'id',
      'channel_id as channelId',
      'message_id as messageId',
      'reaction as emoji',
      'stale_reactions as stale',
    ])
    .where(sql<boolean>`stale_reactions <> '{}'`)
    .where('asked_at', '<', askedBefore)
    .where('message_id', 'is not', null)
    .orderBy('asked_at')
    .limit(limit)
    .execute();
  return rows.flatMap(({ messageId, ...row }) => (messageId === null ? [] : [{ ...row, messageId }]));
}
