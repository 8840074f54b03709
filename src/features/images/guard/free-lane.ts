import { UserError } from '../../../kernel/errors.ts';
import type { AbilityModel, OutgoingMessage, Translate } from '../../../sdk/index.ts';
import { keepDraft } from '../drafts.ts';
import { allowedModels } from '../models.ts';
import { imageRequest } from '../request.ts';
import type { ImageRequest } from '../request.ts';
import type { ImageContext, ImageSettings } from '../settings.ts';
import type { Submission, Submitted } from '../submission.ts';
import { button, rows } from '../view/buttons.ts';
import { shortModel } from '../view/caption.ts';
import { workOf } from '../work/asked.ts';
import { isAdultModel } from './adult-models.ts';

/** What ran out is money, which a model that costs none doesn't need. */
const isAboutMoney = ({ code }: UserError): boolean => /^refused\.(own\.micros|personal|pool\.\w+)$/.test(code);

/**
 * What is offered to a member whose money doesn't cover a request: the same by a model that costs nothing, after everything
 * that pays. Undefined where there is none, or something else was refused.
 */
export async function offerFreeLane(
  context: ImageContext,
  { submission, settings, error }: { submission: Submission; settings: ImageSettings; error: unknown },
): Promise<Extract<Submitted, { status: 'free' }> | undefined> {
  if (!(error instanceof UserError) || !isAboutMoney(error) || submission.isUnhurried) return undefined;
  // A prefix has a price and options of its own model.
  const { prefix: _prefix, ...asked } = imageRequest.parse(submission.request);
  const request = { ...asked, options: {} };
  const model = await freeModelFor(context, { submission, settings, request });
  if (!model) return undefined;
  const draftId = await keepDraft(context, { ...submission, model, request });
  return { status: 'free', draftId, modelId: model.id, refusal: context.explain(error) };
}

async function freeModelFor(
  context: ImageContext,
  { submission, settings, request }: { submission: Submission; settings: ImageSettings; request: ImageRequest },
): Promise<AbilityModel | undefined> {
  const others = allowedModels(context, submission, request.mode).filter(
    ({ id, demo }) =>
      id !== submission.model.id && !isAdultModel(settings, id) && (!demo || context.settings.instance.demo),
  );
  for (const model of others) {
    try {
      const work = { ...workOf(request), model, inputCount: request.inputs.length };
      const { amounts } = await context.generate.quote('draw', work);
      if (amounts && (amounts.micros ?? 0) === 0) return model;
    } catch (error) {
      // It can't do this.
      if (!(error instanceof UserError)) throw error;
    }
  }
  return undefined;
}

/** Says what ran out, with a button that has it drawn for free. */
export const freeQuestion = (
  { draftId, modelId, refusal }: { draftId: string; modelId: string; refusal: string },
  t: Translate,
): OutgoingMessage => ({
  content: `${refusal}\n${t('free')}`,
  components: rows([
    {
      ...button('free', draftId, t, { emoji: '🐢' }),
      label: t('buttons.free', { model: shortModel(modelId).slice(0, 40) }),
    },
  ]),
});
