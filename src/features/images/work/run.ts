import { Cancelled, UserError, VendorError } from '../../../kernel/errors.ts';
import type { AbilityModel, Drawing, JobRun, Notice, ReservedDrawing } from '../../../sdk/index.ts';
import { imageRequest, paidAs } from '../request.ts';
import type { ImageContext } from '../settings.ts';
import { endRequest, findRequest } from '../store.ts';
import { webhookFor } from '../reports/webhook.ts';
import { shortModel } from '../view/caption.ts';
import { quotaLine } from '../view/quota.ts';
import { showAgain, showEnd, showResults } from '../view/show.ts';
import { openProgress } from '../view/progress.ts';
import type { Progress } from '../view/progress.ts';
import { moderatePrompt, namesOf } from '../guard/moderation.ts';
import { judgeResults, judgesResults } from '../guard/results.ts';
import type { JudgedDrawing } from '../guard/results.ts';
import { inputsFor } from './inputs.ts';
import { keepResults } from './keep.ts';
import type { DrawTask } from './task.ts';

/**
 * Draws what was asked for, or goes on where a run that died left off: what was stored is only shown, anything less is drawn
 * again, and the same Discord message is edited either way.
 */
export async function runDrawing(context: ImageContext, run: JobRun, requestId: string): Promise<void> {
  const task = await openTask(context, run, requestId);
  if (!task) return;
  context.checkpoint('begun');
  // What a run that died had open is not on the asker.
  if (run.job.attempt > 1) await context.spending.recover(paidAs(requestId));
  if (task.row.state === 'drawn') await showAgain(task);
  else await draw(task);
}

/** Ends a request whose every run was lost with its worker. */
export async function tellOfLoss(context: ImageContext, run: JobRun, requestId: string): Promise<void> {
  const task = await openTask(context, run, requestId);
  if (!task) return;
  await context.spending.recover(paidAs(requestId));
  await context.spending.finish(paidAs(requestId));
  if (task.row.state === 'drawn') await showAgain(task);
  else await end(task, { state: 'failed', outcome: 'lost', text: context.texts.in(undefined)('failed.lost') });
}

async function openTask(context: ImageContext, run: JobRun, id: string): Promise<DrawTask | undefined> {
  const admitted = context.spending.admitted(paidAs(id));
  const row = await findRequest(context.db, id);
  if (!row || (row.state !== 'waiting' && row.state !== 'drawn')) return undefined;
  const text = await context.vault.decrypt(context.db, row.author_id, id, row.ciphertext);
  if (text === null) return undefined;
  const { shown_channel_id: channelId, shown_message_id: messageId } = row;
  const shown = channelId !== null && messageId !== null ? { channelId, messageId } : undefined;
  return { context, run, row, request: imageRequest.parse(JSON.parse(text)), admitted, shown };
}

async function draw(task: DrawTask): Promise<void> {
  const { context, run } = task;
  const progress = openProgress(task);
  let reserved: ReservedDrawing | undefined;
  try {
    const model = modelOf(task);
    const asked = askedOf(task);
    // Before anything is reserved for the model that draws.
    await moderatePrompt(context, asked);
    const work = await inputsFor(context, task.request, model, run.signal);
    const webhook = await webhookFor(context, model, run.signal);
    const previews = judgesResults(context, asked.settings) ? 0 : Math.min(2, model.draws?.previews ?? 0);
    reserved = await context.generate.reserveDrawing({
      ...work,
      ...{
        request: paidAs(task.row.id),
        admitted: task.admitted,
        step: 'draw',
        attempt: run.job.attempt,
        model,
        signal: run.signal,
      },
      ...(webhook && { webhook }),
      ...(previews > 0 && { previews }),
    });
    context.checkpoint('held');
    const drawing = await readDrawing(reserved, progress);
    context.checkpoint('written');
    await finish(task, { reserved, drawing, progress });
  } catch (error) {
    await progress.stop();
    await onFailure(task, reserved, error);
  }
}

/** As moderation reads it. */
function askedOf({ context, run, row, request }: DrawTask) {
  const place = { guildId: row.guild_id, channelId: row.channel_id };
  return {
    ...{ place, request, settings: context.settings.peek(place), userId: row.author_id, isLogged: row.is_logged },
    ...{ pays: { request: paidAs(row.id), attempt: run.job.attempt }, signal: run.signal },
  };
}

function modelOf({ context, row }: DrawTask): AbilityModel {
  const model = context.models.abilities.find('draw', row.model_id);
  if (!model) throw new UserError('unknown-model', 'the model is gone', { name: row.model_id });
  return model;
}

async function readDrawing(reserved: ReservedDrawing, progress: Progress): Promise<Drawing> {
  for await (const event of reserved.events()) {
    if (event.type === 'finish') return event;
    progress.preview(event.image);
  }
  throw new Error('a drawing ended without a result');
}

