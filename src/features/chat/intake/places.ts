import { ChannelType, PermissionFlagsBits } from 'discord-api-types/v10';
import { UserError } from '../../../kernel/errors.ts';
import { isThread } from '../../../sdk/index.ts';
import type { Call } from '../../../sdk/index.ts';
import type { Needs } from '../chat.ts';

const homes: readonly number[] = [ChannelType.GuildText, ChannelType.GuildAnnouncement];

/** Whether a thread can be opened for a question; otherwise it is answered where it is asked, with the reason why. */
export type ThreadPlace = 'possible' | 'here' | 'no-threads' | 'not-allowed' | 'may-not';

/** Throws a UserError where the bot cannot write at all. */
export async function threadPlace(context: Needs<'discord'>, call: Call): Promise<ThreadPlace> {
  if (call.guildId === null) return 'here';
  const { type, held } = await checkMayWrite(context, call.channelId);
  if (isThread(type)) return 'here';
  if (!homes.includes(type)) return 'no-threads';
  const { CreatePublicThreads, SendMessagesInThreads } = PermissionFlagsBits;
  if (((call.caller.permissions ?? 0n) & CreatePublicThreads) === 0n) return 'not-allowed';
  const needed = CreatePublicThreads | SendMessagesInThreads;
  return (held & needed) === needed ? 'possible' : 'may-not';
}

/** An interaction reaches the bot anywhere. Throws a UserError where it may not answer; else what it may do there. */
export async function checkMayWrite(
  { discord: { cache } }: Needs<'discord'>,
  channelId: string,
): Promise<{ type: number; held: bigint }> {
  const [channel, held] = await Promise.all([cache.channel(channelId), cache.selfPermissions(channelId)]);
  const { SendMessages, SendMessagesInThreads, ViewChannel } = PermissionFlagsBits;
  const type = channel?.type ?? ChannelType.GuildText;
  const write = ViewChannel | (isThread(type) ? SendMessagesInThreads : SendMessages);
  if ((held & write) !== write) throw new UserError('intake.mute', 'the bot may not write here');
  return { type, held };
}
