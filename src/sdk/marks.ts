import { PermissionFlagsBits } from 'discord-api-types/v10';
import type { FeatureContext } from './context.ts';
import { reactionName } from './emoji.ts';

/** How far the work is that a message asked for. */
export type Mark = 'waiting' | 'done' | 'failed';

/** The settings that say which emoji stands for which mark. */
export interface MarkEmojis {
  waitingEmoji: string;
  doneEmoji: string;
  failedEmoji: string;
}

const needed = PermissionFlagsBits.AddReactions | PermissionFlagsBits.ReadMessageHistory;

/** Marks the message that asked with how far it is. Returns at once; what Discord doesn't take is left out. */
export function markMessage(
  { discord, logger }: Pick<FeatureContext<unknown>, 'discord' | 'logger'>,
  { channelId, messageId }: { channelId: string; messageId: string },
  to: Mark,
  { waitingEmoji, doneEmoji, failedEmoji }: MarkEmojis,
): void {
  const waiting = reactionName(waitingEmoji);
  const marks: Record<Mark, string> = { waiting, done: reactionName(doneEmoji), failed: reactionName(failedEmoji) };
  const put = async (): Promise<void> => {
    const { actions, cache } = discord;
    // Asked before, since Discord shuts out bots that are refused too often.
    if (((await cache.selfPermissions(channelId)) & needed) !== needed) return;
    await actions.mark(channelId, messageId, marks[to], { instead: to === 'waiting' ? [] : [waiting] });
  };
  put().catch((error: unknown) => logger.debug({ error }, 'A message could not be marked.'));
}
