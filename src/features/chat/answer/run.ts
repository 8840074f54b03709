import { UserError, VendorError } from '../../../kernel/errors.ts';
import { clockMoment, dateMoment } from '../../../kernel/moments.ts';
import type { JobRun, LiveMessage } from '../../../sdk/index.ts';
import { keepUnseen, storeEnd } from './end.ts';
import { firstDraft, hasNewText, hasNewThoughts } from './draft.ts';
import type { Draft } from './draft.ts';
import { giveBack, settleRun } from './payment.ts';
import { showAgain, showEnd } from './show.ts';
import { streamAnswer } from './stream.ts';
import { recoverFinishedRun } from './recover.ts';
import { isStopped, openTask } from './task.ts';
import type { AnswerTask, AnswerTry } from './task.ts';
import { startWaitSigns } from './wait-signs.ts';
import type { WaitSigns } from './wait-signs.ts';
import type { ChatContext, Needs } from '../chat.ts';
import { requestOf } from '../chat.ts';
import { retryWhileDatabaseDown } from './retry-while-database-down.ts';
import { failureKey } from '../view/text.ts';
import { begunSignal } from '../view/waiting-notices.ts';
import { runStepsBeforeStore } from './before-store.ts';
import { enqueueSteps } from './steps.ts';
import { deleteFiles } from '../view/answer-file-store.ts';
import { sources } from './made-files.ts';
import { placeTurn } from '../intake/place-turn.ts';
import { isSuperseded } from '../turns/later-questions.ts';

/**
 * Answers one question, or goes on where a run that died left off: an end that was stored is only shown, anything less
 * is asked for again, and the same Discord messages are edited either way.
 */
export async function runAnswer(context: ChatContext, run: JobRun, asked: AnswerTry): Promise<void> {
  context.signals.sendHere(begunSignal(asked.answerId));
  const task = await openTask(context, run, asked, (placed) =>
    placeTurn(context, run, { ...placed, jobId: run.job.id }),
  );
  if (!task) {
    if (run.job.attempt > 1) await recoverFinishedRun(context, run, asked);
    return;
  }
  context.checkpoint('begun');
  // What a run that died had open is not on the asker.
  if (run.job.attempt > 1) await context.spending.recover(requestOf(task.answer));
  const signs = startWaitSigns(task);
  try {
    if (task.answer.state === 'waiting') {
      await write(task, signs);
    } else {
      const shown = await showAgain(task);
      if (shown) await enqueueSteps(context, { ...task, ...shown });
    }
  } finally {
    signs.end();
  }
}

/** Ends an answer whose every run was lost with its worker; asks no model. An end that was stored is shown instead. */
export async function tellOfLoss(context: ChatContext, run: JobRun, asked: AnswerTry): Promise<void> {
  const task = await openTask(context, run, asked);
  if (!task) return recoverFinishedRun(context, run, asked);
  await context.spending.recover(requestOf(task.answer));
  await context.spending.finish(requestOf(task.answer));
  if (task.answer.state === 'waiting') await showFailure(task, firstDraft(task), { code: 'lost' });
  else await showAgain(task);
}

async function write(task: AnswerTask, signs: WaitSigns): Promise<void> {
  const { context, run } = task;
  // Of a run that died before the answer was stored: the steps run again.
  if (run.job.attempt > 1) await deleteFiles(context.db, task.answer.id, sources.before(task.answer));
  const streamed = await streamAnswer(task, signs);
  const { draft, failure } = streamed.failure ? streamed : await runStepsBeforeStore(task, streamed.draft);
  if (failure) {
    await onFailure(task, draft, failure.error);
    return;
  }
  context.checkpoint('written');
  // Complete and stored before it is charged, and charged before it is shown: from here on no run asks a model again, and
  // one that died in between leaves the asker uncharged.
  const isKept = await retryWhileDatabaseDown(context.clock, run, () => storeEnd(task, draft, { state: 'written' }));
  const paid = await settleRun(task, draft, { isKept });
  // A Stop that comes only now has nothing to stop: the answer is shown whole, and the button goes.
  if (!isStopped(run)) run.signal.throwIfAborted();
  const isSeen = await showEnd(task, paid, { end: { state: 'done' }, isKept });
  if (isSeen) await enqueueSteps(context, { ...task, ...paid });
}

