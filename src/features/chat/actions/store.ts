import { sql } from 'kysely';
import { UserError } from '../../../kernel/errors.ts';
import type { Db, Tx } from '../../../sdk/index.ts';
import type { AnswerRow, QuestionRow } from '../turns/store.ts';
import { deleteFiles } from '../view/answer-file-store.ts';
import type { VersionPlace } from '../view/buttons.ts';

/**
 * Locks a question, so that of everything that is done with it at once one thing is done after the other. Throws a
 * UserError when it is gone, or when a version of its answer is being written: there is one at a time.
 */
export async function lockQuestion(tx: Tx, questionId: string): Promise<QuestionRow> {
  const question = await tx
    .selectFrom('chat_question')
    .selectAll()
    .where('id', '=', questionId)
    .forUpdate()
    .executeTakeFirst();
  if (!question) throw new UserError('answer-gone', 'the answer was cleared');
  const written = await tx
    .selectFrom('chat_answer')
    .select('id')
    .where('question_id', '=', questionId)
    .where('state', 'in', ['waiting', 'written'])
    .executeTakeFirst();
  if (written) throw new UserError('being-written', 'an answer is being written');
  return question;
}

/** Adds a version that waits for its job, and shows it from now on. */
export async function insertVersion(
  tx: Tx,
  version: { id: string; questionId: string; jobId: string; payerId: string | null },
): Promise<void> {
  await tx
    .with('shown', (cte) =>
      cte.updateTable('chat_question').set({ shown_id: version.id }).where('id', '=', version.questionId),
    )
    .insertInto('chat_answer')
    .columns(['id', 'question_id', 'state', 'job_id', 'payer_id', 'version'])
    .expression((select) =>
      select
        .selectFrom('chat_answer')
        .select(({ fn }) => [
          sql<string>`${version.id}::uuid`.as('id'),
          sql<string>`${version.questionId}::uuid`.as('question_id'),
          sql.lit<'waiting'>('waiting').as('state'),
          sql<string>`${version.jobId}::uuid`.as('job_id'),
          sql<string | null>`${version.payerId}::text`.as('payer_id'),
          sql<number>`coalesce(${fn.max('version')}, 0) + 1`.as('version'),
        ])
        .where('question_id', '=', version.questionId),
    )
    .execute();
}

/**
 * Makes an answer wait again for a job, as another try, whose number it returns. Unless that goes on from what is there, the
 * files of earlier tries go.
 */
export async function beginAgain(
  tx: Tx,
  answerId: string,
  again: { jobId: string; continued: boolean; wantedModelId: string | null },
): Promise<number> {
  if (!again.continued) await deleteFiles(tx, answerId);
  const { tries } = await tx
    .updateTable('chat_answer')
    .set({
      state: 'waiting',
      job_id: again.jobId,
      continued: again.continued,
      wanted_model_id: again.wantedModelId,
      error_code: null,
      finish: null,
      tries: sql<number>`tries + 1`,
    })
    .where('id', '=', answerId)
    .returning('tries')
    .executeTakeFirstOrThrow();
  return tries;
}

/** Whether this job is or was to write an answer to a question. */
export async function isBegun(db: Db, questionId: string, jobId: string): Promise<boolean> {
  const row = await db
    .selectFrom('chat_answer')
    .select('id')
    .where('question_id', '=', questionId)
    .where('job_id', '=', jobId)
    .executeTakeFirst();
  return row !== undefined;
}

/** The ids of a question's answers, oldest first. */
export async function versionsOf(db: Db, questionId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('chat_answer')
    .select('id')
    .where('question_id', '=', questionId)
    .orderBy('version')
    .execute();
  return rows.map(({ id }) => id);
}

export async function versionPlace(db: Db, answer: Pick<AnswerRow, 'id' | 'question_id'>): Promise<VersionPlace> {
  const ids = await versionsOf(db, answer.question_id);
  return { at: ids.indexOf(answer.id) + 1, of: ids.length };
}

export async function chooseShown(db: Db, questionId: string, answerId: string): Promise<void> {
  await db.updateTable('chat_question').set({ shown_id: answerId }).where('id', '=', questionId).execute();
}

/** The version that a question shows; undefined when it was removed. */
export async function shownOf(db: Db, questionId: string): Promise<string | undefined> {
  const row = await db.selectFrom('chat_question').select('shown_id').where('id', '=', questionId).executeTakeFirst();
  return row?.shown_id ?? undefined;
}

/** A conversation of its own, with the settings of the one that it comes from. */
export async function insertBranch(
  tx: Tx,
  branch: { threadId: string; guildId: string; ownerId: string; sourceId: string; createdAt: Date },
): Promise<void> {
  const source = await tx
    .selectFrom('chat_conversation')
    .select('settings')
    .where('channel_id', '=', branch.sourceId)
    .executeTakeFirst();
  const own = { owner_id: branch.ownerId, settings: JSON.stringify(source?.settings ?? {}) };
  await tx
    .insertInto('chat_conversation')
    .values({ channel_id: branch.threadId, guild_id: branch.guildId, created_at: branch.createdAt, ...own })
    // A member was quicker to write into the thread.
    .onConflict((conflict) => conflict.column('channel_id').doUpdateSet(own))
    .execute();
}

/** An exchange of another conversation, as history. It keeps its message, so that what becomes of that is known here. */
export async function insertCopy(
  tx: Tx,
  copy: {
    ids: { question: string; answer: string };
    threadId: string;
    row: QuestionRow;
    ciphertext: Buffer;
    answerCiphertext: Buffer | null;
    /** The answer that is copied. */
    answerId: string | null;
    finishedAt: Date;
  },
): Promise<void> {
  const { ids, threadId, row, ciphertext, answerCiphertext, answerId, finishedAt } = copy;
  await tx
    .insertInto('chat_question')
    .values({
      id: ids.question,
      channel_id: threadId,
      guild_id: row.guild_id,
      author_id: row.author_id,
      message_id: row.message_id,
      ciphertext,
      asked_at: row.asked_at,
      origin: 'branch',
      edited_at: row.edited_at,
      shown_id: ids.answer,
    })
    .execute();
  await tx
    .insertInto('chat_answer')
    .values({
      id: ids.answer,
      question_id: ids.question,
      state: 'done',
      ciphertext: answerCiphertext,
      context_author_ids: sql<
        string[]
      >`coalesce((SELECT context_author_ids FROM chat_answer WHERE id = ${answerId}::uuid), '{}')`,
      finished_at: finishedAt,
    })
    .execute();
}
