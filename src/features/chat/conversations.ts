import { sql } from 'kysely';
import type { Json } from '../../kernel/json.ts';
import { mayUse } from '../../sdk/index.ts';
import type { Call, Db } from '../../sdk/index.ts';
import type { ChatContext } from './chat.ts';
import { placeOf } from './chat.ts';
import { chatSettings } from './settings.ts';
import type { ChatSettings } from './settings.ts';
import type { QuestionRow } from './store.ts';

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

/** Undefined unsets. Does nothing where nobody has talked with the bot yet. */
export async function setForConversation<Key extends ConversationSetting>(
  db: Db,
  channelId: string,
  key: Key,
  value: ChatSettings[Key] | undefined,
): Promise<void> {
  const stored: Json | undefined = value;
  await db
    .updateTable('chat_conversation')
    .set({
      settings:
        stored === undefined
          ? sql<string>`settings - ${key}::text`
          : sql<string>`settings || ${JSON.stringify({ [key]: stored })}::jsonb`,
    })
    .where('channel_id', '=', channelId)
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
