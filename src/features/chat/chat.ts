import type { FeatureContext, ModelInfo, VaultReader } from '../../sdk/index.ts';
import type { ExchangeRow, QuestionRow } from './turns/store.ts';
import type { Exchange, Question } from './intake/read-message.ts';
import type { TurnSource } from './intake/source.ts';
import type { ChatSettings } from './settings.ts';

/** What the parts of this feature are handed. */
export type ChatContext = FeatureContext<ChatSettings>;

/** The part of it that a function needs. */
export type Needs<Keys extends keyof ChatContext> = Pick<ChatContext, Keys>;

/** Null when its author's data was deleted. */
export async function decryptQuestion(read: VaultReader, row: QuestionRow): Promise<Question | null> {
  const text = await read(row.author_id, row.id, row.ciphertext);
  if (text === null) return null;
  const { way, ...question } = JSON.parse(text) as Question & { way?: TurnSource };
  // As earlier versions called it.
  return way ? { ...question, source: way } : question;
}

/** The exchanges whose authors are still known, as text. */
export async function decryptExchanges(read: VaultReader, rows: readonly ExchangeRow[]): Promise<Exchange[]> {
  const opened = await Promise.all(rows.map((row) => decryptExchange(read, row)));
  return opened.filter((exchange) => exchange !== null);
}

/** Null when its author's data was deleted. */
export async function decryptExchange(
  read: VaultReader,
  { question: row, answer }: ExchangeRow,
): Promise<Exchange | null> {
  const question = await decryptQuestion(read, row);
  if (!question) return null;
  const ciphertext = answer?.ciphertext ?? null;
  return {
    atMs: row.asked_at.getTime(),
    name: question.name,
    question: question.text,
    files: question.attachments.length,
    answer: answer && ciphertext ? await read(row.author_id, answer.id, ciphertext) : null,
    isMerged: row.merged_into !== null,
  };
}

export const placeOf = (row: Pick<QuestionRow, 'guild_id' | 'channel_id' | 'author_id'>) => ({
  guildId: row.guild_id,
  channelId: row.channel_id,
  userId: row.author_id,
});

/** The model that was asked for, else the one that the settings choose, or the default one when it no longer exists. */
export function chooseModel(
  context: Needs<'models'>,
  settings: ChatSettings,
  wantedModelId: string | null = null,
): ModelInfo {
  const wanted = wantedModelId === null ? undefined : context.models.find(wantedModelId);
  return wanted ?? (settings.model === '' ? undefined : context.models.find(settings.model)) ?? context.models.default;
}

/** Names the messages that show one try of an answer, so that the first of them is one message, whichever process sends it. */
export const partsKey = (answer: { question_id: string; id: string; tries: number }): string =>
  `chat/${answer.question_id}/${answer.id}/${answer.tries}`;

/** What is paid for under this name: one try of one answer. */
export const requestOf = (answer: { id: string; tries: number }): string => `chat/answer/${answer.id}/${answer.tries}`;
