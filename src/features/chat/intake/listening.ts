import type { GatewayMessageCreateDispatchData } from 'discord-api-types/v10';
import { isListed } from '../../../sdk/index.ts';
import type { Needs } from '../chat.ts';
import type { ConversingChannels } from '../history/channels.ts';
import type { ChatSettings } from '../settings.ts';

/**
 * Whether every message is answered where this one is: what is set for a thread itself comes first, then whether a member
 * opened it to talk with the bot, then its channel and what that has from its server. Most messages are decided without
 * waiting.
 */
export function answersEverything(
  context: Needs<'discord' | 'settings'>,
  message: Pick<GatewayMessageCreateDispatchData, 'guild_id' | 'channel_id'>,
  ownThreads: ConversingChannels,
): boolean | Promise<boolean> {
  const { guild_id: guildId, channel_id: channelId } = message;
  if (guildId === undefined) return true;
  const parentId = context.discord.cache.parentOfThread(channelId);
  if (parentId === undefined) {
    const settings = context.settings.peek({ guildId, channelId });
    return settings.answerEverything ?? isAnswered(context, settings, channelId);
  }
  const { answerEverything } = context.settings.own('channel', channelId);
  if (typeof answerEverything === 'boolean') return answerEverything;
  const inChannel = () => {
    const ofParent = context.settings.peek({ guildId, channelId: parentId });
    return ofParent.answerEverything ?? isAnswered(context, ofParent, channelId);
  };
  const owned = ownThreads.has(channelId);
  return typeof owned === 'boolean' ? owned || inChannel() : owned.then((it) => it || inChannel());
}

/** Most places list none, which is known without waiting. */
function isAnswered(
  { discord }: Needs<'discord'>,
  { answerEverythingIn: listed }: ChatSettings,
  channelId: string,
): boolean | Promise<boolean> {
  return listed.length > 0 && isListed(discord.cache, listed, channelId);
}
