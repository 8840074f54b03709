import { textOf } from '../../failure.ts';
import { lingering, unreadable } from '../call.ts';
import type { Attempt } from '../call.ts';
import type { DrawAbilities, DrawEvent, DrawWork } from '../port.ts';
import { askFields, MOST_BYTES, numberOf } from './ask.ts';
import type { Asked, Authorize } from './ask.ts';
import { describeDrawing } from './describe.ts';
import { fetchImages } from './fetched.ts';
import { addressesIn, inputOf, namesOf } from './fields.ts';
import type { FieldNames } from './fields.ts';
import { paceOf, poll } from './poll.ts';
import { plain } from './replicate-models.ts';
import type { KnownPainter } from './replicate-models.ts';
import { oneByOne, together } from './together.ts';
import type { Drawn } from './together.ts';
import type { DrawWire } from './wire.ts';
import { dataUrlOf, imagesOf, maskOf, pixelsOf } from './work.ts';

const PACE = { firstMs: 500, mostMs: 5000 };

const authorize: Authorize = (apiKey) => ({ authorization: `Key ${apiKey}` });

const fluxFields: FieldNames = { prompt: 'prompt', size: 'image_size', count: 'num_images', seed: 'seed' };
const bananaFields: FieldNames = { prompt: 'prompt', aspect: 'aspect_ratio', count: 'num_images' };
const banana: DrawAbilities = {
  ...plain,
  ...{ seed: false, sizes: [], aspects: ['1:1', '2:3', '3:2', '3:4', '4:3', '4:5', '5:4', '9:16', '16:9', '21:9'] },
};

const known: Readonly<Record<string, KnownPainter>> = {
  'fal-ai/flux/schnell': { draws: plain, fields: fluxFields },
  'fal-ai/flux/dev': { draws: plain, fields: fluxFields },
  'fal-ai/flux/dev/image-to-image': {
    draws: { ...plain, modes: ['vary', 'edit'], mostInputs: 1, strength: true },
    fields: { ...fluxFields, image: 'image_url', strength: 'strength' },
  },
  'fal-ai/nano-banana': { draws: banana, fields: bananaFields },
  'fal-ai/nano-banana/edit': {
    draws: { ...banana, modes: ['edit', 'vary'], mostInputs: 10 },
    fields: { ...bananaFields, images: 'image_urls' },
  },
  'fal-ai/flux-pro/v1/fill': {
    draws: { ...plain, modes: ['inpaint', 'outpaint'], mostInputs: 1, outpaints: 'mask', mask: 'white' },
    fields: { prompt: 'prompt', image: 'image_url', mask: 'mask_url', seed: 'seed', count: 'num_images' },
  },
  'fal-ai/esrgan': {
    draws: { ...plain, modes: ['upscale'], seed: false, mostImages: 1, mostInputs: 1, upscales: [2, 4] },
    fields: { image: 'image_url', factor: 'scale' },
  },
};

/** Names that most models use. A model that has others is described in the settings. */
const generic: KnownPainter = {
  draws: {
    ...plain,
    modes: ['generate', 'edit', 'vary', 'inpaint', 'outpaint', 'erase', 'remove-background', 'upscale'],
    ...{ mostInputs: 1, negativePrompt: true, strength: true, outpaints: 'mask', mask: 'white' },
  },
  fields: {
    ...{ prompt: 'prompt', negativePrompt: 'negative_prompt', image: 'image_url', mask: 'mask_url', seed: 'seed' },
    ...{ size: 'image_size', aspect: 'aspect_ratio', strength: 'strength', factor: 'scale' },
  },
};

const painterOf = (model: string): KnownPainter => known[model] ?? generic;

async function* draw(attempt: Attempt, work: DrawWork, modelId: string): AsyncGenerator<DrawEvent, void> {
  const names = namesOf(painterOf(attempt.model).fields, attempt.model, attempt.config);
  const requests =
    names.count === undefined ? oneByOne(work, (one) => request(attempt, one)) : [() => request(attempt, work)];
  yield* together(attempt, { modelId, work }, requests);
}

/** The first two parts of a name are the application; the rest is one of its paths. */
const applicationOf = (model: string): string => model.split('/').slice(0, 2).join('/');

async function request(attempt: Attempt, work: DrawWork): Promise<Drawn> {
  const { model } = attempt;
  const fieldsAt = async (asked: Asked) => (await askFields(attempt, { ...asked, authorize, most: MOST_BYTES })).fields;
  const pathOf = (id: string): string => `/${applicationOf(model)}/requests/${encodeURIComponent(id)}`;
  const begun = begin(attempt, work);
  attempt.onLeave(async (signal) => {
    const id = await begun;
    const state = textOf((await fieldsAt({ path: `${pathOf(id)}/status`, signal }))['status']);
    await fieldsAt({ method: 'PUT', path: `${pathOf(id)}/cancel`, signal });
    return state === 'IN_QUEUE' ? 0 : (work.count ?? 1);
  });
  const id = await begun;
  const look = async (): Promise<true | undefined> => {
    const { status } = await fieldsAt({ path: `${pathOf(id)}/status` });
    return status === 'COMPLETED' ? true : undefined;
  };
  await poll(attempt, { ...paceOf(work, id, PACE), look });
  return read(attempt, await fieldsAt({ path: pathOf(id) }));
}

async function begin(attempt: Attempt, work: DrawWork): Promise<string> {
  const { model, config, provider } = attempt;
  const names = namesOf(painterOf(model).fields, model, config);
  const draws = describeDrawing(model, config, describe);
  const mask = maskOf(work);
  const images = { images: imagesOf(work).map(dataUrlOf), ...(mask && { mask: dataUrlOf(mask) }) };
  const body = inputOf(work, names, draws, images);
  const pixels = pixelsOf(work);
  if (names.size !== undefined && pixels) {
    body[names.size] = pixels;
    if (names.aspect !== undefined) Reflect.deleteProperty(body, names.aspect);
  }
  const webhook = work.webhook ? `?fal_webhook=${encodeURIComponent(work.webhook.url)}` : '';
  const asked = { method: 'POST', path: `/${model}${webhook}`, body, authorize, signal: lingering(attempt) };
  const { request_id: id } = (await askFields(attempt, asked)).fields;
  if (typeof id !== 'string') throw unreadable(provider, 'something that is no result');
  return id;
}

async function read(attempt: Attempt, result: Record<string, unknown>): Promise<Drawn> {
  const seed = numberOf(result['seed']);
  const addresses = addressesIn(result);
  const images = await fetchImages(attempt, addresses, authorize, seed === undefined ? {} : { seed });
  // Images that its check objects to come out black.
  const { has_nsfw_concepts: hidden } = result;
  const isHidden = Array.isArray(hidden) && hidden.length > 0 && hidden.every((one) => one === true);
  return { images, charged: addresses.length, ...(isHidden && { outcome: 'blurred' }) };
}

const describe: DrawWire['describe'] = (model) => painterOf(model).draws;

/** fal's queue: any model by its name, such as `fal-ai/flux/dev`. */
export const fal: DrawWire = { draw, describe, names: () => Object.keys(known), hasMore: true };
