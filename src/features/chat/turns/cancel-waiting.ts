import { MessageFlags } from 'discord-api-types/v10';
import { UserError, VendorError } from '../../../kernel/errors.ts';
import type { ComponentCall, Tx } from '../../../sdk/index.ts';
import { partsKey, requestOf } from '../chat.ts';
import type { ChatContext, Needs } from '../chat.ts';
import { settingsOf } from './conversations.ts';
import { controlled } from '../actions/reach.ts';
import { showVersion } from '../actions/versions.ts';
import { lockedQuestion } from '../history/store.ts';
import { questionEnded } from '../view/reactions.ts';
import { findAnswer } from './store.ts';
import type { AnswerRow, QuestionRow } from './store.ts';
import { deleteNotice, dropVersion, leaveNotice, stopUnasked } from './waiting-store.ts';

interface Because {
  why: 'cancelled' | 'superseded';
  /** Told to the handler of a job that runs. */
  by: string;
}

/** `ending`: it is being written, and its worker ends it. `over`: there was nothing to end. */
type Ended =
  | { result: 'ending' | 'over' }
  | { result: 'ended'; answer: AnswerRow; question: QuestionRow; shownId: string | undefined };

/** Cancels a question that waits, or ends its answer where it is being written already. */
export async function cancel(context: ChatContext, call: ComponentCall): Promise<void> {
  const found = await findAnswer(context.db, call.id);
  // Their own question people reach from everywhere: what they were told of it may stand elsewhere than the question.
  if (found?.question.author_id !== call.caller.userId) await controlled(context, call);
  await call.acknowledge();
  const result = await endAnswering(context, call.id, { why: 'cancelled', by: call.caller.userId });
  if (result === 'over') throw new UserError('already-ended', 'nothing to cancel');
  const isForPresser = ((call.message?.flags ?? 0) & MessageFlags.Ephemeral) !== 0;
  if (isForPresser) await call.update({ content: call.t('waiting.cancelled'), components: [] });
}

/**
 * Ends an answer that is waited for. One that no worker has begun is never asked for and costs nothing; its message says what
 * became of it, also when this process dies before it has said so.
 */
export async function endAnswering(context: ChatContext, answerId: string, because: Because): Promise<Ended['result']> {
  const ended = await context.transaction((tx) => endWithin(context, tx, answerId, because));
  if (ended.result !== 'ended') return ended.result;
  // No worker has begun it, or the one that did has died.
  await context.spending.recover(requestOf(ended.answer));
  await context.spending.finish(requestOf(ended.answer));
  const { answer, question } = ended;
  questionEnded(context, question, answer, await settingsOf(context, question), 'stopped');
  if (ended.shownId !== undefined) await tellEnd(context, ended.shownId);
  return 'ended';
}

async function endWithin(
  context: Needs<'clock' | 'jobs'>,
  tx: Tx,
  answerId: string,
  { why, by }: Because,
): Promise<Ended> {
  const seen = await findAnswer(tx, answerId);
  // After others that change the question: it may have been answered, removed or merged since.
  const question = seen && (await lockedQuestion(tx, seen.question.id));
  const answer = (await findAnswer(tx, answerId))?.answer;
  if (answer?.state !== 'waiting' || answer.job_id === null || answer.question_id !== question?.id) {
    return { result: 'over' };
  }
  const cancelled = await context.jobs.cancel(answer.job_id, by, tx);
  if (cancelled !== 'cancelled') return { result: cancelled === 'cancelling' ? 'ending' : 'over' };
  if (answer.version > 1 && answer.tries === 0) {
    return { result: 'ended', answer, question, shownId: await dropVersion(tx, answer) };
  }
  const at = new Date(context.clock.now());
  await stopUnasked(tx, answer, { why, at });
  await leaveNotice(tx, answer.id, at);
  return { result: 'ended', answer, question, shownId: answer.id };
}

/** Shows how an answer ended that no worker began. Where Discord cannot be reached, that is tried again later. */
export async function tellEnd(
  context: Needs<
    'clock' | 'db' | 'discord' | 'fileBytes' | 'files' | 'logger' | 'settings' | 'spending' | 'texts' | 'vault'
  >,
  answerId: string,
): Promise<void> {
  const found = await findAnswer(context.db, answerId);
  if (!found) return;
  try {
    await showVersion(context, answerId, partsKey(found.answer));
  } catch (error) {
    if (!(error instanceof VendorError)) throw error;
    context.logger.debug({ error, channelId: found.question.channel_id }, 'The end of a wait is not on the screen.');
    if (error.retryable) return;
  }
  await deleteNotice(context.db, answerId);
}
