import { UserError } from '../../../kernel/errors.ts';
import { assistantMessage, systemMessage, textOf, userMessage } from '../../../sdk/index.ts';
import type { ModelMessage, PendingTurn } from '../../../sdk/index.ts';
import { decryptExchange } from '../chat.ts';
import { ambientAround } from '../history/ambient.ts';
import { spoken } from '../intake/read-message.ts';
import type { Exchange, Question } from '../intake/read-message.ts';
import type { Notice } from '../notice.ts';
import { exchangesBefore } from '../turns/store.ts';
import type { ExchangeRow } from '../turns/store.ts';
import { turnOf } from '../turns/turn.ts';
import { filesInWords, filesMade } from '../view/answer-files.ts';
import type { MadeFile } from '../view/answer-files.ts';
import { continuation } from './continuation.ts';
import { fitGroups, keepOf, longestAnswer, messageOverheadTokens } from './fit.ts';
import { ambientText, interleave } from './interleave.ts';
import type { AmbientLine } from './interleave.ts';
import { messageContext } from './message-context.ts';
import type { Prompt, PromptContents, PromptRequest } from './prompt.ts';
import { questionParts } from './question-parts.ts';
import type { QuestionParts } from './question-parts.ts';
import { quotedBy } from './reply-chain.ts';
import { piecesFor } from './sources.ts';
import type { SourcePiece } from './sources.ts';
import { systemText } from './system.ts';

/** Everything that may go into a prompt, each part with its size. */
interface Collected {
  system: { text: string; tokens: number };
  pieces: SizedPiece[];
  rows: ExchangeRow[];
  exchanges: SizedExchange[];
  ambient: (AmbientLine & { tokens: number })[];
  coversUntilMs: number | undefined;
}

type SizedPiece = SourcePiece & { tokens: number };

/** An exchange as messages. */
interface SizedExchange {
  atMs: number;
  messages: ModelMessage[];
  tokens: number;
  files: number;
}

/** Everything a model gets for a question, within its window. */
export async function buildPrompt(asked: PromptRequest): Promise<Prompt> {
  const { settings, model } = asked;
  const maxOutputTokens = longestAnswer(settings, model);
  const continued = await continuation(asked, Math.floor((model.contextTokens - maxOutputTokens) / 2));
  const budgetTokens = model.contextTokens - maxOutputTokens - continued.tokens;
  const collected = await collect(asked);
  const notices: Notice[] = noticesOf(collected.pieces);
  const questionLimit = Math.floor((budgetTokens - collected.system.tokens) * 0.75);
  const question = await questionWith(asked, collected, questionLimit, notices);
  const { text, pictures, files } = question.parts.tokens;
  const questionTokens = text + pictures + files + messageOverheadTokens;
  const fitted = fit(collected, questionTokens, budgetTokens);
  return {
    messages: assemble(fitted, collected, question.parts, continued.messages),
    maxOutputTokens,
    inputTokens: fitted.tokens + continued.tokens,
    notices,
    contents: {
      ...contentsOf(asked, fitted, collected),
      windowTokens: model.contextTokens,
      question: question.parts.tokens,
      continued: continued.tokens,
    },
    contextAuthorIds: othersIn(asked, collected, question.quotedIds),
    history: {
      exchanges: collected.exchanges.length + 1,
      tokens: sum(collected.exchanges) + questionTokens,
      roomTokens: budgetTokens,
      mostSent: settings.historySent,
      mostKept: settings.historyKept,
    },
  };
}

const sum = (sized: readonly { tokens: number }[]): number => sized.reduce((total, { tokens }) => total + tokens, 0);

const isNamed = ({ row }: PromptRequest): boolean => row.guild_id !== null;

/** A message of the prompt in tokens. */
async function sizeOf({ context, model }: PromptRequest, text: string): Promise<number> {
  return (await context.models.countTokens(model.id, text)) + messageOverheadTokens;
}

