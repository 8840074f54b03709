import { ChannelType } from 'discord-api-types/v10';
import type { APIMessage } from 'discord-api-types/v10';
import type { Needs } from '../chat.ts';
import type { QuestionRow } from '../turns/store.ts';
import { isThread } from '../../../sdk/index.ts';
import { isOwned } from '../intake/store.ts';
import { findMessage } from './find-message.ts';

/**
 * The message that a thread hangs on, which people see above it and which is in its channel. Undefined for what is no
 * thread, for one without such a message, and where the bot opened it for a question, which is in the history.
 */
export async function threadStarter(
  context: Needs<'db' | 'discord' | 'logger'>,
  { channel_id: channelId, guild_id: guildId }: QuestionRow,
): Promise<APIMessage | undefined> {
  if (guildId === null) return undefined;
  const channel = await context.discord.cache.channel(channelId);
  if (!channel?.parentId || !isThread(channel.type) || (await isOwned(context.db, channelId))) return undefined;
  const parent = await context.discord.cache.channel(channel.parentId);
  const isPost = parent !== undefined && forums.includes(parent.type);
  return findMessage(context, isPost ? channelId : channel.parentId, channelId);
}

/** Their posts begin with a message of their own; in other channels, a thread has the id of the message it hangs on. */
const forums: readonly number[] = [ChannelType.GuildForum, ChannelType.GuildMedia];
