import type { APIMessage } from 'discord-api-types/v10';
import { VendorError } from '../../../kernel/errors.ts';
import type { ChatContext } from '../chat.ts';
import { attachmentsOf, isPicture, nameOf, repliedTo } from '../rules.ts';
import type { Attachment, Question } from '../rules.ts';
import type { ExchangeRow, QuestionRow } from '../store.ts';

/** Further back a chain of replies is another talk. */
const longestChain = 5;

/** What a question replies to, for a model that would not know it otherwise. */
export interface Quoted {
  /** Empty when there is nothing to quote. */
  text: string;
  pictures: Attachment[];
  /** Who is quoted. */
  authorIds: string[];
}

/**
 * The messages that a question replies to, one replying to the other, up to those that are in `history` anyway. They are
 * of the question's own channel, where its author saw them; who does not want to be read is quoted to nobody else.
 */
export async function quotedBy(
  context: ChatContext,
  row: QuestionRow,
  question: Question,
  history: readonly ExchangeRow[],
): Promise<Quoted> {
  const messages = await chainOf(context, row, question, history);
  if (messages.length === 0) return { text: '', pictures: [], authorIds: [] };
  const readable = await context.privacy.mayRead(messages.map(({ author }) => author.id));
  const { userId } = context.discord.self;
  const quotable = (message: APIMessage) =>
    message.author.id === userId || message.author.id === row.author_id || readable.has(message.author.id);
  const lines = messages.flatMap((message) =>
    quotable(message) ? quoteLines(message) : ['> (by somebody who does not want to be read)'],
  );
  return {
    text: `\n\n[In reply to:]\n${lines.join('\n')}`,
    pictures: messages.filter(quotable).flatMap(attachmentsOf).filter(isPicture),
    authorIds: messages.filter(quotable).map(({ author }) => author.id),
  };
}

/** Oldest first. */
async function chainOf(
  context: ChatContext,
  row: QuestionRow,
  question: Question,
  history: readonly ExchangeRow[],
): Promise<APIMessage[]> {
  const known = new Set(history.flatMap(({ question: { message_id: id, parts } }) => [id, ...parts]));
  const messages: APIMessage[] = [];
  // Whoever asks about a message means that one, known or not.
  if (question.way && question.replyTo !== undefined) known.delete(question.replyTo);
  for (let id = question.replyTo; id !== undefined && messages.length < longestChain && !known.has(id);) {
    const message = await find(context, row.channel_id, id);
    if (!message) break;
    messages.unshift(message);
    id = repliedTo(message);
  }
  return messages;
}

/** Undefined when it is gone or may not be read. */
async function find(context: ChatContext, channelId: string, messageId: string): Promise<APIMessage | undefined> {
  try {
    return await context.discord.actions.message(channelId, messageId);
  } catch (error) {
    if (!(error instanceof VendorError)) throw error;
    context.logger.debug({ error, channelId }, 'A message that was replied to could not be read.');
    return undefined;
  }
}

function quoteLines(message: APIMessage): string[] {
  const files = message.attachments.map(({ filename }) => filename);
  const attached = files.length === 0 ? '' : ` [${files.join(', ')}]`;
  return `${nameOf(message)}: ${message.content}${attached}`.split('\n').map((line) => `> ${line}`);
}
