import { ChannelType } from 'discord-api-types/v10';
import type { DiscordCache } from '../platform/discord/index.ts';

const threads: readonly number[] = [
  ChannelType.PublicThread,
  ChannelType.PrivateThread,
  ChannelType.AnnouncementThread,
];

export const isThread = (channelType: number): boolean => threads.includes(channelType);

/** The channel that a thread is in, or the channel itself. */
export async function channelAround(cache: Pick<DiscordCache, 'channel'>, channelId: string): Promise<string> {
  const channel = await cache.channel(channelId);
  return (channel && isThread(channel.type) ? channel.parentId : null) ?? channelId;
}
