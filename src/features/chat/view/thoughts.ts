import { UserError } from '../../../kernel/errors.ts';
import type { Json } from '../../../kernel/json.ts';
import { toDiscordMarkdown } from '../../../kernel/markdown/discord.ts';
import type { ComponentCall, VaultReader } from '../../../sdk/index.ts';
import type { Needs } from '../chat.ts';
import { settingsOf } from '../turns/conversations.ts';
import { reached } from '../actions/reach.ts';
import { collect } from '../history/collect.ts';
import type { ExportBudget } from '../history/collect.ts';
import type { ChatSettings } from '../settings.ts';
import type { AnswerRow, QuestionRow } from '../turns/store.ts';
import { thoughtsOf } from './store.ts';

/** Longer ones come as a file, whole. */
const messageCharacters = 1900;

type Shown = Pick<ChatSettings, 'showReasoning'>;
type Of = { answer: Pick<AnswerRow, 'id'>; row: Pick<QuestionRow, 'author_id'> };

const contextOf = ({ id }: Pick<AnswerRow, 'id'>) => `${id}/reasoning`;

/** Whether there are thoughts, and the settings want them kept and offered. */
export const keepsThoughts = ({ thoughts, settings }: { thoughts: string; settings: Shown }): boolean =>
  thoughts.trim() !== '' && settings.showReasoning !== 'off';

/** Null where there are none, or they are not to be kept. They are the asker's as the answer is. */
export async function encryptThoughts(
  { db, vault }: Needs<'db' | 'vault'>,
  { answer, row, thoughts, settings }: Of & { thoughts: string; settings: Shown },
): Promise<Buffer | null> {
  if (!keepsThoughts({ thoughts, settings })) return null;
  return vault.encryptIfKnown(db, row.author_id, contextOf(answer), thoughts.trim());
}

/** Null where there are none, or the asker's data was deleted. */
export async function decryptThoughts(
  read: VaultReader,
  { author_id: authorId }: Pick<QuestionRow, 'author_id'>,
  answer: Pick<AnswerRow, 'id' | 'reasoning_ciphertext'>,
): Promise<string | null> {
  return answer.reasoning_ciphertext && read(authorId, contextOf(answer), answer.reasoning_ciphertext);
}

/** Whether what a model thought before an answer is to be had there. */
export async function offersThoughts(
  context: Needs<'db' | 'settings'>,
  answer: AnswerRow,
  question: QuestionRow,
): Promise<boolean> {
  return answer.reasoning_ciphertext !== null && (await settingsOf(context, question)).showReasoning === 'button';
}

/** What a model thought before its answer, for the presser alone: members who may read the answer may read it. */
export async function showThoughts(context: Needs<'db' | 'settings' | 'vault'>, call: ComponentCall): Promise<void> {
  const { answer, question } = await reached(context, call);
  if ((await settingsOf(context, question)).showReasoning === 'off') {
    throw new UserError('thoughts.off', 'thoughts are not shown here');
  }
  const text = await decryptThoughts(context.vault.reader(context.db), question, answer);
  if (text === null) throw new UserError('thoughts.forgotten', 'the thoughts are not there any more');
  const title = call.t('thoughts.title', { model: answer.model_id ?? '' });
  const shown = toDiscordMarkdown(text);
  if (title.length + shown.length <= messageCharacters) {
    await call.reply({ content: `${title}\n${shown}`, suppressEmbeds: true });
    return;
  }
  const file = { name: 'thoughts.md', contentType: 'text/markdown; charset=utf-8', data: Buffer.from(text, 'utf8') };
  await call.reply({ content: title, files: [file] });
}

/** What models thought before they answered a person. */
export async function exportThoughts(
  context: Needs<'db' | 'vault'>,
  userId: string,
  budget: ExportBudget,
): Promise<Json> {
  const read = context.vault.reader(context.db);
  const page = (range: Parameters<typeof thoughtsOf>[2]) => thoughtsOf(context.db, userId, range);
  return collect(budget, page, async (row) => {
    const text = await decryptThoughts(read, { author_id: userId }, row);
    return text === null ? null : { at: row.finished_at?.toISOString() ?? null, text };
  });
}

/** `12 s`, `2 min 5 s`. */
export function durationOf(durationMs: number): string {
  const seconds = Math.round(durationMs / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