async function onFailure(task: AnswerTask, draft: Draft, error: unknown): Promise<void> {
  const { context, run, screen } = task;
  if (isStopped(run)) {
    await showStopped(task, isSuperseded(run) ? { ...draft, finish: 'superseded' } : draft);
    return;
  }
  if (run.signal.aborted) {
    await draft.generation?.fail();
    await screen.live.abandon();
    throw error;
  }
  const refusal = refusalOf(screen.live, error);
  if (refusal) {
    if (!draft.generation) await context.spending.finish(requestOf(task.answer));
    await screen.live.abandon();
    await settleRun(task, draft, { isKept: await keepUnseen(task, draft, refusal) });
    return;
  }
  if (mayRetry(task, draft, error)) {
    await draft.generation?.fail();
    await screen.live.abandon();
    throw error;
  }
  if (!draft.generation) await context.spending.finish(requestOf(task.answer));
  if (error instanceof UserError) {
    await showFailure(task, draft, { code: 'spending/refused', said: context.explain(error) });
    return;
  }
  const known = error instanceof VendorError && context.texts.has(failureKey(error.code)) ? error : undefined;
  const said = known && untilText(context, draft, known);
  await showFailure(task, draft, { code: known?.code ?? 'model/failed', ...(said !== undefined && { said }) });
  throw isOfModel(error) ? lasting(error) : error;
}

async function showStopped(task: AnswerTask, draft: Draft): Promise<void> {
  const isKept = await storeEnd(task, draft, { state: 'stopped' });
  await showEnd(task, await settleRun(task, draft, { isKept }), { end: { state: 'stopped' }, isKept });
}

/** "In a minute" is right for less than this. */
const soonMs = 60_000;
const halfDayMs = 12 * 60 * 60_000;

/** When a provider that asks for a long pause can be asked again, where that has a text. */
function untilText(
  { texts, clock }: Needs<'texts' | 'clock'>,
  { model }: Draft,
  { code, retryAfterMs = 0 }: VendorError,
): string | undefined {
  const key = `${failureKey(code)}-until`;
  if (retryAfterMs <= soonMs || !texts.has(key)) return undefined;
  const atMs = clock.now() + retryAfterMs;
  const when = retryAfterMs < halfDayMs ? clockMoment(atMs) : dateMoment(atMs);
  return texts.in(undefined)(key, { model: model.id, when });
}

/** Why Discord shows nothing more of the answer, if that is why it ended. */
function refusalOf({ refused }: LiveMessage, error: unknown): VendorError | undefined {
  if (refused.aborted) return refused.reason as VendorError;
  return error instanceof VendorError && error.code.startsWith('discord/') ? error : undefined;
}

/** Of one question, whatever the queue allows: a model that failed so often will fail again, and each run costs. */
const mostRetries = 2;

const isOfModel = (error: unknown): error is VendorError =>
  error instanceof VendorError && error.code.startsWith('model/');

/** Two messages. A retry throws away what is on the screen and has it paid for again: more than this stays as it is. */
const mostDiscarded = 4000;

function mayRetry({ run, before }: AnswerTask, { text }: Draft, error: unknown): boolean {
  if (run.lastAttempt || !(error instanceof VendorError) || !error.retryable) return false;
  if (!isOfModel(error)) return true;
  const characters = text.length - before.text.length;
  // A model that was still writing when its time was over would be again.
  const isSlow = error.code === 'model/timeout' && characters > 0;
  return run.job.attempt <= mostRetries && characters <= mostDiscarded && !isSlow;
}

/** The queue, too, leaves it at that. */
function lasting({ code, message, cause }: VendorError): VendorError {
  return new VendorError(code, message, { retryable: false, cause });
}

/** What the model said stays on the screen. Thoughts are all that a model gave which ended by itself without an answer. */
async function showFailure(
  task: AnswerTask,
  draft: Draft,
  { code, said }: { code: string; said?: string },
): Promise<void> {
  const explained = said === undefined ? {} : { said };
  const isKept = await storeEnd(task, draft, { state: 'failed', errorCode: code, ...explained });
  const hasWork = hasNewText(task, draft) || draft.files.length > 0;
  const isWorthPaying = hasWork || (draft.finish !== null && hasNewThoughts(task, draft));
  if (!isWorthPaying) await giveBack(task, draft, 'fail');
  const paid = isWorthPaying ? await settleRun(task, draft, { isKept, isWorthPaying }) : draft;
  await showEnd(task, paid, { end: { state: 'failed', code, ...explained }, isKept });
}
