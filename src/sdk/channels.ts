import { isThreadType } from '../platform/discord/index.ts';
import type { DiscordCache } from '../platform/discord/index.ts';

export { isThreadType as isThread } from '../platform/discord/index.ts';

/** The channel that a thread is in, or the channel itself. */
export async function channelAround(cache: Pick<DiscordCache, 'channel'>, channelId: string): Promise<string> {
  const channel = await cache.channel(channelId);
  return (channel && isThreadType(channel.type) ? channel.parentId : null) ?? channelId;
}
