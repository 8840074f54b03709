import { PermissionFlagsBits } from 'discord-api-types/v10';
import { VendorError } from '../../../kernel/errors.ts';
import { beginningOf } from '../../../kernel/beginning.ts';
import { fenceAfter } from '../../../kernel/markdown/blocks.ts';
import { toDiscordMarkdown } from '../../../kernel/markdown/discord.ts';
import { isVisit } from '../../../sdk/index.ts';
import type { OutgoingFile, OutgoingMessage, Translate } from '../../../sdk/index.ts';
import type { ChatContext, Needs } from '../chat.ts';
import type { ChatSettings } from '../settings.ts';
import type { QuestionRow } from '../turns/store.ts';

/** Discord takes five messages where the bot is no member, of which one shows the question. */
const mostInVisit = 3;

/** How many messages an answer may fill before the whole of it is given as a file; undefined: as many as it needs. */
export async function maxMessagesOf(
  { cache }: Pick<ChatContext['discord'], 'cache'>,
  { longAnswers, fileAbove }: Pick<ChatSettings, 'longAnswers' | 'fileAbove'>,
  channelId: string,
): Promise<number | undefined> {
  if (isVisit(channelId)) return Math.min(fileAbove, mostInVisit);
  if (longAnswers !== 'file') return undefined;
  return (await mayAttach(cache, channelId)) ? fileAbove : undefined;
}

export const mayAttach = async (cache: ChatContext['discord']['cache'], channelId: string): Promise<boolean> =>
  ((await cache.selfPermissions(channelId)) & PermissionFlagsBits.AttachFiles) !== 0n;

/**
 * As `maxMessagesOf` for another version in messages that are there already. Where others have written below them it grows no
 * further, or its end would be far from its beginning: the whole of it is in the file.
 */
export async function maxMessagesWithin(
  context: Needs<'discord' | 'logger'>,
  settings: Parameters<typeof maxMessagesOf>[1],
  { channel_id: channelId, parts }: Pick<QuestionRow, 'channel_id' | 'parts'>,
): Promise<number | undefined> {
  const { cache } = context.discord;
  const [maxMessages, followed] = await Promise.all([
    maxMessagesOf(context.discord, settings, channelId),
    isFollowed(context, channelId, parts.at(-1)),
  ]);
  if (!followed || !(await mayAttach(cache, channelId))) return maxMessages;
  return Math.min(maxMessages ?? Infinity, parts.length);
}

async function isFollowed(
  context: Needs<'discord' | 'logger'>,
  channelId: string,
  after: string | undefined,
): Promise<boolean> {
  if (after === undefined) return false;
  try {
    return (await context.discord.actions.messages(channelId, { after, limit: 1 })).length > 0;
  } catch (error) {
    if (!(error instanceof VendorError)) throw error;
    context.logger.debug({ error, channelId }, 'Whether others have written below an answer is not known.');
    return false;
  }
}

/** What is below the beginning of an answer that grows on. */
export const growingLimit = (parts: number, t: Translate) => ({ parts, end: t('long.growing') });

/**
 * An answer with the small print below it: whole, or its beginning with the whole as a file where that would need more messages
 * than `maxMessages`, with the line above it.
 */
export function layOut(
  text: string,
  below: string,
  { maxMessages, above }: { maxMessages: number | undefined; above: string },
  t: Translate,
): Pick<OutgoingMessage, 'content' | 'files'> & { content: string } {
  const content = text + below;
  if (maxMessages === undefined) return { content };
  const end = t('long.file') + below;
  const beginning = beginningOf(above + toDiscordMarkdown(content), { parts: maxMessages, end });
  return beginning === undefined ? { content } : { content: beginning.slice(above.length), files: [fileOf(text)] };
}

/** Endings by the names that models give languages, where they differ from those. */
const endings: Readonly<Record<string, string>> = {
  ...{ python: 'py', javascript: 'js', typescript: 'ts', ruby: 'rb', rust: 'rs', kotlin: 'kt', haskell: 'hs' },
  ...{ 'c++': 'cpp', csharp: 'cs', 'c#': 'cs', golang: 'go', bash: 'sh', shell: 'sh', zsh: 'sh', powershell: 'ps1' },
  ...{ markdown: 'md', yml: 'yaml', text: 'txt', plaintext: 'txt', dockerfile: 'txt', makefile: 'txt', perl: 'pl' },
  ...{ 'objective-c': 'm', latex: 'tex', elixir: 'ex', erlang: 'erl', julia: 'jl', fsharp: 'fs', jsonc: 'json' },
};

/** The source of an answer; of one that is a single code block, the code. */
export function fileOf(text: string): OutgoingFile {
  const block = codeBlock(text);
  const named = block?.language.toLowerCase() ?? 'md';
  const ending = endings[named] ?? (/^[a-z0-9]{1,8}$/.test(named) ? named : 'txt');
  const contentType = ending === 'md' ? 'text/markdown; charset=utf-8' : 'text/plain; charset=utf-8';
  return { name: `answer.${ending}`, contentType, data: Buffer.from(block?.code ?? text, 'utf8') };
}

/** The code, when the text is nothing else; it may have been cut before its block was closed. */
function codeBlock(text: string): { language: string; code: string } | undefined {
  const [first = '', ...rest] = text.trim().split('\n');
  const fence = /^[`~]/.test(first) ? fenceAfter(first, null) : null;
  if (!fence) return undefined;
  let open: typeof fence | null = fence;
  const closes = rest.findIndex((line) => (open = open && fenceAfter(line, open)) === null);
  if (closes >= 0 && closes < rest.length - 1) return undefined;
  const code = closes < 0 ? rest : rest.slice(0, closes);
  return { language: fence.language, code: `${code.join('\n')}\n` };
}
