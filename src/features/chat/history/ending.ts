import { VendorError } from '../../../kernel/errors.ts';
import type { DiscordActions, Tx } from '../../../sdk/index.ts';
import { requestOf } from '../chat.ts';
import type { Needs } from '../chat.ts';
import type { Unfinished } from './store.ts';

/** Told to the handler of a job that is cancelled because what it was for is gone: its messages, or the whole place. */
export const goneMessage = 'gone message';
export const goneChannel = 'gone channel';

/**
 * Ends what was being answered, after its rows have gone: a job that runs finds its answer removed and clears what it has
 * shown, one that waits never begins.
 */
export async function cancelAnswers(
  context: Needs<'jobs' | 'spending'>,
  answers: readonly Unfinished[],
  because: typeof goneMessage | typeof goneChannel = goneMessage,
): Promise<void> {
  for (const answer of answers) {
    const request = requestOf(answer);
    const result = answer.job_id === null ? 'not-found' : await context.jobs.cancel(answer.job_id, because);
    // Between two runs: what a dead one had open would stay so.
    if (result === 'cancelled') await context.spending.recover(request);
    await context.spending.finish(request);
  }
}

/** Messages that no longer stand for anything: the bot's own, to be deleted or to stay without buttons, and marked questions. */
export interface Leftovers {
  channelId: string;
  deleted: readonly string[];
  stripped: readonly string[];
  /** Questions that nobody answers any more, with the bot's reactions to remove. */
  unmarked?: readonly Mark[];
}

interface Mark {
  messageId: string;
  emojis: readonly string[];
}

/** In the transaction that removes what they stood for; done by a worker. */
export async function tidyLater(context: Needs<'jobs'>, tx: Tx, leftovers: Leftovers): Promise<void> {
  const { channelId, deleted, stripped, unmarked = [] } = leftovers;
  if (deleted.length + stripped.length + unmarked.length === 0) return;
  await context.jobs.enqueue(tx, {
    queue: 'text',
    name: 'tidy',
    payload: {
      ...{ channelId, deleted: [...deleted], stripped: [...stripped] },
      unmarked: unmarked.map(({ messageId, emojis }) => ({ messageId, emojis: [...emojis] })),
    },
  });
}

export async function tidyNow(
  actions: Pick<DiscordActions, 'delete' | 'edit' | 'mark'>,
  leftovers: Leftovers,
): Promise<void> {
  const { channelId, deleted, stripped, unmarked = [] } = leftovers;
  for (const { messageId, emojis } of unmarked) await actions.mark(channelId, messageId, null, { instead: emojis });
  for (const messageId of deleted) await unlessGone(actions.delete(channelId, messageId));
  for (const messageId of stripped) await unlessGone(actions.edit(channelId, messageId, { components: [] }));
}

/** A message that was deleted, or that the bot can no longer reach, needs no tidying. */
async function unlessGone(done: Promise<unknown>): Promise<void> {
  try {
    await done;
  } catch (error) {
    if (!(error instanceof VendorError) || error.retryable) throw error;
  }
}
