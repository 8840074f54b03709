import { UserError, VendorError } from '../../../kernel/errors.ts';
import { followUpOf } from '../../../sdk/index.ts';
import type { JobRun, ModelInfo } from '../../../sdk/index.ts';
import { estimateTokens } from '../intake/claim.ts';
import { chooseModel, openExchange, requestOf } from '../chat.ts';
import type { ChatContext } from '../chat.ts';
import { settingsOf } from '../turns/conversations.ts';
import type { Prompt } from '../prompt/build.ts';
import type { Exchange } from '../intake/read-message.ts';
import type { ChatSettings } from '../settings.ts';
import type { AnswerRow, QuestionRow } from '../turns/store.ts';
import { longestAnswer, messageOverheadTokens } from '../prompt/fit.ts';
import { summaryOf } from './read.ts';
import type { Summary } from './read.ts';
import { dueCount, isFull, material, windowOf } from './rules.ts';
import { areUnchanged, forgotten, insertSummary, uncovered } from './store.ts';
import type { SummaryRow, UncoveredRow } from './store.ts';
import { buySummary, fitLines } from './write.ts';

/** What a job is told. */
export type SummaryTask = {
  channelId: string;
  guildId: string | null;
  /** Whose settings count. */
  authorId: string;
  /** Its own. */
  request: string;
  /** The answer's request, on whose terms it is paid; null when it was admitted itself. */
  follows: string | null;
  /** A member asked for it: made whether it is due or not. */
  demanded: boolean;
};

/** What is known of an answer that is on the screen. */
interface Answered {
  row: QuestionRow;
  answer: AnswerRow;
  settings: ChatSettings;
  text: string;
  /** Undefined for a run that goes on where one died: the prompt is not known any more. */
  filling: Prompt['filling'] | undefined;
}

/**
 * Has a conversation summarised that leaves no room for its next question, or may do so; the payer of the answer before it
 * pays. The job finds out whether it is due.
 */
export async function summariseLater(context: ChatContext, answered: Answered): Promise<void> {
  const { row, answer, settings } = answered;
  // The prompt of an answer that was given again does not show what came after its question.
  const again = answer.version > 1 || answer.tries > 0;
  if (settings.summaries === 'off' || !(leavesNoRoom(answered) || again)) return;
  const follows = requestOf(answer);
  const request = followUpOf(follows, 'summary');
  const { channel_id: channelId, guild_id: guildId, author_id: authorId } = row;
  const task: SummaryTask = { channelId, guildId, authorId, request, follows, demanded: false };
  const job = { ...jobOf(task, answer.payer_id ?? authorId), key: `chat/summary/${follows}` };
  try {
    // People come first. Where too much waits, there is none for now.
    await context.jobs.enqueue(context.db, { ...job, priority: -1 });
  } catch (error) {
    if (!(error instanceof VendorError)) throw error;
    context.logger.debug({ error, channelId }, 'No summary could be asked for.');
  }
}

function leavesNoRoom({ filling, text }: Answered): boolean {
  if (!filling) return true;
  const { exchanges, tokens } = filling.filled;
  return isFull({ exchanges, tokens: tokens + estimateTokens(text) }, filling.window);
}

/** One at a time for a conversation: the next finds what is done already. */
export const jobOf = (task: SummaryTask, payerId: string) => ({
  queue: 'text' as const,
  name: 'summarise',
  payload: task,
  userId: payerId,
  ...(task.guildId === null ? {} : { guildId: task.guildId }),
  lane: `chat/summary/${task.channelId}`,
  maxAttempts: 1,
});

/**
 * Makes the summary of a conversation anew, of the one before it and what came after that. When it is refused or fails
 * there is none for now: the next answer asks for it again.
 */
export async function summarise(context: ChatContext, run: JobRun): Promise<void> {
  const task = run.job.payload as SummaryTask;
  const { channelId, request } = task;
  if (run.job.attempt > 1) await context.spending.recover(request);
  try {
    await make(context, run, task);
  } catch (error) {
    if (run.signal.aborted || !(error instanceof UserError || error instanceof VendorError)) throw error;
    context.logger.debug({ error, channelId }, 'A conversation goes on without a summary for now.');
  } finally {
    if (task.demanded) await context.spending.finish(request);
  }
}

/** For one whose every run was lost with its worker: what they held is free at once, not only when its time is over. */
export async function giveUpSummary({ spending }: ChatContext, { job }: JobRun): Promise<void> {
  const { request, demanded } = job.payload as SummaryTask;
  await spending.recover(request);
  if (demanded) await spending.finish(request);
}

