import { sql } from 'kysely';
import type { Selectable } from 'kysely';
import type { Db, Tx } from '../../../sdk/index.ts';
import type { ChatAnswerFileTable } from '../schema.ts';

export type AnswerFileRow = Omit<Selectable<ChatAnswerFileTable>, 'position'> & {
  /** Of the file. */
  size_bytes: number;
};

/** False when the answer was removed. Until the transaction ends, it stays. */
export async function lockAnswer(tx: Tx, answerId: string): Promise<boolean> {
  const found = await tx.selectFrom('chat_answer').select('id').where('id', '=', answerId).forKeyShare().execute();
  return found.length > 0;
}

export async function insertFile(
  tx: Tx,
  file: Pick<AnswerFileRow, 'id' | 'answer_id' | 'source' | 'ciphertext'>,
): Promise<void> {
  await tx
    .insertInto('chat_answer_file')
    .values({ ...file, message_id: null, attachment_id: null })
    .execute();
}

/** The files of these answers, each answer's in order. */
export async function filesOf(db: Db, answerIds: readonly string[]): Promise<AnswerFileRow[]> {
  if (answerIds.length === 0) return [];
  return db
    .selectFrom('chat_answer_file as a')
    .innerJoin('files_file as f', 'f.id', 'a.id')
    .select(['a.id', 'a.answer_id', 'a.source', 'a.ciphertext', 'a.message_id', 'a.attachment_id', 'f.size_bytes'])
    .where('a.answer_id', '=', sql<string>`any(${[...answerIds]}::uuid[])`)
    .orderBy('a.position')
    .execute();
}

/** Deletes files of an answer; with a source, only those from there or from below it. */
export async function deleteFiles(db: Db, answerId: string, source?: string): Promise<void> {
  await db
    .deleteFrom('chat_answer_file')
    .where('answer_id', '=', answerId)
    .$if(source !== undefined, (query) => query.where(sql<boolean>`starts_with(source, ${source ?? ''})`))
    .execute();
}

export async function setAttachment(
  db: Db,
  { id, messageId, attachmentId }: { id: string; messageId: string; attachmentId: string },
): Promise<void> {
  await db
    .updateTable('chat_answer_file')
    .set({ message_id: messageId, attachment_id: attachmentId })
    .where('id', '=', id)
    .execute();
}

/** The messages that show files of the answer of which this message is a part. */
export async function messagesWithFiles(db: Db, messageId: string, channelId: string): Promise<string[]> {
  const { rows } = await sql<{ message_id: string }>`
    SELECT DISTINCT f.message_id FROM chat_question q JOIN chat_answer_file f ON f.answer_id = q.shown_id
    WHERE q.parts @> ARRAY[${messageId}]::text[] AND q.channel_id = ${channelId} AND f.message_id = ANY (q.parts)
    ORDER BY f.message_id
  `.execute(db);
  return rows.map(({ message_id: id }) => id);
}
