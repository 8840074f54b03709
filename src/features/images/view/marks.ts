import { PermissionFlagsBits } from 'discord-api-types/v10';
import { reactionName } from '../../../sdk/index.ts';
import type { ImageSettings, Needs } from '../settings.ts';
import type { RequestRow } from '../store.ts';

const needed = PermissionFlagsBits.AddReactions | PermissionFlagsBits.ReadMessageHistory;
type Mark = 'waiting' | 'done' | 'failed';

/** Marks the message that asked with how far it is. Returns at once; what Discord doesn't take is left out. */
export function mark(
  context: Needs<'discord' | 'logger' | 'settings'>,
  {
    guild_id: guildId,
    channel_id: channelId,
    message_id: messageId,
  }: Pick<RequestRow, 'guild_id' | 'channel_id' | 'message_id'>,
  to: Mark,
): void {
  if (messageId === null) return;
  const settings = context.settings.peek({ guildId, channelId });
  const marks: Record<Mark, string> = {
    waiting: nameOf(settings, 'waitingEmoji'),
    done: nameOf(settings, 'doneEmoji'),
    failed: nameOf(settings, 'failedEmoji'),
  };
  const put = async (): Promise<void> => {
    const { actions, cache } = context.discord;
    // Asked before, since Discord shuts out bots that are refused too often.
    if (((await cache.selfPermissions(channelId)) & needed) !== needed) return;
    await actions.mark(channelId, messageId, marks[to], { instead: to === 'waiting' ? [] : [marks.waiting] });
  };
  put().catch((error: unknown) => context.logger.debug({ error }, 'A message could not be marked.'));
}

const nameOf = (settings: ImageSettings, key: 'waitingEmoji' | 'doneEmoji' | 'failedEmoji'): string =>
  reactionName(settings[key]);
