import { sql } from 'kysely';
import type { Db, Tx } from '../../../sdk/index.ts';
import type { AnswerRow, QuestionRow } from './store.ts';

// ——— notices ———

/** More notices in one channel would only slow down the answers there. */
const mostPerChannel = 5;
/** More than answers are written at a time, which look the same here. */
const mostLookedAt = 200;

/** An answer that waits, or that is being written: only the queue knows which. */
export interface Unanswered {
  answerId: string;
  jobId: string;
  questionId: string;
  channelId: string;
  askedAt: Date;
  /** What its notice says; null when there is none, or it says nothing yet. */
  ahead: number | null;
  writtenAt: Date | null;
}

/** First answers to what was asked before a time, longest first; of each channel some. */
export async function unanswered(db: Db, askedBefore: Date): Promise<Unanswered[]> {
  const { rows } = await sql<Unanswered>`
    SELECT a.id AS "answerId", a.job_id AS "jobId", a.question_id AS "questionId", a.channel_id AS "channelId",
      a.asked_at AS "askedAt", n.ahead,
      n.written_at AS "writtenAt"
    FROM (
      SELECT a.id, a.job_id, a.question_id, q.channel_id, q.asked_at,
        row_number() OVER (PARTITION BY q.channel_id ORDER BY q.asked_at) AS place
      FROM chat_answer a JOIN chat_question q ON q.id = a.question_id
      WHERE a.state = 'waiting' AND a.version = 1 AND a.tries = 0 AND a.job_id IS NOT NULL AND q.asked_at < ${askedBefore}
    ) a LEFT JOIN chat_notice n ON n.answer_id = a.id
    WHERE a.place <= ${mostPerChannel + 1}
    ORDER BY a.asked_at LIMIT ${mostLookedAt}
  `.execute(db);
  return rows;
}

/** False when another process writes it, or has written since `seen`. */
export async function claimNotice(db: Db, answerId: string, seen: Date | null, now: Date): Promise<boolean> {
  if (seen === null) {
    const inserted = await db
      .insertInto('chat_notice')
      .expression((select) =>
        select
          .selectFrom('chat_answer')
          .select(['id', sql<null>`NULL::integer`.as('ahead'), sql<Date>`${now}::timestamptz`.as('written_at')])
          .where('id', '=', answerId),
      )
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst();
    return inserted.numInsertedOrUpdatedRows === 1n;
  }
  const claimed = await db
    .updateTable('chat_notice')
    .set({ written_at: now })
    .where('answer_id', '=', answerId)
    .where('written_at', '=', seen)
    .executeTakeFirst();
  return claimed.numUpdatedRows === 1n;
}

export async function setNotice(tx: Tx, answerId: string, ahead: number): Promise<void> {
  await tx.updateTable('chat_notice').set({ ahead }).where('answer_id', '=', answerId).execute();
}

/** What has to be said of an answer that ended before it was begun. */
export async function leaveNotice(tx: Tx, answerId: string, now: Date): Promise<void> {
  await tx
    .insertInto('chat_notice')
    .values({ answer_id: answerId, ahead: null, written_at: now })
    .onConflict((conflict) => conflict.column('answer_id').doUpdateSet({ written_at: now }))
    .execute();
}

export async function deleteNotice(db: Db, answerId: string): Promise<void> {
  await db.deleteFrom('chat_notice').where('answer_id', '=', answerId).execute();
}

/**
 * For the worker that begins an answer: from now on no other process writes into its message. Waits for one that does. True when
 * the message said how long the wait was.
 */
export async function endNotice(db: Db, answer: Pick<AnswerRow, 'id' | 'question_id'>): Promise<boolean> {
  const { rows } = await sql`
    WITH locked AS (SELECT id FROM chat_question WHERE id = ${answer.question_id}::uuid FOR UPDATE)
    DELETE FROM chat_notice USING locked WHERE answer_id = ${answer.id}::uuid RETURNING answer_id
  `.execute(db);
  return rows.length > 0;
}

/** Answers that have ended since a notice was written for them, which no process seems to tell of. */
export async function endedNotices(db: Db, writtenBefore: Date): Promise<{ answerId: string; isUntold: boolean }[]> {
  const rows = await db
    .selectFrom('chat_notice as n')
    .innerJoin('chat_answer as a', 'a.id', 'n.answer_id')
    .select(['a.id', 'a.finish', 'a.state'])
    .where('a.state', '!=', 'waiting')
    .where('n.written_at', '<', writtenBefore)
    .limit(mostLookedAt)
    .execute();
  return rows.map(({ id, finish, state }) => ({
    answerId: id,
    isUntold: state === 'stopped' && (finish === 'cancelled' || finish === 'superseded'),
  }));
}

