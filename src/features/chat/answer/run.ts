import { UserError, VendorError } from '../../../kernel/errors.ts';
import type { JobRun } from '../../../sdk/index.ts';
import { end, keepUnseen } from './end.ts';
import { giveBack, hasThoughts, settleRun } from './payment.ts';
import { show, showAgain } from './show.ts';
import { stream } from './stream.ts';
import { recoverFinishedRun } from './recover.ts';
import { isStopped, openWork } from './work.ts';
import type { AnswerTry, Work } from './work.ts';
import type { ChatContext } from '../chat.ts';
import { requestOf } from '../chat.ts';
import { storePatiently } from './retry-while-database-down.ts';
import { failureKey } from '../view/text.ts';
import { awaitText } from '../view/reactions.ts';
import { runStepsBeforeStore } from './before-store.ts';
import { enqueueSteps } from './steps.ts';
import { placeTurn } from '../intake/place-turn.ts';
import { isSuperseded } from '../turns/later-questions.ts';

/**
 * Answers one question, or goes on where a run that died left off: an end that was stored is only shown, anything less
 * is asked for again, and the same Discord messages are edited either way.
 */
export async function runAnswer(context: ChatContext, run: JobRun, asked: AnswerTry): Promise<void> {
  const work = await openWork(context, run, asked, (placed) =>
    placeTurn(context, run, { ...placed, jobId: run.job.id }),
  );
  if (!work) {
    if (run.job.attempt > 1) await recoverFinishedRun(context, run, asked);
    return;
  }
  context.checkpoint('begun');
  // What a run that died had open is not on the asker.
  if (run.job.attempt > 1) await context.spending.recover(requestOf(work.answer));
  const endTyping = context.discord.actions.typing(work.row.channel_id);
  const endWait = awaitText(context, work.row, work.answer, work.settings);
  work.stopTyping = () => {
    endTyping();
    endWait();
  };
  try {
    if (work.answer.state === 'waiting') await write(work);
    else if (await showAgain(work)) await enqueueSteps(context, work);
  } finally {
    work.stopTyping();
  }
}

/** Ends an answer whose every run was lost with its worker; asks no model. An end that was stored is shown instead. */
export async function tellOfLoss(context: ChatContext, run: JobRun, asked: AnswerTry): Promise<void> {
  const work = await openWork(context, run, asked);
  if (!work) return recoverFinishedRun(context, run, asked);
  await context.spending.recover(requestOf(work.answer));
  await context.spending.finish(requestOf(work.answer));
  if (work.answer.state === 'waiting') await showFailure(work, 'lost');
  else await showAgain(work);
}

async function write(work: Work): Promise<void> {
  const { context, run } = work;
  try {
    await stream(work);
    await runStepsBeforeStore(work);
  } catch (error) {
    await onFailure(work, error);
    return;
  }
  context.checkpoint('written');
  // Complete and stored before it is charged, and charged before it is shown: from here on no run asks a model again, and
  // one that died in between leaves the asker uncharged.
  await storePatiently(context, run, () => end(work, 'written', null));
  await settleRun(work);
  // A Stop that comes only now has nothing to stop: the answer is shown whole, and the button goes.
  if (!isStopped(run)) run.signal.throwIfAborted();
  if (!(await show(work, { state: 'done' }))) return;
  await enqueueSteps(context, work);
}

async function onFailure(work: Work, error: unknown): Promise<void> {
  const { run, live } = work;
  if (isStopped(run)) {
    if (isSuperseded(run)) work.finish = 'superseded';
    await end(work, 'stopped', null);
    await settleRun(work);
    await show(work, { state: 'stopped' });
    return;
  }
  if (run.signal.aborted) {
    await work.generation?.fail();
    await live.abandon();
    throw error;
  }
  const refusal = refusalOf(live, error);
  if (refusal) {
    if (!work.generation) await work.context.spending.finish(requestOf(work.answer));
    await live.abandon();
    await keepUnseen(work, refusal);
    await settleRun(work);
    return;
  }
  if (mayRetry(work, error)) {
    await work.generation?.fail();
    await live.abandon();
    throw error;
  }
  if (!work.generation) await work.context.spending.finish(requestOf(work.answer));
  if (error instanceof UserError) {
    await showFailure(work, 'spending/refused', work.context.explain(error));
    return;
  }
  const known = error instanceof VendorError && work.context.texts.has(failureKey(error.code));
  await showFailure(work, known ? error.code : 'model/failed', known ? untilText(work, error) : undefined);
  throw isOfModel(error) ? lasting(error) : error;
}

/** "In a minute" is right for less than this. */
const soonMs = 60_000;

/** When a provider that asks for a long pause can be asked again, where that has a text. */
function untilText({ context, model }: Work, { code, retryAfterMs = 0 }: VendorError): string | undefined {
  const key = `${failureKey(code)}-until`;
  if (retryAfterMs <= soonMs || !context.texts.has(key)) return undefined;
  const when = `<t:${Math.ceil((context.clock.now() + retryAfterMs) / 1000)}:R>`;
  return context.texts.in(undefined)(key, { model: model.id, when });
}

/** Why Discord shows nothing more of the answer, if that is why it ended. */
function refusalOf({ refused }: Work['live'], error: unknown): VendorError | undefined {
  if (refused.aborted) return refused.reason as VendorError;
  return error instanceof VendorError && error.code.startsWith('discord/') ? error : undefined;
}

/** Of one question, whatever the queue allows: a model that failed so often will fail again, and each run costs. */
const mostRetries = 2;

const isOfModel = (error: unknown): error is VendorError =>
  error instanceof VendorError && error.code.startsWith('model/');

/** Two messages. A retry throws away what is on the screen and has it paid for again: more than this stays as it is. */
const mostDiscarded = 4000;

function mayRetry({ run, text, written }: Work, error: unknown): boolean {
  if (run.lastAttempt || !(error instanceof VendorError) || !error.retryable) return false;
  if (!isOfModel(error)) return true;
  const characters = text.length - written.length;
  // A model that was still writing when its time was over would be again.
  const isSlow = error.code === 'model/timeout' && characters > 0;
  return run.job.attempt <= mostRetries && characters <= mostDiscarded && !isSlow;
}

/** The queue, too, leaves it at that. */
function lasting({ code, message, cause }: VendorError): VendorError {
  return new VendorError(code, message, { retryable: false, cause });
}

/** What it said stays on the screen. Thoughts are all that a model gave which ended by itself without an answer. */
async function showFailure(work: Work, code: string, said?: string): Promise<void> {
  await end(work, 'failed', code, said);
  const given = work.text !== work.written || (work.finish !== null && hasThoughts(work));
  if (given) await settleRun(work, given);
  else await giveBack(work, 'fail');
  await show(work, { state: 'failed', code, ...(said !== undefined && { said }) });
}
