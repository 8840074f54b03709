import { UserError } from '../../kernel/errors.ts';
import { uuidFromName } from '../../kernel/ids.ts';
import type { AbilityModel, Quote } from '../../sdk/index.ts';
import { imageRequest, paidAs, parentsOf } from './request.ts';
import type { ImageRequest } from './request.ts';
import { keepDraft } from './drafts.ts';
import { withOwnStyle } from './gallery/styles.ts';
import { checkAge } from './guard/age.ts';
import { offerFreeLane } from './guard/free-lane.ts';
import { checkPrompt } from './guard/moderation.ts';
import { isOfSpoiler, isSpoiler } from './guard/spoiler.ts';
import { checkShape } from './intake/shape.ts';
import type { ImageContext, Needs } from './settings.ts';
import { insertRequest } from './store.ts';
import type { Submission, Submitted } from './submission.ts';
import { workOf } from './work/asked.ts';

/** What is asked for under the same name is the same request. */
export const requestIdOf = (cameAs: string): string => uuidFromName(`images/request/${cameAs}`);

/**
 * The one way to an image, for prefixes, commands, buttons and tools alike: checks it, and stores it with its place in line,
 * paid for in advance in one transaction. Throws a UserError, and leaves no trace, when it may not be drawn or cannot be paid.
 */
export async function submitImages(context: ImageContext, submission: Submission): Promise<Submitted> {
  const { caller, place, model, isConfirmed = false } = submission;
  const asked = await withOwnStyle(context, caller, imageRequest.parse(submission.request));
  const settings = await context.settings.at({ ...place, userId: caller.userId });
  if (!settings.enabled) throw new UserError('off', 'images are off here');
  const isLogged = settings.promptLog && !asked.private;
  await checkPrompt(context, { place, settings, userId: caller.userId, request: asked, isLogged }, submission.cameAs);
  const isAdult = await checkAge(context, { place, settings, modelId: model.id, request: asked });
  const spoiler =
    asked.spoiler || (await isOfSpoiler(context, asked.inputs)) || (await isSpoiler(context, settings, submission));
  // A request that is made of another has lost no image yet.
  const request = { ...asked, spoiler, withheldFor: [] };
  const { amounts } = await quoteFor(context, request, model);
  const { confirmAboveUsd } = settings;
  if (!isConfirmed && confirmAboveUsd !== null && (amounts?.micros ?? 0) > confirmAboveUsd * 1_000_000) {
    return { status: 'dear', draftId: await keepDraft(context, submission), micros: amounts?.micros ?? 0 };
  }
  try {
    const begun = await begin(context, submission, { request, amounts, isAdult, isLogged });
    if (begun.status === 'begun') context.checkpoint('admitted');
    return begun;
  } catch (error) {
    const offer = await offerFreeLane(context, { submission, settings, error });
    if (!offer) throw error;
    return offer;
  }
}

interface Checked {
  request: ImageRequest;
  amounts: Quote['amounts'];
  isAdult: boolean;
  /** Whether the place keeps a log of prompts. */
  isLogged: boolean;
}

/** The request, what it may cost and its job, in one transaction. */
function begin(
  context: ImageContext,
  { cameAs, caller, place, messageId, model, isUnhurried = false }: Submission,
  { request, amounts, isAdult, isLogged }: Checked,
): Promise<Submitted> {
  const id = requestIdOf(cameAs);
  const jobId = context.ids.uuid();
  const { guildId, channelId } = place;
  return context.transaction(async (tx): Promise<Submitted> => {
    const row = {
      id,
      ...{ guild_id: guildId, channel_id: channelId, author_id: caller.userId, message_id: messageId, job_id: jobId },
      ...{ mode: request.mode, model_id: model.id, is_adult: isAdult, is_logged: isLogged },
      ciphertext: await context.vault.encrypt(tx, caller.userId, id, JSON.stringify(request)),
      asked_at: new Date(context.clock.now()),
    };
    if (!(await insertRequest(tx, row, parentsOf(request)))) return { status: 'before' };
    await context.spending.admit(tx, {
      ...{ request: paidAs(id), caller, place, amounts, ability: model },
      action: { kind: 'feature', feature: 'images' },
    });
    const queued = await context.jobs.enqueue(tx, {
      ...{ id: jobId, name: 'draw', queue: 'images', key: paidAs(id), payload: { requestId: id } },
      userId: caller.userId,
      ...(guildId !== null && { guildId }),
      ...(isUnhurried && { priority: -1 }),
    });
    if (queued.status === 'full') throw new UserError(`full.${queued.scope}`, 'too much waits', { most: queued.limit });
    return queued.status === 'queued'
      ? { status: 'begun', id, ahead: queued.ahead, isPrivate: request.private }
      : { status: 'before' };
  });
}

/** What a request can cost at most. Throws a UserError when nobody can draw it, or the model cannot. */
export async function quoteFor(
  { generate }: Needs<'generate'>,
  request: ImageRequest,
  model: AbilityModel,
): Promise<Quote> {
  checkShape(request);
  return generate.quote('draw', { ...workOf(request), model, inputCount: request.inputs.length });
}
