import type { ChatMessage, ContentPart, ModelInfo, VaultReader } from '../../sdk/index.ts';
import type { ChatContext } from './chat.ts';
import { openExchanges } from './chat.ts';
import { continuation } from './controls/continuation.ts';
import { heardAround } from './history/hear.ts';
import { quotedBy } from './history/reply-chain.ts';
import type { Quoted } from './history/reply-chain.ts';
import { systemPromptFor } from './prompts/in-force.ts';
import { buildContext, isPicture, isText, spoken } from './rules.ts';
import type { Attachment, Question } from './rules.ts';
import type { ChatSettings } from './settings.ts';
import { exchangesBefore } from './store.ts';
import type { QuestionRow } from './store.ts';
import { materialOf } from './ways-in/material.ts';

const pictureLimit = { count: 4, bytes: 8 * 1024 * 1024 };
const textFileLimitBytes = 256 * 1024;
/** What a picture costs of the window, whatever its size: a little above what providers document for large ones. */
const pictureTokens = 1600;

/** Something about the answer that its reader should know: a key of the catalogue with its data. */
export interface Notice {
  key: string;
  data: Record<string, string | number>;
}

export interface Prompt {
  messages: ChatMessage[];
  maxOutputTokens: number;
  inputTokens: number;
  /** Earlier questions with their answers that the model gets. */
  exchanges: number;
  notices: Notice[];
}

/** Everything a model gets for a question, within its window; `written` is the part of the answer to go on from. */
export async function buildPrompt(
  context: ChatContext,
  read: VaultReader,
  settings: ChatSettings,
  model: ModelInfo,
  row: QuestionRow,
  question: Question,
  written: string,
  signal: AbortSignal,
): Promise<Prompt> {
  const maxOutputTokens = Math.min(
    settings.maxAnswerTokens,
    model.maxOutputTokens,
    Math.floor(model.contextTokens / 2),
  );
  const continued = continuation(context, written, Math.floor((model.contextTokens - maxOutputTokens) / 2));
  const budgetTokens = model.contextTokens - maxOutputTokens - continued.tokens;
  const named = row.guild_id !== null;
  const notices: Notice[] = [];
  const limit = Math.min(settings.historySent, settings.historyKept);
  const earlier = await exchangesBefore(context.db, row, limit);
  const quoted = await quotedBy(context, row, question, earlier);
  const material = await materialOf(context, row, question);
  const whole = quoting(question, { ...quoted, text: quoted.text + material });
  const parts = await questionParts(context, model, whole, named, notices, signal);
  const fitted = fitParts(context, parts, budgetTokens, notices);
  const [history, heard, { text: system }] = await Promise.all([
    openExchanges(read, earlier),
    heardAround(context, read, row, settings.heardKept),
    systemPromptFor(context, read, row, question),
  ]);
  const { messages, tokens, exchanges } = buildContext({
    system,
    history,
    // What is summarised is not told twice.
    heard: question.way?.kind === 'summary' ? [] : heard,
    question: { role: 'user', content: plain(fitted.parts) },
    questionTokens: fitted.tokens,
    budgetTokens,
    named,
    countTokens: (text) => context.models.countTokens(text),
  });
  return {
    messages: [...messages, ...continued.messages],
    maxOutputTokens,
    inputTokens: tokens + continued.tokens,
    exchanges,
    notices,
  };
}

const quoting = (question: Question, { text, pictures }: Quoted): Question => ({
  ...question,
  text: question.text + text,
  attachments: [...question.attachments, ...pictures],
});

async function questionParts(
  context: ChatContext,
  model: ModelInfo,
  question: Question,
  named: boolean,
  notices: Notice[],
  signal: AbortSignal,
): Promise<ContentPart[]> {
  const parts: ContentPart[] = [{ type: 'text', text: spoken(question.name, question.text, named) }];
  const pictures = question.attachments.filter(isPicture);
  if (pictures.length > 0 && !model.abilities.vision) {
    notices.push({ key: 'notices.unseen', data: { model: model.id, count: pictures.length } });
    parts.push({ type: 'text', text: unseenNote(pictures) });
  }
  const seen = model.abilities.vision ? pictures.slice(0, pictureLimit.count) : [];
  if (model.abilities.vision && pictures.length > seen.length) {
    notices.push({ key: 'notices.pictures-dropped', data: { count: pictures.length, limit: pictureLimit.count } });
  }
  for (const file of seen) {
    const data = await load(context, file, pictureLimit.bytes, notices, signal);
    if (data) parts.push({ type: 'image', mediaType: file.contentType, data });
  }
  for (const file of question.attachments.filter((attachment) => !isPicture(attachment))) {
    if (!isText(file)) {
      notices.push({ key: 'notices.unreadable', data: { file: file.filename } });
      continue;
    }
    const data = await load(context, file, textFileLimitBytes, notices, signal);
    if (data) parts.push({ type: 'text', text: `\n\nFile "${file.filename}":\n${new TextDecoder().decode(data)}` });
  }
  return parts;
}

const unseenNote = (pictures: readonly Attachment[]) =>
  `\n\n[Attached, but you cannot see pictures: ${pictures.map((file) => file.filename).join(', ')}]`;

/** Undefined, with a notice, when the file is too large or cannot be had. */
async function load(
  context: ChatContext,
  file: Attachment,
  limitBytes: number,
  notices: Notice[],
  signal: AbortSignal,
): Promise<Uint8Array | undefined> {
  if (file.size > limitBytes) {
    notices.push({ key: 'notices.too-large', data: { file: file.filename, limitKb: Math.floor(limitBytes / 1024) } });
    return undefined;
  }
  try {
    return await context.discord.actions.attachment(file.url, limitBytes, signal);
  } catch (error) {
    signal.throwIfAborted();
    context.logger.warn({ error }, 'An attachment could not be loaded.');
    notices.push({ key: 'notices.not-loaded', data: { file: file.filename } });
    return undefined;
  }
}

/** Shortens texts, last first, until the question alone fits three quarters of the budget. */
function fitParts(
  context: ChatContext,
  parts: readonly ContentPart[],
  budgetTokens: number,
  notices: Notice[],
): { parts: ContentPart[]; tokens: number } {
  let left = Math.floor(budgetTokens * 0.75);
  let tokens = 0;
  let cut = false;
  const fitted: ContentPart[] = [];
  for (const part of parts) {
    const cost = part.type === 'image' ? pictureTokens : context.models.countTokens(part.text);
    if (cost <= left) {
      fitted.push(part);
    } else {
      cut = true;
      if (part.type === 'image' || left < 16) continue;
      // Tokens are spread evenly enough over a text for its share of characters to be a safe cut.
      const text = part.text.slice(0, Math.floor((part.text.length * left) / cost));
      fitted.push({ type: 'text', text });
    }
    tokens += Math.min(cost, left);
    left -= Math.min(cost, left);
  }
  if (cut) notices.push({ key: 'notices.cut', data: {} });
  return { parts: fitted, tokens };
}

/** One string where there is nothing but text: every provider takes that. */
function plain(parts: ContentPart[]): string | ContentPart[] {
  return parts.every((part) => part.type === 'text') ? parts.map((part) => part.text).join('') : parts;
}
