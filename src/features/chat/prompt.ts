import { assistantMessage, systemMessage, userMessage } from '../../sdk/index.ts';
import type { ModelInfo, ModelMessage, VaultReader } from '../../sdk/index.ts';
import type { ChatContext } from './chat.ts';
import { openExchanges } from './chat.ts';
import { continuation } from './controls/continuation.ts';
import { heardAround } from './history/hear.ts';
import { quotedBy } from './history/reply-chain.ts';
import { heardText, weave } from './history/weave.ts';
import type { Heard } from './history/weave.ts';
import { checkFits } from './prompts/choose.ts';
import { systemPromptFor } from './prompts/in-force.ts';
import type { PromptSource } from './prompts/in-force.ts';
import type { HeldFiles } from './question-files.ts';
import { questionParts } from './question-parts.ts';
import type { QuestionParts } from './question-parts.ts';
import { spoken } from './rules.ts';
import type { Exchange, Question } from './rules.ts';
import type { ChatSettings } from './settings.ts';
import { exchangesBefore } from './store.ts';
import type { ExchangeRow, QuestionRow } from './store.ts';
import { summaryOf } from './summaries/read.ts';
import { asMessage, windowOf } from './summaries/rules.ts';
import type { Window } from './summaries/rules.ts';
import type { SummaryRow } from './summaries/store.ts';
import { materialOf } from './ways-in/material.ts';
import { fitWindow, longestAnswer, messageOverheadTokens } from './window.ts';

/** Something about the answer that its reader should know: a key of the catalogue with its data. */
export interface Notice {
  key: string;
  data: Record<string, string | number>;
}

export interface PromptRequest {
  context: ChatContext;
  read: VaultReader;
  settings: ChatSettings;
  model: ModelInfo;
  /** What comes later in its channel is not part of the prompt. */
  row: QuestionRow;
  question: Question;
  /** The part of its answer to go on from; empty for a new answer. */
  written: string;
  /** Released by the caller, when the model has ended. */
  files: HeldFiles;
  signal: AbortSignal;
}

export interface Prompt {
  messages: ModelMessage[];
  maxOutputTokens: number;
  inputTokens: number;
  notices: Notice[];
  contents: PromptContents;
  /** Others than the asker whose words are in it. */
  toldIds: string[];
  /** What the conversation takes of its window with this question, before the answer. */
  filling: { filled: Window; window: Window };
}

/** What a prompt is made of, in tokens, and of what there was how much found room. */
interface PromptContents {
  /** What all of it and the longest answer share. */
  windowTokens: number;
  system: { tokens: number; source: PromptSource };
  /** Null where there is none. */
  summary: { row: SummaryRow; sent: boolean; tokens: number } | null;
  /** With the pictures and files of those that are sent, which are not sent again. */
  exchanges: { sent: number; of: number; tokens: number; files: number };
  heard: { sent: number; of: number; tokens: number };
  question: QuestionParts['tokens'];
  /** The beginning of the answer, where it is to go on. */
  continued: number;
}

/** Everything a model gets for a question, within its window. */
export async function buildPrompt(asked: PromptRequest): Promise<Prompt> {
  const { settings, model } = asked;
  const maxOutputTokens = longestAnswer(settings, model);
  const continued = await continuation(asked, Math.floor((model.contextTokens - maxOutputTokens) / 2));
  const budgetTokens = model.contextTokens - maxOutputTokens - continued.tokens;
  const notices: Notice[] = [];
  const [system, [summary, earlier], heard] = await Promise.all([systemOf(asked), pastOf(asked), heardOf(asked)]);
  const [question, past] = await Promise.all([
    questionWith(asked, earlier, Math.floor((budgetTokens - system.tokens) * 0.75), notices),
    exchangesOf(asked, earlier),
  ]);
  const { text, pictures, files } = question.parts.tokens;
  const questionTokens = text + pictures + files + messageOverheadTokens;
  const sizes = { exchanges: past.map(({ tokens }) => tokens), heard: heard.map(({ tokens }) => tokens) };
  const fixed = system.tokens + questionTokens;
  const room = fitWindow({ ...sizes, fixed, summary: summary?.tokens ?? null }, budgetTokens);
  const told = past.slice(past.length - room.exchanges);
  const overheard = heard.slice(heard.length - room.heard);
  const filled = { exchanges: past.length + 1, tokens: sum(past) + questionTokens };
  return {
    messages: [
      systemMessage(system.text),
      ...(summary && room.summary ? [summary.message] : []),
      ...weave(told, overheard),
      userMessage(question.parts.content),
      ...continued.messages,
    ],
    maxOutputTokens,
    inputTokens: room.tokens + continued.tokens,
    notices,
    contents: {
      windowTokens: model.contextTokens,
      system: { tokens: system.tokens, source: system.source },
      summary: summary && { row: summary.row, sent: room.summary, tokens: summary.tokens },
      exchanges: { sent: told.length, of: past.length, tokens: sum(told), files: filesIn(told) },
      heard: { sent: overheard.length, of: heard.length, tokens: sum(overheard) },
      question: question.parts.tokens,
      continued: continued.tokens,
    },
    toldIds: othersIn(asked, { earlier, heard, quotedIds: question.quotedIds, summary }),
    filling: { filled, window: windowOf(settings, budgetTokens) },
  };
}

