import { z } from 'zod';
import { UserError, VendorError } from '../../kernel/errors.ts';
import { defineJob } from '../../sdk/index.ts';
import type { ModelInfo, ShownAnswer, StepRun } from '../../sdk/index.ts';
import { chatApi } from '../chat/api.ts';
import type { ConversationPlace, PastTurn, Window } from '../chat/api.ts';
import { summaryOf } from './read.ts';
import type { Summary } from './read.ts';
import { dueCount, isFull, material, windowOf } from './rules.ts';
import type { SummaryContext } from './settings.ts';
import { insertSummary, isKept, latestSummary } from './store.ts';
import type { SummaryRow } from './store.ts';
import { fitLines, generateSummary } from './write.ts';

/** A summary that a member asked for, and was admitted for. */
const summaryTask = z.strictObject({
  channelId: z.string(),
  guildId: z.string().nullable(),
  /** Whose settings apply. */
  userId: z.string(),
  /** Names what is paid for it. */
  request: z.string(),
});
export type SummaryTask = z.output<typeof summaryTask>;

/** What is to be summarised, and who pays. */
interface Wanted extends ConversationPlace {
  request: string;
  follows: string | null;
  account: 'pool' | undefined;
  /** Made whether it is due or not. */
  demanded: boolean;
}

/**
 * Whether a conversation leaves no room for its next turn, or may do so: the prompt of an answer that was given again does
 * not show what came after its question. The step finds out whether a summary is due.
 */
export function mayBeDue(context: SummaryContext, { turn, history, text, isFirst }: ShownAnswer): boolean {
  if (!context.settings.peek(turn.place).enabled) return false;
  if (!history || !isFirst) return true;
  const { exchanges, tokens } = history;
  // A token is about three characters: on the high side, so that none is due unnoticed.
  return isFull({ exchanges, tokens: tokens + Math.ceil(text.length / 3) }, windowOf(history));
}

/** Makes the summary that is due after an answer. */
export async function summariseAfter(context: SummaryContext, answer: ShownAnswer, run: StepRun): Promise<void> {
  const { turn, request: follows } = answer;
  const { guildId, channelId } = turn.place;
  const { paidBy } = context.settings.peek(turn.place);
  await make(context, run, {
    ...{ guildId, channelId, userId: turn.asker.userId, request: run.request, follows, demanded: false },
    account: guildId !== null && paidBy === 'server' ? 'pool' : undefined,
  });
}

/** One at a time for a conversation, with those that are made after answers: the next finds what is done already. */
export const jobOf = (task: SummaryTask, payerId: string) => ({
  queue: 'text' as const,
  name: 'summarise',
  payload: task,
  userId: payerId,
  ...(task.guildId === null ? {} : { guildId: task.guildId }),
  lane: `summary/${task.channelId}`,
  maxAttempts: 1,
});

/** Makes a summary that was asked for. One that is refused or fails is not made; the member may ask again. */
export const summariseJob = (context: SummaryContext) =>
  defineJob({
    payload: summaryTask,
    run: async (task, run) => {
      const { request, channelId } = task;
      if (run.job.attempt > 1) await context.spending.recover(request);
      try {
        const attempt = run.job.attempt;
        const wanted = { ...task, follows: null, account: undefined, demanded: true };
        await make(context, { attempt, signal: run.signal }, wanted);
      } catch (error) {
        if (run.signal.aborted || !(error instanceof UserError || error instanceof VendorError)) throw error;
        context.logger.debug({ error, channelId }, 'A summary that was asked for could not be made.');
      } finally {
        await context.spending.finish(request);
      }
    },
    // What the lost runs held is free at once, not only when its time is over.
    afterLoss: async ({ request }) => {
      await context.spending.recover(request);
      await context.spending.finish(request);
    },
  });

/** Makes the summary of a conversation again, from the one before it and what came after that. */
async function make(context: SummaryContext, run: Pick<StepRun, 'attempt' | 'signal'>, wanted: Wanted): Promise<void> {
  const { request, follows, account } = wanted;
  const { enabled, model, maxTokens } = await context.settings.at(wanted);
  if (!enabled) return;
  const window = await context.use(chatApi).windowAt(wanted);
  const plan = await planOf(context, window, wanted);
  if (plan.turns.length === 0) return;
  const order = await fitLines(context, {
    ...{ request, follows, account, models: modelsFor(context, window.model, model), mostTokens: maxTokens },
    before: plan.before?.text ?? null,
    lines: plan.lines,
  });
  const turns = plan.turns.slice(0, order.lines.length);
  await generateSummary(context, run, order, ({ text, modelId }) =>
    store(context, wanted, { text, modelId, before: plan.before, turns }),
  );
}

