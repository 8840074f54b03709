import type { APIMessage } from 'discord-api-types/v10';
import { withoutSmallPrint } from '../../../kernel/markdown/small-print.ts';
import { isOwn, withoutReplyLine } from '../../../sdk/index.ts';
import type { Needs } from '../chat.ts';

/** A message of the bot without the small print around it, which is no part of what was said. */
export function ownWords({ discord }: Needs<'discord'>, message: APIMessage): APIMessage {
  if (!isOwn(message, discord.self)) return message;
  // Of a speaker, the line that leads to the question may be all that its message has beside files.
  const content = message.webhook_id === undefined ? message.content : withoutReplyLine(message.content);
  return { ...message, content: withoutSmallPrint(content) };
}
