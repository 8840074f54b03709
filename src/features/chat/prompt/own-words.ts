import type { APIMessage } from 'discord-api-types/v10';
import { isOwn, withoutReplyLine } from '../../../sdk/index.ts';
import type { Needs } from '../chat.ts';

/** A message of a speaker without the line that leads to its question: that is no part of what was said. */
export function ownWords({ discord }: Needs<'discord'>, message: APIMessage): APIMessage {
  if (message.webhook_id === undefined || !isOwn(message, discord.self)) return message;
  return { ...message, content: withoutReplyLine(message.content) };
}