/** Those that may write it: the chosen one, else the one that answers. */
function modelsFor({ models }: SummaryContext, answering: ModelInfo, chosenId: string): ModelInfo[] {
  const chosen = chosenId === '' ? undefined : models.find(chosenId);
  const wanted = chosen ? [chosen, ...models.candidates(answering.id)] : models.candidates(answering.id);
  return wanted.filter((model, index) => wanted.indexOf(model) === index);
}

interface Plan {
  before: Summary | undefined;
  turns: PastTurn[];
  /** One for each turn. */
  lines: { text: string; tokens: number }[];
}

/** What is to be covered now. */
async function planOf(
  context: SummaryContext,
  window: Window,
  { channelId, demanded }: Pick<Wanted, 'channelId' | 'demanded'>,
): Promise<Plan> {
  const chat = context.use(chatApi);
  const { model } = window;
  const before = await summaryOf(context, channelId);
  const turns = await chat.turnsAfter(channelId, before?.row.covers_until.getTime());
  const candidates = await Promise.all(
    turns.map(async ({ askedAtMs, ended, said }) => ({ askedAtMs, ended, tokens: await chat.tokensOf(model, said) })),
  );
  const due = turns.slice(0, dueCount(candidates, windowOf(window), demanded));
  const bot = context.discord.self.username;
  const lines = await Promise.all(
    due.map(async ({ said, hasForgottenContext }) => {
      const text = said ? material(said, bot, !hasForgottenContext) : '';
      return { text, tokens: await context.models.countTokens(model.id, text) };
    }),
  );
  return { before, turns: due, lines };
}

/** Sent when a channel has a new summary. */
export const storedSignal = (channelId: string): string => `summaries/stored/${channelId}`;

/** False, and nothing is stored, when what it covers has changed since it was read. */
async function store(
  context: SummaryContext,
  { channelId, guildId }: Wanted,
  made: { text: string; modelId: string; before: Summary | undefined; turns: readonly PastTurn[] },
): Promise<boolean> {
  const { text, modelId, turns } = made;
  const before = made.before?.row;
  const firstMs = before?.covers_from.getTime() ?? turns[0]?.askedAtMs;
  const lastMs = turns.at(-1)?.askedAtMs;
  if (firstMs === undefined || lastMs === undefined) return false;
  const authors = unique([...(before?.author_ids ?? []), ...turns.map(({ authorId }) => authorId)]);
  const others = unique([
    ...(before?.context_author_ids ?? []),
    ...turns.flatMap(({ contextAuthorIds }) => contextAuthorIds),
  ]);
  const isStored = await context.transaction(async (tx) => {
    const id = context.ids.uuid();
    // First: deleting the data of one of them waits for the end of this, or their key is gone by now.
    const ciphertext = await context.vault.encryptTogether(tx, authors, id, text);
    if (!ciphertext || (before && !(await isKept(tx, before.id)))) return false;
    if (!(await context.use(chatApi).areUnchanged(tx, turns))) return false;
    if ((await latestSummary(tx, channelId))?.id !== before?.id) return false;
    const row: SummaryRow = {
      id,
      channel_id: channelId,
      guild_id: guildId,
      ciphertext,
      author_ids: authors,
      context_author_ids: others.filter((person) => !authors.includes(person)),
      message_ids: turns.flatMap(({ messageIds }) => messageIds),
      covers_from: new Date(firstMs),
      covers_until: new Date(lastMs),
      exchanges: (before?.exchanges ?? 0) + turns.length,
      model_id: modelId,
      made_at: new Date(context.clock.now()),
    };
    await insertSummary(tx, row);
    return true;
  });
  if (isStored) context.signals.send(storedSignal(channelId));
  return isStored;
}

const unique = (ids: readonly string[]): string[] => [...new Set(ids)];
