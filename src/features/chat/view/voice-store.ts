import { sql } from 'kysely';
import type { Selectable } from 'kysely';
import type { Db } from '../../../sdk/index.ts';
import type { ChatSpeakerTable } from '../schema.ts';

export type SpeakerRow = Selectable<ChatSpeakerTable>;

export async function findSpeaker(db: Db, questionId: string): Promise<SpeakerRow | undefined> {
  return db.selectFrom('chat_speaker').selectAll().where('question_id', '=', questionId).executeTakeFirst();
}

/** False when it was decided before, or the question was removed. */
export async function insertSpeaker(
  db: Db,
  speaker: Pick<SpeakerRow, 'question_id' | 'ciphertext' | 'by_webhook'>,
): Promise<boolean> {
  const inserted = await db
    .insertInto('chat_speaker')
    .columns(['question_id', 'ciphertext', 'by_webhook'])
    .expression((select) =>
      select
        .selectFrom('chat_question')
        .select([
          'id',
          sql<Buffer>`${speaker.ciphertext}::bytea`.as('ciphertext'),
          sql<boolean>`${speaker.by_webhook}::boolean`.as('by_webhook'),
        ])
        .where('id', '=', speaker.question_id),
    )
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return inserted.numInsertedOrUpdatedRows === 1n;
}

/** From now on the bot writes the answers itself, in messages of its own. */
export async function leaveWebhook(db: Db, questionId: string): Promise<void> {
  await db
    .with('own', (cte) =>
      cte
        .updateTable('chat_question')
        .set({ parts: sql<string[]>`'{}'` })
        .where('id', '=', questionId),
    )
    .updateTable('chat_speaker')
    .set({ by_webhook: false, intended_at: null })
    .where('question_id', '=', questionId)
    .execute();
}

/** A message is about to be sent. An earlier one that may be there unknown keeps its time. */
export async function intendToSpeak(db: Db, questionId: string, at: Date): Promise<void> {
  await db
    .updateTable('chat_speaker')
    .set({ intended_at: sql<Date>`coalesce(intended_at, ${at}::timestamptz)` })
    .where('question_id', '=', questionId)
    .execute();
}

/** The message that was sent is known. */
export async function hasSpoken(db: Db, questionId: string): Promise<void> {
  await db.updateTable('chat_speaker').set({ intended_at: null }).where('question_id', '=', questionId).execute();
}

/** The turn whose answer a message shows; with `channelId`, only one of that channel. */
export async function turnShownIn(
  db: Db,
  messageId: string,
  channelId?: string,
): Promise<{ id: string; author_id: string } | undefined> {
  return db
    .selectFrom('chat_question')
    .select(['id', 'author_id'])
    .where(sql<boolean>`parts @> ARRAY[${messageId}]::text[]`)
    .$if(channelId !== undefined, (query) => query.where('channel_id', '=', channelId ?? ''))
    .executeTakeFirst();
}

/** The messages that show an answer, as they are by now. */
export async function shownParts(db: Db, questionId: string): Promise<string[]> {
  const row = await db.selectFrom('chat_question').select('parts').where('id', '=', questionId).executeTakeFirst();
  return row?.parts ?? [];
}

export async function setParts(db: Db, questionId: string, parts: readonly string[]): Promise<void> {
  await db
    .updateTable('chat_question')
    .set({ parts: [...parts] })
    .where('id', '=', questionId)
    .execute();
}
