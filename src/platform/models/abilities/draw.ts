import { ProviderReport, translateModelError } from '../errors.ts';
import { recordOf, textOf } from '../failure.ts';
import { EventLines } from '../wire/event-lines.ts';
import { hideKey } from '../wire/guarded-fetch.ts';
import { readObject, send, unreadable } from './call.ts';
import type { Attempt } from './call.ts';
import { imageOf } from './image.ts';
import type { DrawEvent, DrawnImage, DrawWork, ImageQuality } from './port.ts';

/** Of one image in base64, above what any model makes. */
const MOST_IMAGE_BYTES = 24_000_000;
const MOST_BYTES = 128_000_000;

/** What a server said that it drew. */
interface Drawn {
  images: DrawnImage[];
  size?: string;
  quality?: ImageQuality;
}

/** `POST /images/generations`, and `/images/edits` with images to begin from. */
export async function* draw(attempt: Attempt, work: DrawWork, modelId: string): AsyncGenerator<DrawEvent, void> {
  const { count = 1, previews = 0 } = work;
  try {
    const response = await send(attempt, requestOf(attempt, work));
    const most = Math.min(MOST_BYTES, MOST_IMAGE_BYTES * (count + previews));
    const isStream = response.headers.get('content-type')?.includes('event-stream') ?? false;
    const drawn = isStream
      ? yield* readEvents(attempt, response, most)
      : readDrawn(attempt, await readObject(attempt, response, most));
    const { images, size, quality } = drawn;
    if (images.length === 0) throw unreadable(attempt.provider, 'no images');
    const [first] = images;
    const measured = first?.width === undefined ? undefined : `${first.width}x${first.height ?? 0}`;
    attempt.used({
      images: { count: images.length, ...sized(size ?? measured ?? work.size), ...rated(quality ?? work.quality) },
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
    const contentType = imageOf(bytes)?.contentType ?? 'image/png';
    const file = new Blob([new Uint8Array(bytes)], { type: contentType });
    body.append(role === 'mask' ? 'mask' : 'image[]', file, `${role}-${index}.${contentType.slice('image/'.length)}`);
  }
  return { path: '/images/edits', body };
}

function promptOf(kind: Attempt['kind'], { prompt, negativePrompt }: DrawWork): string {
  if (kind !== 'openai' || negativePrompt === undefined || negativePrompt.trim() === '') return prompt;
  return `${prompt}\n\nLeave out: ${negativePrompt}`;
}

const gptSizes = ['1024x1024', '1536x1024', '1024x1536'];
const PIXELS = 1024 * 1024;

/** The nearest size that the model takes: one of three, or about a million pixels in steps of 64. */
export function sizeFor(aspect: string, model: string): string {
  const ratio = ratioOf(aspect.replace(':', 'x'));
  if (isGptImage(model) && !/gpt-image-2/.test(model)) {
    const distance = (size: string): number => Math.abs(Math.log(ratioOf(size) / ratio));
    return gptSizes.reduce((best, size) => (distance(size) < distance(best) ? size : best));
  }
  const step = (pixels: number): number => Math.max(64, Math.round(pixels / 64) * 64);
  return `${step(Math.sqrt(PIXELS * ratio))}x${step(Math.sqrt(PIXELS / ratio))}`;
}

function ratioOf(size: string): number {
  const [width = 1, height = 1] = size.split('x').map(Number);
  return width / height;
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

function said({ size, quality }: Record<string, unknown>): Omit<Drawn, 'images'> {
  const isSize = typeof size === 'string' && /^\d{2,5}x\d{2,5}$/.test(size);
  const known = (['low', 'medium', 'high'] as const).find((one) => one === quality);
  return { ...(isSize && { size }), ...rated(known) };
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
