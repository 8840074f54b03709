import { sql } from 'kysely';
import type { JsonObject } from '../../../kernel/json.ts';
import type { Db } from '../../../sdk/index.ts';

/** What was set for a conversation alone, as it is stored; undefined where there is no conversation yet. */
export async function storedSettings(db: Db, channelId: string): Promise<JsonObject | undefined> {
  const row = await db
    .selectFrom('chat_conversation')
    .select('settings')
    .where('channel_id', '=', channelId)
    .executeTakeFirst();
  return row?.settings;
}

export async function removeSetting(db: Db, channelId: string, key: string): Promise<void> {
  const settings = sql<string>`settings - ${key}::text`;
  await db.updateTable('chat_conversation').set({ settings }).where('channel_id', '=', channelId).execute();
}

/** Begins the conversation where there is none. */
export async function addSetting(
  db: Db,
  conversation: { channelId: string; guildId: string | null; parentId: string | null; createdAt: Date },
  setting: JsonObject,
): Promise<void> {
  const { channelId, guildId, parentId, createdAt } = conversation;
  const settings = JSON.stringify(setting);
  await db
    .insertInto('chat_conversation')
    .values({ channel_id: channelId, guild_id: guildId, parent_id: parentId, settings, created_at: createdAt })
    .onConflict((conflict) =>
      conflict
        .column('channel_id')
        .doUpdateSet({ settings: sql<string>`chat_conversation.settings || ${settings}::jsonb` }),
    )
    .execute();
}

/** The member who opened the conversation by a command or a branch. */
export async function ownerOf(db: Db, channelId: string): Promise<string | null> {
  const row = await db
    .selectFrom('chat_conversation')
    .select('owner_id')
    .where('channel_id', '=', channelId)
    .executeTakeFirst();
  return row?.owner_id ?? null;
}
