import { mayUse } from '../../../sdk/index.ts';
import type { Call, Db } from '../../../sdk/index.ts';
import type { Needs } from '../chat.ts';
import { placeOf } from '../chat.ts';
import { chatSettings } from '../settings.ts';
import type { ChatSettings } from '../settings.ts';
import { addSetting, ownerOf, removeSetting, storedSettings } from './conversation-store.ts';
import type { QuestionRow } from './store.ts';
import { channelAround } from '../../../sdk/index.ts';

/** What may be set for one conversation alone; nearer than what its channel, its people or its guild have set. */
export const conversationSettings = chatSettings.pick({ model: true, historySent: true, creativity: true }).partial();
export type ConversationSetting = keyof typeof conversationSettings.shape;

/** What applies to a question, nearest first: its conversation, channel, asker, guild and the instance. */
export async function settingsOf(
  context: Needs<'db' | 'settings'>,
  question: Pick<QuestionRow, 'guild_id' | 'channel_id' | 'author_id'>,
): Promise<ChatSettings> {
  const [settings, own] = await Promise.all([
    context.settings.at(placeOf(question)),
    valuesOf(context.db, question.channel_id),
  ]);
  return { ...settings, ...own };
}

/** What was set for a conversation alone, without values that a newer version no longer allows. */
export async function valuesOf(db: Db, channelId: string): Promise<Partial<ChatSettings>> {
  const stored = (await storedSettings(db, channelId)) ?? {};
  const parsed = conversationSettings.safeParse(stored);
  if (!parsed.success) return {};
  // Parsing fills in defaults, which nobody has set.
  return Object.fromEntries(Object.entries(parsed.data).filter(([key]) => Object.hasOwn(stored, key)));
}

/** Undefined resets to the default. Works also before the first question: it applies from then on. */
export async function setForConversation<Key extends ConversationSetting>(
  context: Needs<'clock' | 'db' | 'discord'>,
  { channelId, guildId }: Pick<Call, 'channelId' | 'guildId'>,
  key: Key,
  value: ChatSettings[Key] | undefined,
): Promise<void> {
  const { db, clock, discord } = context;
  if (value === undefined) {
    await removeSetting(db, channelId, key);
    return;
  }
  const around = guildId === null ? channelId : await channelAround(discord.cache, channelId);
  const parentId = around === channelId ? null : around;
  await addSetting(db, { channelId, guildId, parentId, createdAt: new Date(clock.now()) }, { [key]: value });
}

/** Moderators and the member who opened a conversation may change its settings; in direct messages, the member. */
export async function canConfigureConversation(
  context: Needs<'db'>,
  { caller, guildId, channelId }: Pick<Call, 'caller' | 'guildId' | 'channelId'>,
): Promise<boolean> {
  if (guildId === null || mayUse('moderator', caller)) return true;
  return (await ownerOf(context.db, channelId)) === caller.userId;
}