/** Remembers the message that was sent for an answer. False when the answer is in another one, or nowhere any more. */
export async function keepFirstPart(tx: Tx, answer: Pick<AnswerRow, 'id' | 'question_id'>, messageId: string) {
  const { rows } = await sql`
    UPDATE chat_question SET parts = CASE cardinality(parts) WHEN 0 THEN ARRAY[${messageId}::text] ELSE parts END
    WHERE id = ${answer.question_id}::uuid AND shown_id = ${answer.id}::uuid
      AND (cardinality(parts) = 0 OR ${messageId} = ANY (parts))
    RETURNING id
  `.execute(tx);
  return rows.length > 0;
}

// ——— answers that end before they are begun ———

/** Nothing was said to it; `why` is told where it is shown. */
export async function stopUnasked(
  tx: Tx,
  answer: Pick<AnswerRow, 'id' | 'continued' | 'ciphertext'>,
  end: { why: 'cancelled' | 'superseded'; at: Date },
): Promise<void> {
  await tx
    .updateTable('chat_answer')
    .set({
      state: 'stopped',
      finish: answer.continued ? null : end.why,
      ciphertext: answer.continued ? answer.ciphertext : null,
      finished_at: end.at,
    })
    .where('id', '=', answer.id)
    .execute();
}

/** The question shows again what it showed before. False when there was nothing. */
export async function dropVersion(tx: Tx, answer: Pick<AnswerRow, 'id' | 'question_id'>): Promise<string | undefined> {
  await tx.deleteFrom('chat_answer').where('id', '=', answer.id).execute();
  const last = await tx
    .selectFrom('chat_answer')
    .select('id')
    .where('question_id', '=', answer.question_id)
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst();
  await tx
    .updateTable('chat_question')
    .set({ shown_id: last?.id ?? null })
    .where('id', '=', answer.question_id)
    .execute();
  return last?.id;
}

/** Answers to what a person asked before in the same conversation, that wait or are written and that they pay for. */
export async function ownUnfinishedBefore(db: Db, questionId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('chat_question as newer')
    .innerJoin('chat_question as q', (join) =>
      join
        .onRef('q.channel_id', '=', 'newer.channel_id')
        .onRef('q.author_id', '=', 'newer.author_id')
        .onRef('q.id', '!=', 'newer.id')
        .onRef('q.asked_at', '<=', 'newer.asked_at'),
    )
    .innerJoin('chat_answer as a', 'a.question_id', 'q.id')
    .select('a.id')
    .where('newer.id', '=', questionId)
    .where('a.state', '=', 'waiting')
    .where((row) => row.or([row('a.payer_id', 'is', null), row('a.payer_id', '=', row.ref('q.author_id'))]))
    // A command that is to get a thread is on its way to a conversation of its own.
    .where((row) => row.or([row('q.origin', '!=', 'command'), row('q.message_id', 'is not', null)]))
    .orderBy('q.asked_at')
    .execute();
  return rows.map(({ id }) => id);
}

// ——— questions that are answered together ———

/** The latest message of a person in a conversation whose answer may wait still. */
export async function latestWaiting(
  tx: Tx,
  question: Pick<QuestionRow, 'id' | 'channel_id' | 'author_id'>,
): Promise<string | undefined> {
  const row = await tx
    .selectFrom('chat_question as q')
    .innerJoin('chat_answer as a', 'a.question_id', 'q.id')
    .select('q.id')
    .where('a.state', '=', 'waiting')
    .where('a.version', '=', 1)
    .where('a.tries', '=', 0)
    .where('q.origin', '=', 'message')
    .where('q.channel_id', '=', question.channel_id)
    .where('q.author_id', '=', question.author_id)
    .where('q.id', '!=', question.id)
    .orderBy('q.asked_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.id;
}

/** The first answer of a question, when it is waited for. */
export async function waitingAnswerOf(tx: Tx, questionId: string): Promise<AnswerRow | undefined> {
  return tx
    .selectFrom('chat_answer')
    .selectAll()
    .where('question_id', '=', questionId)
    .where('state', '=', 'waiting')
    .where('version', '=', 1)
    .where('tries', '=', 0)
    .executeTakeFirst();
}

/** What is answered together with a question, oldest first. */
export async function mergedInto(db: Db, questionId: string): Promise<QuestionRow[]> {
  return db
    .selectFrom('chat_question')
    .selectAll()
    .where('merged_into', '=', questionId)
    .orderBy('asked_at')
    .orderBy('id')
    .execute();
}

/** Has an answer that is waited for answer another question, with all that it was to answer before. */
export async function moveAnswer(tx: Tx, answerId: string, from: string, to: string): Promise<void> {
  await tx.deleteFrom('chat_answer').where('question_id', '=', to).execute();
  await tx.updateTable('chat_answer').set({ question_id: to }).where('id', '=', answerId).execute();
  await tx
    .updateTable('chat_question')
    .set({ merged_into: to })
    .where((row) => row.or([row('id', '=', from), row('merged_into', '=', from)]))
    .where('id', '!=', to)
    .execute();
  await tx.updateTable('chat_question').set({ shown_id: null, parts: [] }).where('id', '=', from).execute();
  await tx.updateTable('chat_question').set({ shown_id: answerId, merged_into: null }).where('id', '=', to).execute();
  await deleteNotice(tx, answerId);
}