async function make(context: ChatContext, run: JobRun, task: SummaryTask): Promise<void> {
  const { channelId, guildId, authorId, request, follows, demanded } = task;
  const settings = await settingsOf(context, { channel_id: channelId, guild_id: guildId, author_id: authorId });
  if (settings.summaries === 'off') return;
  const models = await modelsFor(context, settings, task);
  const plan = await planOf(context, settings, models.answering, { channelId, demanded });
  if (plan.rows.length === 0) return;
  const order = await fitLines(context, {
    request,
    follows,
    models: models.summarising,
    before: plan.before?.text ?? null,
    lines: plan.lines,
    mostTokens: settings.summaryTokens,
  });
  const rows = plan.rows.slice(0, order.lines.length);
  await buySummary(context, run, order, (text, modelId) =>
    store(context, task, { text, modelId, before: plan.before, rows }),
  );
}

/** The model that answers there, and those that may summarise: the chosen one, else that. */
async function modelsFor(
  context: ChatContext,
  settings: ChatSettings,
  { guildId, channelId }: SummaryTask,
): Promise<{ answering: ModelInfo; summarising: ModelInfo[] }> {
  const { models, spending } = context;
  const answering = await spending.modelFor(chooseModel(context, settings), { guildId, channelId });
  const chosen = settings.summaryModel === '' ? undefined : models.find(settings.summaryModel);
  const wanted = chosen ? [chosen, ...models.candidates(answering.id)] : models.candidates(answering.id);
  return { answering, summarising: wanted.filter((model, index) => wanted.indexOf(model) === index) };
}

interface Plan {
  before: Summary | undefined;
  rows: UncoveredRow[];
  /** One for each row. */
  lines: { text: string; tokens: number }[];
}

/** What is to be covered now. */
async function planOf(
  context: ChatContext,
  settings: ChatSettings,
  model: ModelInfo,
  { channelId, demanded }: { channelId: string; demanded: boolean },
): Promise<Plan> {
  const before = await summaryOf(context, channelId);
  const read = context.vault.reader(context.db);
  const rows = await uncovered(context.db, channelId, before?.row.covers_until);
  const opened = await Promise.all(rows.map((row) => openExchange(read, row)));
  const budgetTokens = model.contextTokens - longestAnswer(settings, model);
  const sizes = await Promise.all(opened.map((exchange) => sizeOf(context, model, exchange)));
  const candidates = rows.map(({ question, ended }, index) => ({
    askedAtMs: question.asked_at.getTime(),
    tokens: sizes[index] ?? 0,
    ended,
  }));
  const count = dueCount(candidates, windowOf(settings, budgetTokens), demanded);
  const bot = context.discord.self.username;
  const lines = await Promise.all(
    opened.slice(0, count).map(async (exchange, index) => {
      const told = !rows[index]?.toldIds.includes(forgotten);
      const text = exchange ? material(exchange, bot, told) : '';
      return { text, tokens: await context.models.countTokens(model.id, text) };
    }),
  );
  return { before, rows: rows.slice(0, count), lines };
}

/** In tokens, as a prompt holds it. */
async function sizeOf({ models }: ChatContext, model: ModelInfo, exchange: Exchange | null): Promise<number> {
  if (!exchange) return 0;
  const texts = [`${exchange.name}: ${exchange.question}`, exchange.answer ?? ''];
  const sizes = await Promise.all(texts.map((text) => models.countTokens(model.id, text)));
  return sizes.reduce((sum, size) => sum + size + messageOverheadTokens, 0);
}

/** False, and nothing is stored, when what it covers has changed since it was read. */
async function store(
  context: ChatContext,
  { channelId, guildId }: SummaryTask,
  made: { text: string; modelId: string; before: Summary | undefined; rows: readonly UncoveredRow[] },
): Promise<boolean> {
  const { text, modelId, rows } = made;
  const before = made.before?.row;
  const first = before?.covers_from ?? rows[0]?.question.asked_at;
  const last = rows.at(-1)?.question.asked_at;
  if (!first || !last) return false;
  const authors = unique([...(before?.author_ids ?? []), ...rows.map(({ question }) => question.author_id)]);
  const told = unique([...(before?.told_ids ?? []), ...rows.flatMap(({ toldIds }) => toldIds)]);
  return context.transaction(async (tx) => {
    const id = context.ids.uuid();
    // First: whoever forgets one of them waits for the end of this, or their key is gone by now.
    const sealed = await context.vault.sealTogether(tx, authors, id, text);
    if (!sealed || !(await areUnchanged(tx, { channelId, before, rows }))) return false;
    const row: SummaryRow = {
      id,
      channel_id: channelId,
      guild_id: guildId,
      sealed,
      author_ids: authors,
      told_ids: told.filter((person) => person !== forgotten && !authors.includes(person)),
      message_ids: rows.flatMap(({ question: { message_id: asked, parts } }) =>
        asked === null ? parts : [asked, ...parts],
      ),
      covers_from: first,
      covers_until: last,
      exchanges: (before?.exchanges ?? 0) + rows.length,
      model_id: modelId,
      made_at: new Date(context.clock.now()),
    };
    await insertSummary(tx, row);
    return true;
  });
}

const unique = (ids: readonly string[]): string[] => [...new Set(ids)];
