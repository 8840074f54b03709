import type { APIMessage } from 'discord-api-types/v10';
import type { SelfUser } from './port.ts';

/**
 * Whether the bot wrote a message, as itself or through a webhook of its own: one in the gateway, over REST, or the one that
 * a reply refers to. Webhooks of others name no application, or theirs.
 */
export function isOwn(
  message: Pick<APIMessage, 'author' | 'webhook_id' | 'application_id'>,
  self: Pick<SelfUser, 'userId' | 'applicationId'>,
): boolean {
  if (message.author.id === self.userId) return true;
  return message.webhook_id !== undefined && message.application_id === self.applicationId;
}
