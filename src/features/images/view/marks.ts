import { markMessage } from '../../../sdk/index.ts';
import type { Mark } from '../../../sdk/index.ts';
import type { Needs } from '../settings.ts';
import type { RequestRow } from '../store.ts';

/** Marks the message that asked, where one did, with how far it is. */
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
  markMessage(context, { channelId, messageId }, to, context.settings.peek({ guildId, channelId }));
}
