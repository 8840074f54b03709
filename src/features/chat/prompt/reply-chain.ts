import type { APIMessage } from 'discord-api-types/v10';
import { isOwn } from '../../../sdk/index.ts';
import { ownWords } from './own-words.ts';
import type { Needs } from '../chat.ts';
import { attachmentsOf, nameOf, repliedTo } from '../intake/read-message.ts';
import type { Attachment, Question } from '../intake/read-message.ts';
import { exchangesBefore } from '../turns/store.ts';
import type { ExchangeRow, QuestionRow } from '../turns/store.ts';
import { messagesWithFiles } from '../view/answer-file-store.ts';
import { seenAs, visibleText } from '../intake/visible.ts';
import { findMessage } from '../history/find-message.ts';
import { threadStarter } from '../history/thread-starter.ts';

/** Further back a chain of replies is another talk. */
const longestChain = 5;

/** What a question replies to, for a model that would not know it otherwise. */
export interface Quoted {
  /** Empty when there is nothing to quote. */
  text: string;
  attachments: Attachment[];
  /** Who is quoted. */
  authorIds: string[];
}

/**
 * The messages that a question replies to, one replying to the other, up to those that are in `history` anyway, and the
 * one that its thread hangs on. Its author saw them where it was asked; people who do not want to be read are quoted to
 * no other member.
 */
export async function quotedBy(
  context: Needs<'db' | 'discord' | 'logger' | 'privacy'>,
  row: QuestionRow,
  question: Question,
  history: readonly ExchangeRow[],
): Promise<Quoted> {
  const [chain, found, made] = await Promise.all([
    chainOf(context, row, question, history),
    threadStarter(context, row),
    answerWithFiles(context, row, question),
  ]);
  const isKnown = (id: string) => id === row.message_id || knownIn(history).has(id) || chain.some((it) => it.id === id);
  const starter = found && !isKnown(found.id) ? [ownWords(context, found)] : [];
  const messages = [...starter, ...chain];
  const readable = await context.privacy.mayRead(messages.map(({ author }) => author.id));
  const isBots = (message: APIMessage) => isOwn(message, context.discord.self);
  const quotable = (message: APIMessage) =>
    isBots(message) || message.author.id === row.author_id || readable.has(message.author.id);
  const quote = (heading: string, some: readonly APIMessage[]) => {
    const lines = some.flatMap((message) =>
      quotable(message) ? quoteLines(message) : ['> (by somebody who does not want to be read)'],
    );
    return some.length === 0 ? '' : `\n\n[${heading}:]\n${lines.join('\n')}`;
  };
  return {
    text:
      quote('This thread is about', starter) +
      quote('In reply to', chain) +
      filesNote(made.filter(({ id }) => !chain.some((it) => it.id === id))),
    attachments: attachmentsIn([...messages.filter(quotable), ...made]),
    authorIds: messages.filter((message) => quotable(message) && !isBots(message)).map(({ author }) => author.id),
  };
}

/**
 * The files that a question can mean, the latest last: of what it replies to, and, where it replies to nothing, of the answer
 * right before it.
 */
export async function filesMeant(
  context: Needs<'db' | 'discord' | 'logger' | 'privacy'>,
  row: QuestionRow,
  question: Question,
): Promise<Attachment[]> {
  const { attachments } = await quotedBy(context, row, question, []);
  if (question.replyTo !== undefined) return attachments;
  const [before] = await exchangesBefore(context.db, row, 1);
  const replyTo = before?.question.parts.at(-1);
  if (replyTo === undefined) return attachments;
  const made = await answerWithFiles(context, row, { replyTo });
  return [...attachments, ...attachmentsIn(made)];
}

/**
 * The messages with the files of the answer that a question replies to: they can be below the message that it replies to, and
 * the history, where the answer may be in words, has none.
 */
async function answerWithFiles(
  context: Needs<'db' | 'discord' | 'logger'>,
  { channel_id: channelId }: QuestionRow,
  { replyTo }: Pick<Question, 'replyTo'>,
): Promise<APIMessage[]> {
  if (replyTo === undefined) return [];
  const ids = await messagesWithFiles(context.db, replyTo, channelId);
  const messages = await Promise.all(ids.map((id) => findMessage(context, channelId, id)));
  return messages.filter((message) => message !== undefined);
}

function filesNote(messages: readonly APIMessage[]): string {
  const names = messages.flatMap(attachmentsOf).map(({ filename }) => filename);
  return names.length === 0 ? '' : `\n\n[In reply to your answer with: ${names.join(', ')}]`;
}

/** Each once. */
const attachmentsIn = (messages: readonly APIMessage[]): Attachment[] =>
  [...new Map(messages.map((message) => [message.id, message])).values()].flatMap(attachmentsOf);

/** The messages of what was asked and answered before. */
const knownIn = (history: readonly ExchangeRow[]): Set<string | null> =>
  new Set(history.flatMap(({ question: { message_id: id, parts } }) => [id, ...parts]));

/** Oldest first. */
async function chainOf(
  context: Needs<'discord' | 'logger'>,
  row: QuestionRow,
  question: Question,
  history: readonly ExchangeRow[],
): Promise<APIMessage[]> {
  const known = knownIn(history);
  const messages: APIMessage[] = [];
  // A question about a message means that one, known or not.
  if (question.source && question.replyTo !== undefined) known.delete(question.replyTo);
  for (let id = question.replyTo; id !== undefined && messages.length < longestChain && !known.has(id);) {
    const message = await findMessage(context, row.channel_id, id);
    if (!message) break;
    messages.unshift(ownWords(context, seenAs(message)));
    id = repliedTo(message);
  }
  return messages;
}

function quoteLines(message: APIMessage): string[] {
  return `${nameOf(message)}: ${visibleText(message)}`.split('\n').map((line) => `> ${line}`);
}