async function collect(asked: PromptRequest): Promise<Collected> {
  const { context, row, question, model, speaker, settings, signal } = asked;
  const turnFor = (feature: string): PendingTurn => ({ ...turnOf(row, question, feature), model, speaker });
  const [pieces, ambient, latestRows] = await Promise.all([
    piecesFor(context, { turnFor, isPublic: row.guild_id !== null, signal })
      // Where no history is sent, nothing stands in for it either.
      .then((all) => all.filter(({ coversUntilMs: until }) => until === undefined || settings.historySent > 0))
      .then((all) => sized(asked, all)),
    ambientOf(asked),
    exchangesBefore(context.db, row, Math.min(settings.historySent, settings.historyKept)),
  ]);
  const coversUntilMs = latest(pieces);
  // What is summarised is not sent twice.
  const rows = latestRows.filter(({ question: { asked_at: at } }) => at.getTime() > (coversUntilMs ?? -Infinity));
  const [system, exchanges] = await Promise.all([systemOf(asked, pieces), exchangesOf(asked, rows)]);
  return { system, pieces, rows, exchanges, ambient, coversUntilMs };
}

function latest(pieces: readonly SourcePiece[]): number | undefined {
  const times = pieces.flatMap(({ coversUntilMs }) => (coversUntilMs === undefined ? [] : [coversUntilMs]));
  return times.length === 0 ? undefined : Math.max(...times);
}

const sized = (asked: PromptRequest, pieces: readonly SourcePiece[]): Promise<SizedPiece[]> =>
  Promise.all(pieces.map(async (piece) => ({ ...piece, tokens: await sizeOf(asked, piece.content) })));

/** Throws a UserError when the model cannot hold it. */
async function systemOf(asked: PromptRequest, pieces: readonly SizedPiece[]): Promise<Collected['system']> {
  const { context, model, row, question, speaker } = asked;
  const system = pieces.filter(({ place }) => place === 'system');
  const place = { guildId: row.guild_id, channelId: row.channel_id, userName: question.name };
  const text = await systemText(context, system, speaker, place);
  const tokens = await context.models.countTokens(model.id, text);
  const limit = Math.floor(model.contextTokens / 4);
  if (tokens > limit) {
    throw new UserError('system-too-large', 'the model cannot hold it', { tokens, limit, model: model.id });
  }
  return { text, tokens: tokens + messageOverheadTokens };
}

const noticesOf = (pieces: readonly SourcePiece[]): Notice[] =>
  pieces.flatMap(({ notices = [] }) => notices.map((text) => ({ key: 'notices.said', data: { text } })));

/** The question with what it is about. */
async function questionWith(
  asked: PromptRequest,
  { rows, pieces }: Collected,
  limitTokens: number,
  notices: Notice[],
): Promise<{ parts: QuestionParts; quotedIds: string[] }> {
  const { context, model, row, question, signal } = asked;
  const quoted = await quotedBy(context, row, question, rows);
  const about = await messageContext(context, row, question);
  const added = pieces.filter(({ place }) => place === 'turn').map(({ content }) => `\n\n${content}`);
  const whole: Question = { ...question, text: [question.text, quoted.text, about.text, ...added].join('') };
  const files = { quoted: quoted.attachments, held: asked.files };
  const told = { context, model, question: whole, ...files, named: isNamed(asked), limitTokens, signal };
  return { parts: await questionParts(told, notices), quotedIds: [...quoted.authorIds, ...about.authorIds] };
}

interface Fitted {
  exchanges: SizedExchange[];
  ambient: Collected['ambient'];
  pieces: SizedPiece[];
  tokens: number;
}

/** What stays of what was collected. */
function fit({ system, pieces, exchanges, ambient }: Collected, questionTokens: number, budgetTokens: number): Fitted {
  const separate = pieces.filter(({ place }) => place === 'memory' || place === 'history');
  const always = separate.filter(({ keep }) => keep === 'always');
  const droppable = separate.filter(({ keep }) => keep !== 'always');
  const tokensOf = (parts: readonly { tokens: number }[]) => parts.map(({ tokens }) => tokens);
  const groups = [
    ...droppable.map(({ keep, tokens }) => ({ keep: Number(keep), sizes: [tokens] })),
    { keep: keepOf.history, sizes: tokensOf(exchanges) },
    { keep: keepOf.ambient, sizes: tokensOf(ambient) },
  ];
  const { kept, tokens } = fitGroups(system.tokens + questionTokens + sum(always), groups, budgetTokens);
  const [exchangesKept = 0, ambientKept = 0] = kept.slice(droppable.length);
  return {
    pieces: separate.filter((piece) => always.includes(piece) || kept[droppable.indexOf(piece)] === 1),
    exchanges: exchanges.slice(exchanges.length - exchangesKept),
    ambient: ambient.slice(ambient.length - ambientKept),
    tokens,
  };
}

