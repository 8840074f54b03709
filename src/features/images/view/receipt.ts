import type { CommandCall, OutgoingMessage, Translate } from '../../../sdk/index.ts';
import { priceQuestion } from '../drafts.ts';
import { freeQuestion } from '../guard/free-lane.ts';
import type { Needs } from '../settings.ts';
import type { Submitted } from '../submission.ts';
import { mark } from './marks.ts';

/** What the member who pressed or called is told at once. */
export function receiptOf(submitted: Submitted, t: Translate): OutgoingMessage {
  if (submitted.status === 'dear') return priceQuestion(submitted, t);
  if (submitted.status === 'free') return freeQuestion(submitted, t);
  if (submitted.status === 'before') return { content: t('begun-before') };
  const { ahead, isPrivate } = submitted;
  const line = ahead > 0 ? t('begun.waiting', { count: ahead }) : t('begun.now');
  return { content: `${line} ${t(isPrivate ? 'begun.private' : 'begun.here')}` };
}

/** Whether the channel shows by itself that it was begun. */
export const isSeenSoon = (submitted: Submitted): boolean =>
  submitted.status === 'begun' && submitted.ahead === 0 && !submitted.isPrivate;

/**
 * Tells the caller of a command that it was begun. Where the whole channel would see that for good, the message that asked is
 * marked in its place, as one with a prefix that draws is; the image replies to it.
 */
export async function tellBegun(
  context: Needs<'discord' | 'logger' | 'settings'>,
  call: Pick<CommandCall<unknown>, 'source' | 'guildId' | 'channelId' | 'calledId' | 't' | 'reply'>,
  submitted: Submitted,
): Promise<void> {
  const isUnderway = submitted.status === 'begun' || submitted.status === 'before';
  if (call.source === 'slash' || !isUnderway) return call.reply(receiptOf(submitted, call.t));
  const { guildId, channelId, calledId } = call;
  if (submitted.status === 'begun') {
    mark(context, { guild_id: guildId, channel_id: channelId, message_id: calledId }, 'waiting');
  }
}

/** The message that a result replies to. */
export const messageOf = ({ source, calledId }: Pick<CommandCall<unknown>, 'source' | 'calledId'>): string | null =>
  source === 'prefix' ? calledId : null;
