import type { ProviderConfig } from '../../../config/index.ts';
import { ProviderReport, translateModelError } from '../../errors.ts';
import { recordOf, textOf } from '../../failure.ts';
import { EventLines } from '../../wire/event-lines.ts';
import { hideKey } from '../../wire/guarded-fetch.ts';
import { readObject, send, unreadable } from '../call.ts';
import type { Attempt } from '../call.ts';
import { MOST_BYTES, MOST_IMAGE_BYTES } from './ask.ts';
import { imageOf } from '../image.ts';
import type { AbilityUsage, DrawAbilities, DrawEvent, DrawnImage, DrawWork, ImageQuality } from '../port.ts';
import { fileOf, fullPrompt, sizeNear } from './work.ts';
import type { DrawWire } from './wire.ts';

/** What a server said that it drew. */
interface Drawn {
  images: DrawnImage[];
  size?: string;
  quality?: ImageQuality;
  tokens?: Pick<AbilityUsage, 'tokens' | 'outputTokens'>;
}

/** `POST /images/generations`, and `/images/edits` with images to begin from. */
async function* draw(attempt: Attempt, work: DrawWork, modelId: string): AsyncGenerator<DrawEvent, void> {
  const { count = 1, previews = 0 } = work;
  try {
    const response = await send(attempt, requestOf(attempt, work));
    const most = Math.min(MOST_BYTES, MOST_IMAGE_BYTES * (count + previews));
    const isStream = response.headers.get('content-type')?.includes('event-stream') ?? false;
    const drawn = isStream
      ? yield* readEvents(attempt, response, most)
      : readDrawn(attempt, await readObject(attempt, response, most));
    const { images, size, quality, tokens } = drawn;
    if (images.length === 0) throw unreadable(attempt.provider, 'no images');
    const [first] = images;
    const measured = first?.width === undefined ? undefined : `${first.width}x${first.height ?? 0}`;
    attempt.used({
      images: { count: images.length, ...sized(size ?? measured ?? work.size), ...rated(quality ?? work.quality) },
      ...tokens,
      estimated: false,
    });
    yield { type: 'finish', outcome: images.length < count ? 'partial' : 'done', images, modelId };
  } catch (error) {
    const { provider, clock } = attempt;
    if (translateModelError(provider, error, clock.now()).code !== 'model/refused') throw error;
    attempt.used({ estimated: false });
    yield { type: 'finish', outcome: 'refused', images: [], modelId };
  }
}

const sized = (size: string | undefined) => (size === undefined ? {} : { size });
const rated = (quality: ImageQuality | undefined) => (quality === undefined ? {} : { quality });

/** OpenAI's own family: it has qualities and previews, and always answers with the images themselves. */
const isGptImage = (model: string): boolean => /gpt-image|chatgpt-image/.test(model);

function requestOf(
  { model, kind }: Attempt,
  work: DrawWork,
): { path: string; body: FormData | Record<string, unknown> } {
  const { inputs = [], count = 1, previews = 0, options = {} } = work;
  const own = isGptImage(model);
  const fields: Record<string, unknown> = {
    ...{ model, prompt: promptOf(kind, work), n: count },
    ...sized(work.size ?? (work.aspect === undefined ? undefined : sizeFor(work.aspect, model))),
    ...(own ? rated(work.quality) : { response_format: 'b64_json' }),
    ...(own && previews > 0 && { stream: true, partial_images: previews }),
    // Servers of one's own know these; OpenAI refuses what it doesn't know.
    ...(kind === 'compatible' && work.negativePrompt !== undefined && { negative_prompt: work.negativePrompt }),
    ...(kind === 'compatible' && work.seed !== undefined && { seed: work.seed }),
    ...options,
  };
  if (inputs.length === 0) return { path: '/images/generations', body: fields };
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    body.set(name, typeof value === 'string' ? value : JSON.stringify(value));
  }
  for (const [index, { bytes, role }] of inputs.entries()) {
    body.append(role === 'mask' ? 'mask' : 'image[]', ...fileOf(bytes, `${role}-${index}`));
  }
  return { path: '/images/edits', body };
}

/** What images begin from is told in words where the mode is one that this API doesn't have. */
function promptOf(kind: Attempt['kind'], work: DrawWork): string {
  const prompt = work.prompt.trim() === '' ? (withoutWords[work.mode ?? 'edit'] ?? '') : work.prompt;
  return kind === 'openai' ? fullPrompt({ ...work, prompt }) : prompt;
}

const withoutWords: Readonly<Partial<Record<NonNullable<DrawWork['mode']>, string>>> = {
  vary: 'Make another version of this image: the same subject and style, with other details.',
  outpaint: 'Continue the image naturally beyond its edges.',
};

const gptSizes = ['1024x1024', '1536x1024', '1024x1536'];

