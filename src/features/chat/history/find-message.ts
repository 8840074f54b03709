import type { APIMessage } from 'discord-api-types/v10';
import { VendorError } from '../../../kernel/errors.ts';
import type { Needs } from '../chat.ts';

/** Undefined when it is gone or may not be read. */
export async function findMessage(
  context: Needs<'discord' | 'logger'>,
  channelId: string,
  messageId: string,
): Promise<APIMessage | undefined> {
  try {
    return await context.discord.actions.message(channelId, messageId);
  } catch (error) {
    if (!(error instanceof VendorError)) throw error;
    context.logger.debug({ error, channelId }, 'A message that a question is about could not be read.');
    return undefined;
  }
}
