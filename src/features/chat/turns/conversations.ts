import { sql } from 'kysely';
import { mayUse } from '../../../sdk/index.ts';
import type { Call, Db } from '../../../sdk/index.ts';
import type { ChatContext } from '../chat.ts';
import { placeOf } from '../chat.ts';
import { chatSettings } from '../settings.ts';
import type { ChatSettings } from '../settings.ts';
import type { QuestionRow } from './store.ts';
import { channelAround } from '../../../sdk/index.ts';

/** What may be set for one conversation alone; nearer than what its channel, its people or its guild have set. */
export const conversationSettings = chatSettings.pick({ model: true, historySent: true, creativity: true }).partial();
export type ConversationSetting = keyof typeof conversationSettings.shape;

/** What applies to a question, nearest first: its conversation, channel, asker, guild and the instance. */
export async function settingsOf(
  context: ChatContext,
  question: Pick<QuestionRow, 'guild_id' | 'channel_id' | 'author_id'>,
): Promise<ChatSettings> {
  const [settings, own] = await Promise.all([
    context.settings.at(placeOf(question)),
    valuesOf(context.db, question.channel_id),
  ]);
  return { ...settings, ...own };
}

/** What was set for a conversation alone. Values that a newer version no longer allows count as unset. */
export async function valuesOf(db: Db, channelId: string): Promise<Partial<ChatSettings>> {
  const row = await db
    .selectFrom('chat_conversation')
    .select('settings')
    .where('channel_id', '=', channelId)
    .executeTakeFirst();
  const stored = row?.settings ?? {};
  const parsed = conversationSettings.safeParse(stored);
  if (!parsed.success) return {};
  // Parsing fills in defaults, which are nearer to nobody's wish.
  return Object.fromEntries(Object.entries(parsed.data).filter(([key]) => Object.hasOwn(stored, key)));
}

/** Undefined unsets. Also where nobody has talked with the bot yet: it counts when they do. */
export async function setForConversation<Key extends ConversationSetting>(
  context: ChatContext,
  { channelId, guildId }: Pick<Call, 'channelId' | 'guildId'>,
  key: Key,
  value: ChatSettings[Key] | undefined,
): Promise<void> {
  const { db, clock } = context;
  if (value === undefined) {
    const settings = sql<string>`settings - ${key}::text`;
    await db.updateTable('chat_conversation').set({ settings }).where('channel_id', '=', channelId).execute();
    return;
  }
  const settings = JSON.stringify({ [key]: value });
  const around = guildId === null ? channelId : await channelAround(context.discord.cache, channelId);
  await db
    .insertInto('chat_conversation')
    .values({
      channel_id: channelId,
      guild_id: guildId,
      parent_id: around === channelId ? null : around,
      settings,
      created_at: new Date(clock.now()),
    })
    .onConflict((conflict) =>
      conflict
        .column('channel_id')
        .doUpdateSet({ settings: sql<string>`chat_conversation.settings || ${settings}::jsonb` }),
    )
    .execute();
}

/** Who opened the conversation by a command or a branch. */
async function ownerOf(db: Db, channelId: string): Promise<string | null> {
  const row = await db
    .selectFrom('chat_conversation')
    .select('owner_id')
    .where('channel_id', '=', channelId)
    .executeTakeFirst();
  return row?.owner_id ?? null;
}

/** Who may change what holds for a conversation: moderators, whoever opened it and, in direct messages, the person. */
export async function maySettle(
  context: ChatContext,
  { caller, guildId, channelId }: Pick<Call, 'caller' | 'guildId' | 'channelId'>,
): Promise<boolean> {
  if (guildId === null || mayUse('moderator', caller)) return true;
  return (await ownerOf(context.db, channelId)) === caller.userId;
}