/** The nearest size that the model takes: one of three, or about a million pixels in steps of 64. */
function sizeFor(aspect: string, model: string): string {
  return sizeNear(aspect, isGptImage(model) && !/gpt-image-2/.test(model) ? gptSizes : undefined);
}

async function* readEvents(attempt: Attempt, response: Response, most: number): AsyncGenerator<DrawEvent, Drawn> {
  const drawn: Drawn = { images: [] };
  let index = 0;
  for await (const event of framesOf(attempt, response, most)) {
    const type = textOf(event['type']);
    if (type.endsWith('.partial_image')) {
      yield { type: 'preview', image: readImage(attempt, event), index };
      index += 1;
    } else if (type.endsWith('.completed')) {
      drawn.images.push(readImage(attempt, event));
      Object.assign(drawn, said(event));
    } else if (event['error'] || type === 'error') {
      const body = hideKey(JSON.stringify(event).slice(0, 64_000), attempt.apiKey);
      throw new ProviderReport({ body, turnedAway: index === 0 && drawn.images.length === 0 });
    }
  }
  return drawn;
}

/** The events of a stream. An image takes one long line. */
async function* framesOf(
  { provider, signal }: Attempt,
  response: Response,
  most: number,
): AsyncGenerator<Record<string, unknown>> {
  const body: ReadableStream<Uint8Array> | null = response.body;
  const lines = new EventLines(MOST_IMAGE_BYTES);
  const decoder = new TextDecoder();
  let bytes = 0;
  for await (const piece of body ?? []) {
    signal.throwIfAborted();
    bytes += piece.length;
    if (bytes > most) throw unreadable(provider, `more than ${Math.round(most / 1e6)} MB`);
    yield* recordsIn(lines.push(decoder.decode(piece, { stream: true })));
  }
  yield* recordsIn(lines.end());
}

function recordsIn(frames: ReturnType<EventLines['push']>): Record<string, unknown>[] {
  return frames
    .map((frame) => (frame.kind === 'json' ? recordOf(frame.value) : undefined))
    .filter((value) => value !== undefined);
}

function readDrawn(attempt: Attempt, answer: Record<string, unknown>): Drawn {
  const data = Array.isArray(answer['data']) ? (answer['data'] as unknown[]) : [];
  return { images: data.map((entry) => readImage(attempt, recordOf(entry) ?? {})), ...said(answer) };
}

function said({ size, quality, usage }: Record<string, unknown>): Omit<Drawn, 'images'> {
  const isSize = typeof size === 'string' && /^\d{2,5}x\d{2,5}$/.test(size);
  const known = (['low', 'medium', 'high'] as const).find((one) => one === quality);
  const { input_tokens: tokens, output_tokens: outputTokens } = recordOf(usage) ?? {};
  const counted = typeof tokens === 'number' && typeof outputTokens === 'number';
  return { ...(isSize && { size }), ...rated(known), ...(counted && { tokens: { tokens, outputTokens } }) };
}

/** Addresses are not followed: a server that can send the image itself was asked to. */
function readImage({ provider }: Attempt, entry: Record<string, unknown>): DrawnImage {
  const { b64_json: data, revised_prompt: revisedPrompt, seed } = entry;
  const bytes = typeof data === 'string' ? Buffer.from(data, 'base64') : undefined;
  const facts = bytes && imageOf(bytes);
  if (!bytes || !facts) throw unreadable(provider, 'something that is no image');
  return {
    ...{ bytes, ...facts },
    ...(typeof seed === 'number' && { seed }),
    ...(typeof revisedPrompt === 'string' && revisedPrompt !== '' && { revisedPrompt }),
  };
}

const gpt: DrawAbilities = {
  modes: ['generate', 'edit', 'vary', 'inpaint', 'outpaint'],
  ...{ mostImages: 10, mostInputs: 16, promptCharacters: 32_000, previews: 3 },
  ...{ seed: false, negativePrompt: false, strength: false, styles: [] },
  ...{ outpaints: 'mask', mask: 'transparent' },
};
const dallE = { ...gpt, previews: 0, mostInputs: 1 };

/** Of OpenAI's own models what its reference says (openai-node, August 2026); other servers may know more than they do. */
function describe(model: string, { type }: ProviderConfig): DrawAbilities {
  if (isGptImage(model)) return /gpt-image-2/.test(model) ? gpt : { ...gpt, sizes: gptSizes };
  if (/dall-e-3/.test(model)) {
    const sizes = ['1024x1024', '1792x1024', '1024x1792'];
    return { ...dallE, modes: ['generate'], sizes, mostImages: 1, promptCharacters: 4000 };
  }
  if (/dall-e-2/.test(model)) return { ...dallE, sizes: ['256x256', '512x512', '1024x1024'], promptCharacters: 1000 };
  const own = type !== 'openai';
  return { ...gpt, previews: 0, seed: own, negativePrompt: own };
}

/** OpenAI and servers with the same API. */
export const openai: DrawWire = { draw, describe };