interface Drawn {
  reserved: ReservedDrawing;
  drawing: Drawing;
  progress: Progress;
}

/** Stored before it is charged, and charged before it is shown: no run draws again after that. */
async function finish(task: DrawTask, { reserved, drawing, progress }: Drawn): Promise<void> {
  const { context, row } = task;
  if (drawing.outcome === 'refused' || drawing.images.length === 0) {
    await progress.stop();
    const suffix = costs(reserved) ? 'charged' : 'free';
    await reserved.settle();
    const { outcome } = drawing;
    const isUnusable = outcome === 'unusable';
    const key = `${isUnusable ? 'unusable' : 'refused'}.${suffix}`;
    const text = context.texts.in(undefined)(key, { model: row.model_id });
    await end(task, { state: isUnusable ? 'failed' : 'refused', outcome: isUnusable ? outcome : 'refused', text });
    return;
  }
  const judged = await judgeResults(context, askedOf(task), drawing.images);
  if (judged.shown.length === 0) {
    await progress.stop();
    await withhold(task, reserved, judged);
    return;
  }
  const kept = await keepResults(task, drawing, judged);
  if (!kept) {
    await progress.stop();
    await reserved.fail();
    return;
  }
  context.checkpoint('stored');
  // What is held counts as what is spent: where all was drawn, the charge changes nothing in it.
  const isTold = task.request.batch === undefined;
  const quota = isTold && drawing.outcome === 'done' ? quotaLine(task) : undefined;
  // A rejection is told when it is needed.
  quota?.catch(() => {});
  const notices: Notice[] = await reserved.settle();
  context.checkpoint('charged');
  await progress.stop();
  await showResults(task, {
    ...{ drawing, kept, withheld: judged.withheld, notices, uses: reserved.uses },
    ...(quota && { quota }),
  });
}

const costs = (reserved: ReservedDrawing): boolean => reserved.uses.some(({ amounts }) => (amounts.micros ?? 0) > 0);

/** Ends a request of which nothing may be shown. What was drawn is charged. */
async function withhold(task: DrawTask, reserved: ReservedDrawing, { withheld }: JudgedDrawing): Promise<void> {
  const { context } = task;
  const key = costs(reserved) ? 'withheld.charged' : 'withheld.free';
  await reserved.settle();
  const data = { count: withheld.count, categories: namesOf(context, withheld.categories) };
  const text = context.texts.in(undefined)(key, data);
  await end(task, { state: 'refused', outcome: 'withheld', text, withheld: withheld.count });
}

async function onFailure(task: DrawTask, reserved: ReservedDrawing | undefined, error: unknown): Promise<void> {
  const { context, run, row } = task;
  const t = context.texts.in(undefined);
  if (run.signal.reason instanceof Cancelled) {
    const isCharged = reserved !== undefined && costs(reserved);
    await (reserved ? reserved.settle() : context.spending.finish(paidAs(row.id)));
    await end(task, {
      state: 'cancelled',
      outcome: 'cancelled',
      text: t(isCharged ? 'cancelled.charged' : 'cancelled.free'),
    });
    return;
  }
  await (reserved ? reserved.fail() : context.spending.finish(paidAs(row.id)));
  if (run.signal.aborted || mayRetry(run, error)) throw error;
  const state = codeOf(error) === 'moderation.flagged' ? 'refused' : 'failed';
  await end(task, { state, outcome: codeOf(error), text: failureText(task, error) });
  if (!(error instanceof UserError) && !(error instanceof VendorError)) throw error;
}

/** In words of what was wanted, where there are any. */
function failureText({ context, row }: DrawTask, error: unknown): string {
  const code = error instanceof VendorError ? error.code : '';
  const key = code.startsWith('media/') ? 'failed.media' : `failed.${code.replace('/', '.')}`;
  if (code === '' || !context.texts.has(key)) return context.explain(error);
  context.logger.warn({ error, model: row.model_id }, 'A model could not draw.');
  return context.texts.in(undefined)(key, { model: shortModel(row.model_id) });
}

const codeOf = (error: unknown): string =>
  error instanceof VendorError || error instanceof UserError ? error.code : 'failed';

const mayRetry = (run: JobRun, error: unknown): boolean =>
  !run.lastAttempt && error instanceof VendorError && error.retryable;

/** Tells how it ended without a result. */
async function end(
  task: DrawTask,
  { text, ...ending }: { state: 'failed' | 'refused' | 'cancelled'; outcome: string; text: string; withheld?: number },
): Promise<void> {
  const { context, row } = task;
  await endRequest(context.db, row.id, { ...ending, endedAt: new Date(context.clock.now()) });
  await showEnd(task, text, ending.state);
}
