import { ProviderReport } from '../../errors.ts';
import { parseJson, recordOf, textOf } from '../../failure.ts';
import { readBytes, readFields, unreadable } from '../call.ts';
import type { Attempt } from '../call.ts';
import type { DrawAbilities, DrawEvent, DrawMode, DrawWork } from '../port.ts';
import { ask, imageFrom, MOST_IMAGE_BYTES, numberOf } from './ask.ts';
import { poll } from './poll.ts';
import { oneByOne, together } from './together.ts';
import type { Drawn } from './together.ts';
import type { DrawWire } from './wire.ts';
import { aspectNear, fileOf, imagesOf, maskOf } from './work.ts';

/** It asks to be asked every ten seconds. */
const POLL_MS = 10_000;
/** An image to begin from needs one. */
const USUAL_STRENGTH = 0.6;

const aspects = ['16:9', '1:1', '21:9', '2:3', '3:2', '4:5', '5:4', '9:16', '9:21'];
const styles = [
  ...['3d-model', 'analog-film', 'anime', 'cinematic', 'comic-book', 'digital-art', 'enhance', 'fantasy-art'],
  ...['isometric', 'line-art', 'low-poly', 'modeling-compound', 'neon-punk', 'origami', 'photographic', 'pixel-art'],
  'tile-texture',
];

const base: DrawAbilities = {
  modes: ['generate'],
  ...{ sizes: [], aspects: [], mostImages: 4, mostInputs: 1, mostInputPixels: 9_437_184, promptCharacters: 10_000 },
  ...{ seed: true, negativePrompt: true, strength: false, styles: [], previews: 0 },
};

interface Endpoint {
  path: string;
  draws: DrawAbilities;
  /** Answers with an id, under which the result is later. */
  later?: boolean;
}

const editor = (path: string, mode: DrawMode, more: Partial<DrawAbilities> = {}): Endpoint => ({
  path: `/v2beta/stable-image/edit/${path}`,
  draws: { ...base, modes: [mode], ...more },
});
const upscaler = (path: string, more: Partial<DrawAbilities> = {}): Endpoint => ({
  path: `/v2beta/stable-image/upscale/${path}`,
  draws: { ...base, modes: ['upscale'], mostImages: 1, ...more },
});
const sd3: Endpoint = {
  path: '/v2beta/stable-image/generate/sd3',
  draws: { ...base, modes: ['generate', 'vary', 'edit'], aspects, strength: true, styles },
};

/** Each of its services is a model of its own here, since each has its price. By its API of September 2026. */
const endpoints: Readonly<Record<string, Endpoint>> = {
  core: {
    path: '/v2beta/stable-image/generate/core',
    draws: { ...base, aspects, mostInputs: 0, styles },
  },
  ultra: {
    path: '/v2beta/stable-image/generate/ultra',
    draws: { ...base, modes: ['generate', 'vary', 'edit'], aspects, strength: true, styles },
  },
  ...{ 'sd3.5-large': sd3, 'sd3.5-large-turbo': sd3, 'sd3.5-medium': sd3, 'sd3.5-flash': sd3 },
  erase: editor('erase', 'erase', { mask: 'white', negativePrompt: false }),
  inpaint: editor('inpaint', 'inpaint', { mask: 'white', styles }),
  outpaint: editor('outpaint', 'outpaint', { outpaints: 'margins', negativePrompt: false, styles }),
  'search-and-replace': editor('search-and-replace', 'replace', { styles }),
  'remove-background': editor('remove-background', 'remove-background', {
    ...{ seed: false, negativePrompt: false, mostInputPixels: 4_194_304 },
  }),
  'upscale-fast': upscaler('fast', { upscales: [4], seed: false, negativePrompt: false, mostInputPixels: 1_048_576 }),
  'upscale-conservative': upscaler('conservative'),
  'upscale-creative': { ...upscaler('creative', { styles, mostInputPixels: 1_048_576 }), later: true },
};

const endpointOf = (model: string): Endpoint => endpoints[model] ?? sd3;