/** The messages, in the order in which the model reads them. */
function assemble(
  { pieces, exchanges, ambient }: Fitted,
  { system }: Collected,
  question: QuestionParts,
  continued: readonly ModelMessage[],
): ModelMessage[] {
  const asMessages = (place: SourcePiece['place']): ModelMessage[] =>
    pieces.filter((piece) => piece.place === place).map(({ content }) => userMessage(content));
  return [
    systemMessage(system.text),
    ...asMessages('memory'),
    ...interleave(exchanges, ambient),
    ...asMessages('history'),
    userMessage(question.content),
    ...continued,
  ];
}

type Parts = Omit<PromptContents, 'windowTokens' | 'question' | 'continued'>;

function contentsOf({ context, speaker }: PromptRequest, fitted: Fitted, collected: Collected): Parts {
  const { system, pieces, exchanges, ambient, coversUntilMs } = collected;
  const isSent = (piece: SizedPiece) => piece.place === 'turn' || fitted.pieces.includes(piece);
  return {
    system: {
      labels: [
        ...(speaker ? [context.texts.in(undefined)('speaker.label', { name: speaker.name })] : []),
        ...pieces.filter(({ place }) => place === 'system').map(({ label }) => label),
      ],
      tokens: system.tokens,
    },
    others: pieces
      .filter(({ place }) => place !== 'system')
      .map((piece) => ({ label: piece.label, tokens: piece.tokens, sent: isSent(piece) })),
    coversUntilMs,
    exchanges: {
      sent: fitted.exchanges.length,
      of: exchanges.length,
      tokens: sum(fitted.exchanges),
      files: fitted.exchanges.reduce((total, { files }) => total + files, 0),
    },
    ambient: { sent: fitted.ambient.length, of: ambient.length, tokens: sum(fitted.ambient) },
  };
}

/** Others than the asker and the bot whose words the prompt may hold. */
function othersIn(
  { context, row }: PromptRequest,
  { rows, ambient, pieces }: Collected,
  quotedIds: readonly string[],
): string[] {
  const ids = new Set([
    ...rows.map(({ question }) => question.author_id),
    ...ambient.map(({ authorId }) => authorId),
    ...quotedIds,
    ...pieces.flatMap(({ authorIds = [] }) => authorIds),
  ]);
  ids.delete(row.author_id);
  ids.delete(context.discord.self.userId);
  return [...ids].sort();
}

async function exchangesOf(asked: PromptRequest, rows: readonly ExchangeRow[]): Promise<SizedExchange[]> {
  const { context, read } = asked;
  const shown = rows.flatMap(({ question: { shown_id: id, author_id: authorId } }) =>
    id === null ? [] : { id, authorId },
  );
  const made = await filesMade(context.db, read, shown);
  const all = rows.map(async (row) => {
    const exchange = await decryptExchange(read, row);
    return exchange && asMessages(asked, exchange, made.get(row.question.shown_id ?? '') ?? []);
  });
  return (await Promise.all(all)).filter((exchange) => exchange !== null);
}

async function asMessages(
  asked: PromptRequest,
  { atMs, name, question, files, answer }: Exchange,
  made: readonly MadeFile[],
): Promise<SizedExchange> {
  const said = spoken(name, question, isNamed(asked));
  const messages: ModelMessage[] = [userMessage(said)];
  if (answer !== null) messages.push(assistantMessage(answer));
  // Not in the model's own words, or it would write such notes instead of making files.
  if (made.length > 0) messages.push(userMessage(`[Files of your answer above: ${filesInWords(made)}]`));
  const sizes = await Promise.all(messages.map((message) => sizeOf(asked, textOf(message))));
  return { atMs, messages, files, tokens: sizes.reduce((total, size) => total + size, 0) };
}

async function ambientOf(asked: PromptRequest): Promise<Collected['ambient']> {
  const { context, read, row, settings, question } = asked;
  const lines = await ambientAround(context, read, row, settings.heardKept);
  // What is summarised is not told twice.
  if (question.source?.kind === 'summary') return [];
  return Promise.all(lines.map(async (line) => ({ ...line, tokens: await sizeOf(asked, ambientText([line])) })));
}
