import type { Selectable } from 'kysely';
import { guildIn } from '../../../sdk/index.ts';
import type { Db, Expiry, Tx } from '../../../sdk/index.ts';
import type { ChatAmbientMessageTable } from '../schema.ts';

export type AmbientRow = Selectable<ChatAmbientMessageTable>;

/** Adds messages, those that are there already excepted, and deletes all but the latest `kept` of the channel. */
export async function insertAmbient(
  tx: Tx,
  channelId: string,
  rows: readonly AmbientRow[],
  kept: number,
): Promise<void> {
  if (rows.length === 0) return;
  await tx
    .insertInto('chat_ambient_message')
    .values([...rows])
    .onConflict((conflict) => conflict.column('message_id').doNothing())
    .execute();
  await tx
    .deleteFrom('chat_ambient_message')
    .where('message_id', 'in', (select) =>
      select
        .selectFrom('chat_ambient_message')
        .select('message_id')
        .where('channel_id', '=', channelId)
        .orderBy('said_at', 'desc')
        .offset(kept),
    )
    .execute();
}

/** The latest of a channel up to a time, oldest first. */
export async function ambientBefore(db: Db, channelId: string, before: Date, limit: number): Promise<AmbientRow[]> {
  if (limit === 0) return [];
  const rows = await db
    .selectFrom('chat_ambient_message')
    .selectAll()
    .where('channel_id', '=', channelId)
    .where('said_at', '<=', before)
    .orderBy('said_at', 'desc')
    .limit(limit)
    .execute();
  return rows.reverse();
}

export async function setAmbient(tx: Tx, messageId: string, ciphertext: Buffer): Promise<void> {
  await tx.updateTable('chat_ambient_message').set({ ciphertext }).where('message_id', '=', messageId).execute();
}

export async function deleteAmbient(db: Db, messageIds: readonly string[]): Promise<void> {
  if (messageIds.length === 0) return;
  await db.deleteFrom('chat_ambient_message').where('message_id', 'in', messageIds).execute();
}

/** Deletes the ambient messages of a channel, or of one person there. */
export async function clearAmbient(db: Db, channelId: string, authorId: string | null): Promise<number> {
  const result = await db
    .deleteFrom('chat_ambient_message')
    .where('channel_id', '=', channelId)
    .$if(authorId !== null, (query) => query.where('author_id', '=', authorId ?? ''))
    .executeTakeFirst();
  return Number(result.numDeletedRows);
}

export async function ambientOf(
  db: Db,
  authorId: string,
  { offset, limit }: { offset: number; limit: number },
): Promise<AmbientRow[]> {
  const rows = db.selectFrom('chat_ambient_message').selectAll().where('author_id', '=', authorId);
  return rows.orderBy('said_at', 'desc').orderBy('message_id').offset(offset).limit(limit).execute();
}

export async function deleteAmbientOf(db: Db, authorId: string): Promise<number> {
  const result = await db.deleteFrom('chat_ambient_message').where('author_id', '=', authorId).executeTakeFirst();
  return Number(result.numDeletedRows);
}

export async function deleteAmbientBefore(tx: Tx, { beforeMs, guilds }: Expiry): Promise<number> {
  const result = await tx
    .deleteFrom('chat_ambient_message')
    .where('said_at', '<', new Date(beforeMs))
    .where(guildIn('guild_id', guilds))
    .executeTakeFirst();
  return Number(result.numDeletedRows);
}