async function* draw(attempt: Attempt, work: DrawWork, modelId: string): AsyncGenerator<DrawEvent, void> {
  yield* together(
    attempt,
    { modelId, work },
    oneByOne(work, (one) => drawOne(attempt, one)),
  );
}

async function drawOne(attempt: Attempt, work: DrawWork): Promise<Drawn> {
  const endpoint = endpointOf(attempt.model);
  try {
    const headers = { accept: endpoint.later ? 'application/json' : 'image/*' };
    const asked = { method: 'POST', path: endpoint.path, headers, body: formOf(attempt, endpoint, work) };
    const response = await ask(attempt, asked);
    return await (endpoint.later ? waitFor(attempt, response) : read(attempt, response));
  } catch (error) {
    if (isRefusal(error)) return { images: [], outcome: 'refused' };
    throw error;
  }
}

/** Of people in public life, and of prompts that aren't English: it says so with 422. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof ProviderReport)) return false;
  const name = textOf(recordOf(parseJson(error.responseBody))?.['name']);
  return /^(content_moderation|public_figure|invalid_language)$/.test(name);
}

function formOf({ model }: Attempt, { path, draws }: Endpoint, work: DrawWork): FormData {
  const [image] = imagesOf(work);
  const mask = maskOf(work);
  const prompt = work.prompt.trim() === '' && !path.includes('/edit/') ? 'high quality' : work.prompt;
  const isSd3 = path.endsWith('/sd3');
  const fromImage = image !== undefined && path.includes('/generate/');
  const fields: Record<string, unknown> = {
    ...(draws.modes[0] !== 'remove-background' && prompt.trim() !== '' && { prompt }),
    ...(draws.negativePrompt && { negative_prompt: work.negativePrompt }),
    ...(draws.seed && { seed: work.seed }),
    ...(draws.styles.length > 0 && { style_preset: work.style }),
    ...(isSd3 && { model, mode: fromImage ? 'image-to-image' : 'text-to-image' }),
    ...(fromImage ? { strength: work.strength ?? USUAL_STRENGTH } : { aspect_ratio: aspectOf(work, draws) }),
    ...(draws.outpaints === 'margins' && marginsOf(work)),
    ...(work.find !== undefined && { search_prompt: work.find }),
    ...{ output_format: 'png', ...work.options },
  };
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    form.set(name, typeof value === 'string' ? value : JSON.stringify(value));
  }
  if (image) form.set('image', ...fileOf(image, 'image'));
  if (mask) form.set('mask', ...fileOf(mask, 'mask'));
  return form;
}

const aspectOf = (work: DrawWork, draws: DrawAbilities): string | undefined => aspectNear(work, draws.aspects);

function marginsOf({ margins }: DrawWork): Record<string, number> {
  const { left = 0, right = 0, top: up = 0, bottom: down = 0 } = margins ?? {};
  return { left, right, up, down };
}

async function waitFor(attempt: Attempt, response: Response): Promise<Drawn> {
  const { id } = await readFields(attempt, response, 100_000);
  if (typeof id !== 'string') throw unreadable(attempt.provider, 'something that is no result');
  const path = `/v2beta/results/${encodeURIComponent(id)}`;
  const look = async (): Promise<Drawn | undefined> => {
    const found = await ask(attempt, { path, headers: { accept: 'image/*' } });
    if (found.status !== 202) return read(attempt, found);
    await found.body?.cancel();
    return undefined;
  };
  return poll(attempt, { firstMs: POLL_MS, mostMs: POLL_MS, look });
}

async function read(attempt: Attempt, response: Response): Promise<Drawn> {
  const seed = numberOf(response.headers.get('seed'));
  const bytes = await readBytes(attempt, response, MOST_IMAGE_BYTES);
  const image = imageFrom(attempt, bytes, seed === undefined ? {} : { seed });
  const isHidden = response.headers.get('finish-reason') === 'CONTENT_FILTERED';
  return { images: [image], ...(isHidden && { outcome: 'blurred' }) };
}

/** Stability AI's v2beta. */
export const stability: DrawWire = {
  draw,
  describe: (model) => endpointOf(model).draws,
  names: () => Object.keys(endpoints),
};
