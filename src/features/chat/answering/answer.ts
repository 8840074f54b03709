import { UserError, VendorError } from '../../../kernel/errors.ts';
import type { JobRun } from '../../../sdk/index.ts';
import { charge, end, keepUnseen } from './end.ts';
import { show, showAgain } from './show.ts';
import { stream } from './stream.ts';
import { tieUp } from './tie-up.ts';
import { isLost, isStopped, openWork } from './work.ts';
import type { Work } from './work.ts';
import type { ChatContext } from '../chat.ts';
import { requestOf } from '../chat.ts';
import { storePatiently } from './patience.ts';
import { failureKey } from '../render.ts';
import { awaitText } from '../showing/reactions.ts';
import { summariseLater } from '../summaries/make.ts';
import { arrive } from '../ways-in/arrive.ts';
import { isSuperseded } from '../waiting/later.ts';
import { giveTitle } from '../ways-in/title.ts';

/**
 * Answers one question, or goes on where a run that died left off: an end that was stored is only shown, anything less
 * is asked for again, and the same Discord messages are edited either way.
 */
export async function runAnswer(context: ChatContext, run: JobRun): Promise<void> {
  const work = await openWork(context, run, (asked) => arrive(context, run, { ...asked, jobId: run.job.id }));
  if (!work) {
    if (run.job.attempt > 1) await tieUp(context, run);
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
    else if (await showAgain(work)) await summariseLater(context, work);
  } finally {
    work.stopTyping();
  }
}

/** Ends an answer whose every run was lost with its worker; asks no model. An end that was stored is shown instead. */
export async function tellOfLoss(context: ChatContext, run: JobRun): Promise<void> {
  const work = await openWork(context, run);
  if (!work) return tieUp(context, run);
  await context.spending.recover(requestOf(work.answer));
  await context.spending.finish(requestOf(work.answer));
  if (work.answer.state === 'waiting') await showFailure(work, 'lost');
  else await showAgain(work);
}

async function write(work: Work): Promise<void> {
  const { context, run } = work;
  try {
    await stream(work);
  } catch (error) {
    await onFailure(work, error);
    return;
  }
  context.checkpoint('written');
  // Complete and stored before it is charged, and charged before it is shown: from here on no run asks a model again, and
  // one that died in between leaves the asker uncharged.
  await storePatiently(context, run, () => end(work, 'written', null));
  if (work.removed || (await isLost(work))) await work.paid?.fail(work.uses);
  else await charge(work);
  // A Stop that comes only now has nothing to stop: the answer is shown whole, and the button goes.
  if (!isStopped(run)) run.signal.throwIfAborted();
  if (!(await show(work, { state: 'done' }))) return;
  await summariseLater(context, work);
  await giveTitle(context, run, work);
}

async function onFailure(work: Work, error: unknown): Promise<void> {
  const { run, live } = work;
  if (isStopped(run)) {
    if (isSuperseded(run)) work.finish = 'superseded';
    await end(work, 'stopped', null);
    // What is on the screen was given; who stops before the first word has nothing.
    if (work.text === work.written || (await isLost(work))) await work.paid?.fail(work.uses);
    else await charge(work);
    await show(work, { state: 'stopped' });
    return;
  }
  await work.paid?.fail(work.uses);
  if (run.signal.aborted) {
    await live.abandon();
    throw error;
  }
  if (live.refused.aborted) {
    if (!work.paid) await work.context.spending.finish(requestOf(work.answer));
    await live.abandon();
    await keepUnseen(work, live.refused.reason as VendorError);
    return;
  }
  const final = run.lastAttempt || !(error instanceof VendorError) || !error.retryable;
  if (!final) {
    await live.abandon();
    throw error;
  }
  if (!work.paid) await work.context.spending.finish(requestOf(work.answer));
  if (error instanceof UserError) {
    await showFailure(work, 'spending/refused', work.context.explain(error));
    return;
  }
  const known = error instanceof VendorError && work.context.texts.has(failureKey(error.code));
  await showFailure(work, known ? error.code : 'model/failed');
  throw error;
}

async function showFailure(work: Work, code: string, said?: string): Promise<void> {
  await end(work, 'failed', code, said);
  await show(work, { state: 'failed', code, ...(said !== undefined && { said }) });
}