const sum = (sized: readonly { tokens: number }[]): number => sized.reduce((total, { tokens }) => total + tokens, 0);

const filesIn = (told: readonly ToldExchange[]): number => told.reduce((total, { files }) => total + files, 0);

const isNamed = ({ row }: PromptRequest): boolean => row.guild_id !== null;

/** A message of the prompt in tokens. */
async function sizeOf({ context, model }: PromptRequest, text: string): Promise<number> {
  return (await context.models.countTokens(model.id, text)) + messageOverheadTokens;
}

/** Throws a UserError when the model cannot hold it. */
async function systemOf({
  context,
  read,
  model,
  row,
  question,
}: PromptRequest): Promise<{ text: string; source: PromptSource; tokens: number }> {
  const prompt = await systemPromptFor(context, read, row, question);
  return { ...prompt, tokens: (await checkFits(context, prompt.text, model)) + messageOverheadTokens };
}

/** The summary of what was said before, as a message; it covers nothing that was asked after the question. */
interface ToldSummary {
  row: SummaryRow;
  message: ModelMessage;
  tokens: number;
}

async function summaryFor(asked: PromptRequest): Promise<ToldSummary | null> {
  const { context, row, settings } = asked;
  if (settings.summaries === 'off' || settings.historySent === 0) return null;
  const summary = await summaryOf(context, row.channel_id, row.asked_at);
  if (!summary) return null;
  const content = asMessage(summary.text);
  return { row: summary.row, message: userMessage(content), tokens: await sizeOf(asked, content) };
}

/** The summary, and the latest exchanges that it does not stand for. */
async function pastOf(asked: PromptRequest): Promise<[ToldSummary | null, ExchangeRow[]]> {
  const { context, row, settings } = asked;
  const summary = await summaryFor(asked);
  const limit = Math.min(settings.historySent, settings.historyKept);
  return [summary, await exchangesBefore(context.db, row, limit, summary?.row.covers_until)];
}

/** The question with what it is about. */
async function questionWith(
  asked: PromptRequest,
  earlier: readonly ExchangeRow[],
  limitTokens: number,
  notices: Notice[],
): Promise<{ parts: QuestionParts; quotedIds: string[] }> {
  const { context, model, row, question, signal } = asked;
  const quoted = await quotedBy(context, row, question, earlier);
  const material = await materialOf(context, row, question);
  const whole: Question = {
    ...question,
    text: question.text + quoted.text + material.text,
  };
  const files = { quoted: quoted.attachments, held: asked.files };
  const told = { context, model, question: whole, ...files, named: isNamed(asked), limitTokens, signal };
  return { parts: await questionParts(told, notices), quotedIds: [...quoted.authorIds, ...material.authorIds] };
}

/** Others than the asker and the bot of whose words the model may tell. */
function othersIn(
  { context, row }: PromptRequest,
  told: {
    earlier: readonly ExchangeRow[];
    heard: readonly Heard[];
    quotedIds: readonly string[];
    summary: ToldSummary | null;
  },
): string[] {
  const { earlier, heard, quotedIds, summary } = told;
  const ids = new Set([
    ...earlier.map(({ question }) => question.author_id),
    ...heard.map(({ authorId }) => authorId),
    ...quotedIds,
    ...(summary ? [...summary.row.author_ids, ...summary.row.told_ids] : []),
  ]);
  ids.delete(row.author_id);
  ids.delete(context.discord.self.userId);
  return [...ids].sort();
}

/** What was asked and answered, as messages. */
interface ToldExchange {
  atMs: number;
  messages: ModelMessage[];
  tokens: number;
  files: number;
}

async function exchangesOf(asked: PromptRequest, rows: readonly ExchangeRow[]): Promise<ToldExchange[]> {
  const exchanges = await openExchanges(asked.read, rows);
  return Promise.all(exchanges.map((exchange) => tell(asked, exchange)));
}

async function tell(asked: PromptRequest, { atMs, name, question, files, answer }: Exchange): Promise<ToldExchange> {
  const said = spoken(name, question, isNamed(asked));
  const messages: ModelMessage[] = [userMessage(said)];
  if (answer !== null) messages.push(assistantMessage(answer));
  const sizes = await Promise.all([said, ...(answer === null ? [] : [answer])].map((text) => sizeOf(asked, text)));
  return { atMs, messages, files, tokens: sizes.reduce((total, size) => total + size, 0) };
}

async function heardOf(asked: PromptRequest): Promise<(Heard & { tokens: number })[]> {
  const { context, read, row, settings, question } = asked;
  const lines = await heardAround(context, read, row, settings.heardKept);
  // What is summarised is not told twice.
  if (question.way?.kind === 'summary') return [];
  return Promise.all(lines.map(async (line) => ({ ...line, tokens: await sizeOf(asked, heardText([line])) })));
}
