import { ChannelType, PermissionFlagsBits } from 'discord-api-types/v10';
import type { Logger } from '../kernel/logger.ts';
import { isThreadType } from '../platform/discord/index.ts';
import type { DiscordCache } from '../platform/discord/index.ts';

export { isThreadType as isThread } from '../platform/discord/index.ts';

/** The channel that a thread is in, or the channel itself. */
export async function channelAround(cache: Pick<DiscordCache, 'channel'>, channelId: string): Promise<string> {
  const channel = await cache.channel(channelId);
  return (channel && isThreadType(channel.type) ? channel.parentId : null) ?? channelId;
}

/** Whether a list of channels, by id or name, has this one; a thread is listed by itself or with the channel that it is in. */
export async function isListed(
  cache: Pick<DiscordCache, 'channel'>,
  list: readonly string[],
  channelId: string,
): Promise<boolean> {
  if (list.length === 0) return false;
  if (list.includes(channelId)) return true;
  const channel = await cache.channel(channelId);
  if (!channel) return false;
  if (channel.name !== null && list.includes(channel.name)) return true;
  return isThreadType(channel.type) && channel.parentId !== null && isListed(cache, list, channel.parentId);
}

/**
 * Whether the bot may write in a channel of a server, with files where `files` says so. Where it may not, only the log can
 * be told, and is.
 */
export async function maySpeak(
  { discord: { cache }, logger }: { discord: { cache: DiscordCache }; logger: Logger },
  channelId: string,
  { files = false }: { files?: boolean } = {},
): Promise<boolean> {
  const [channel, held] = await Promise.all([cache.channel(channelId), cache.selfPermissions(channelId)]);
  const inThread = isThreadType(channel?.type ?? ChannelType.GuildText);
  const send = inThread ? PermissionFlagsBits.SendMessagesInThreads : PermissionFlagsBits.SendMessages;
  const needed = PermissionFlagsBits.ViewChannel | send | (files ? PermissionFlagsBits.AttachFiles : 0n);
  if ((held & needed) === needed) return true;
  const missing = (inThread ? 'Send Messages in Threads' : 'Send Messages') + (files ? '" and "Attach Files' : '');
  logger.warn({ channelId }, `Asked where I may not write: give me "${missing}" there.`);
  return false;
}
