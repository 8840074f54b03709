import { UserError } from '../../kernel/errors.ts';
import type { Call } from '../../sdk/index.ts';
import { chatApi } from '../chat/api.ts';
import { jobOf, storedSignal } from './make.ts';
import type { SummaryTask } from './make.ts';
import { summaryOf } from './read.ts';
import type { Summary } from './read.ts';
import type { SummaryContext } from './settings.ts';
import { latestSummary } from './store.ts';

/** What a small summary takes: enough to be refused at once when nothing is left. */
const admittedTokens = { input: 500, output: 100 };
/** How long the caller waits to see it. */
const waitMs = 20_000;

/**
 * Has a conversation summarised now, but for its latest exchange; the caller pays. Resolves to the summary, or undefined
 * when it takes long or cannot be made. Throws a UserError when there is nothing to summarise, or the caller may not or
 * cannot pay.
 */
export async function demandSummary(context: SummaryContext, call: Call): Promise<Summary | undefined> {
  const { caller, guildId, channelId, calledId } = call;
  const before = await latestSummary(context.db, channelId);
  const chat = context.use(chatApi);
  const turns = await chat.turnsAfter(channelId, before?.covers_until.getTime());
  const ended = turns.filter((turn) => turn.ended);
  if (ended.length < 2) throw new UserError('summary.nothing', 'there is nothing to summarise');
  const request = `summary/${calledId}`;
  const task: SummaryTask = { channelId, guildId, userId: caller.userId, request };
  const { model } = await chat.windowAt(task);
  await context.transaction(async (tx) => {
    const action = { kind: 'feature' as const, feature: 'summaries' };
    const place = { guildId, channelId };
    await context.spending.admit(tx, { request, action, caller, place, model, tokens: admittedTokens });
    const result = await context.jobs.enqueue(tx, { ...jobOf(task, caller.userId), key: request });
    if (result.status === 'full') {
      throw new UserError(`full.${result.scope}`, 'too much is waiting', { limit: result.limit });
    }
  });
  return appears(context, channelId, before?.id);
}

function appears(context: SummaryContext, channelId: string, beforeId?: string): Promise<Summary | undefined> {
  const look = async (): Promise<Summary | undefined> => {
    const latest = await latestSummary(context.db, channelId);
    return latest && latest.id !== beforeId ? summaryOf(context, channelId) : undefined;
  };
  return context.signals.until(storedSignal(channelId), look, { withinMs: waitMs });
}
