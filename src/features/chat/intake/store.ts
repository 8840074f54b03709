import { sql } from 'kysely';
import type { Db, Tx } from '../../../sdk/index.ts';

/** Where a question is by now, and the message that shows it; undefined when it was removed. */
export function whereabouts(
  db: Db,
  questionId: string,
): Promise<{ channel_id: string; message_id: string | null } | undefined> {
  return db
    .selectFrom('chat_question')
    .select(['channel_id', 'message_id'])
    .where('id', '=', questionId)
    .executeTakeFirst();
}

/** Moves a question into the thread that was opened for it, which is a conversation of the asker's from then on. */
export async function moveIntoThread(
  tx: Tx,
  question: { id: string; guild_id: string | null; author_id: string },
  thread: { id: string; parentId: string; settings: string; createdAt: Date },
): Promise<void> {
  const own = { owner_id: question.author_id, parent_id: thread.parentId, settings: thread.settings };
  await tx
    .insertInto('chat_conversation')
    .values({ channel_id: thread.id, guild_id: question.guild_id, created_at: thread.createdAt, ...own })
    // A member was quicker to write into the thread.
    .onConflict((conflict) => conflict.column('channel_id').doUpdateSet(own))
    .execute();
  await tx.updateTable('chat_question').set({ channel_id: thread.id }).where('id', '=', question.id).execute();
}

export async function setMessage(db: Db, questionId: string, messageId: string): Promise<void> {
  await db.updateTable('chat_question').set({ message_id: messageId }).where('id', '=', questionId).execute();
}

/** Whether a member opened this thread to talk with the bot. */
export const isOwned = async (db: Db, channelId: string): Promise<boolean> =>
  (await ownedAmong(db, [channelId])).has(channelId);

/** Those among these threads that members opened to talk with the bot. */
export async function ownedAmong(db: Db, channelIds: readonly string[]): Promise<Set<string>> {
  const rows = await db
    .selectFrom('chat_conversation')
    .select('channel_id')
    .where('owner_id', 'is not', null)
    .where(sql<boolean>`channel_id = ANY(${channelIds}::text[])`)
    .execute();
  return new Set(rows.map((row) => row.channel_id));
}
