import { UserError } from '../../../kernel/errors.ts';
import type { Call, DrawMode } from '../../../sdk/index.ts';
import { modelForMode } from '../models.ts';
import type { NewImageRequest } from '../request.ts';
import type { ImageContext } from '../settings.ts';
import { submitImages } from '../submit.ts';
import type { Submitted } from '../submission.ts';
import type { Reached } from './reach.ts';

type Change = Partial<Omit<NewImageRequest, 'inputs' | 'mode'>> & { mode: DrawMode };

/**
 * Asks for another image made of one that is there. The member who presses pays. `model`: by name, where it is not the setting's.
 */
export async function deriveImage(
  context: ImageContext,
  call: Call,
  { result, request }: Reached,
  { mode, ...change }: Change,
): Promise<Submitted> {
  const settings = await context.settings.at({
    guildId: call.guildId,
    channelId: call.channelId,
    userId: call.caller.userId,
  });
  const model = modelForMode(context, settings, mode);
  const { draws } = model;
  const { strength, factor, ...others } = change;
  return submitCall(context, call, model, {
    ...{ mode, prompt: request.prompt, inputs: [{ kind: 'result', id: result.id }] },
    ...{ private: request.private, seconds: settings.seconds },
    ...others,
    // What the model has no use for is left to it.
    ...(draws?.strength !== false && strength !== undefined && { strength }),
    ...(factor !== undefined && { factor: draws?.upscales?.includes(factor) === false ? draws.upscales[0] : factor }),
    ...(mode === 'vary' && { seed: newSeed(context) }),
  });
}

/** The same once more, with another seed. */
export async function repeatImage(
  context: ImageContext,
  call: Call,
  { row, request }: Omit<Reached, 'result'>,
): Promise<Submitted> {
  const model = context.models.abilities.find('draw', row.model_id);
  if (!model) throw new UserError('unknown-model', 'the model is gone', { name: row.model_id });
  const { batch: _batch, ...asked } = request;
  return submitCall(context, call, model, { ...asked, seed: newSeed(context) });
}

/** Every model takes 31 bits. */
const newSeed = ({ random }: Pick<ImageContext, 'random'>): number => Math.floor(random.next() * 2 ** 31);

function submitCall(
  context: ImageContext,
  { caller, guildId, channelId, calledId }: Call,
  model: Parameters<typeof submitImages>[1]['model'],
  request: NewImageRequest,
): Promise<Submitted> {
  const place = { guildId, channelId };
  return submitImages(context, { cameAs: calledId, caller, place, messageId: null, model, request });
}
