import type { APIMessage } from 'discord-api-types/v10';
import { isOwn } from '../../../sdk/index.ts';
import { ownWords } from './own-words.ts';
import type { Needs } from '../chat.ts';
import { nameOf } from '../intake/read-message.ts';
import type { Question } from '../intake/read-message.ts';
import type { QuestionRow } from '../turns/store.ts';
import { isSaid, seenAs, visibleLine } from '../intake/visible.ts';
import type { Message } from '../intake/visible.ts';

/** As many as Discord gives at once. */
const mostSummarised = 100;

/** What a question is about beside its own words. */
interface MessageContext {
  /** Empty when the model gets that anyway. */
  text: string;
  /** Whose words it holds. */
  authorIds: string[];
}

/** What a question from a message's menu is about, for the model. */
export async function messageContext(
  context: Needs<'discord' | 'privacy'>,
  row: QuestionRow,
  { source }: Question,
): Promise<MessageContext> {
  if (!source || source.kind === 'ask') return { text: '', authorIds: [] };
  if (source.kind === 'summary') {
    const { lines, authorIds } = await saidFrom(context, row, source.targetId);
    return { text: `\n\n[The messages:]\n${lines.join('\n')}`, authorIds };
  }
  return { text: source.quoted === undefined ? '' : `\n\n[In reply to:]\n${source.quoted}`, authorIds: [] };
}

/** What was said from a message on, oldest first, by those who allow it; the asker has read it. */
async function saidFrom(
  context: Needs<'discord' | 'privacy'>,
  row: QuestionRow,
  targetId: string,
): Promise<{ lines: string[]; authorIds: string[] }> {
  const after = String(BigInt(targetId) - 1n);
  const latestFirst = await context.discord.actions.messages(row.channel_id, { after, limit: mostSummarised });
  const shown = new Set([row.message_id, ...row.parts]);
  const said = latestFirst
    .toReversed()
    .filter((message) => isSaid(message) && !shown.has(message.id))
    .map((message) => ownWords(context, seenAs(message)));
  const readable = await context.privacy.mayRead([...new Set(said.map(({ author }) => author.id))]);
  const isBots = (message: APIMessage) => isOwn(message, context.discord.self);
  const told = said.filter(
    (message) => readable.has(message.author.id) || message.author.id === row.author_id || isBots(message),
  );
  const lines = told.map(lineOf);
  if (told.length < said.length) lines.push('(What people said who do not want to be read is left out.)');
  return { lines, authorIds: told.filter((message) => !isBots(message)).map(({ author }) => author.id) };
}

/** On one line, so that nothing in it looks like another's; files by their names. */
export const lineOf = (message: Message & Pick<APIMessage, 'author'>): string =>
  `${nameOf(message)}: ${visibleLine(message)}`;
