import { UserError, VendorError } from '../../../kernel/errors.ts';
import type { AbilityModel, AbilityWork, DrawInput, ImageInfo, Margins } from '../../../sdk/index.ts';
import type { ImageRequest, ImageSource } from '../request.ts';
import type { Needs } from '../settings.ts';
import { workOf } from './asked.ts';
import { loadSource } from './sources.ts';

/** What models are sent of an image: below what any of them refuses. */
const sent = { longestEdge: 2048, maxBytes: 8_000_000 };
/** Each side of an enlarged image, in pixels. */
const mostEdge = 2048;

/** Loads what a request begins from, and prepares it as its model wants it. */
export async function inputsFor(
  context: Needs<'db' | 'discord' | 'files' | 'images'>,
  request: ImageRequest,
  model: AbilityModel,
  signal: AbortSignal,
): Promise<AbilityWork['draw'] & { pricedAs?: string }> {
  const work = workOf(request);
  if (request.inputs.length === 0) return work;
  const files = await loadAll(context, request, signal);
  const [first] = files;
  if (!first) return work;
  if (request.mode === 'outpaint')
    return { ...work, ...(await outpainting(context, { request, model, first, signal })) };
  const inputs: DrawInput[] = files.map((bytes) => ({ bytes, role: 'image' }));
  if (request.mode !== 'inpaint' && request.mode !== 'erase') return { ...work, inputs };
  const { mask, transparentMask } = await context.images.cellMask(first, request.cells ?? [5], signal);
  const wanted = model.draws?.mask === 'white' ? mask : transparentMask;
  return { ...work, inputs: [...inputs, { bytes: wanted.bytes, role: 'mask' }] };
}

async function loadAll(
  context: Needs<'db' | 'discord' | 'files' | 'images'>,
  { inputs }: ImageRequest,
  signal: AbortSignal,
): Promise<Uint8Array[]> {
  const files: Uint8Array[] = [];
  for (const source of inputs) {
    files.push(await loadPrepared(context, source, signal));
  }
  return files;
}

/** As models take it. Everything foreign is decoded first, in a process of its own. */
export async function loadPrepared(
  context: Needs<'db' | 'discord' | 'files' | 'images'>,
  source: ImageSource,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const bytes = await loadSource(context, source, signal);
  try {
    return (await context.images.fit(bytes, sent, signal)).bytes;
  } catch (error) {
    throw readableError(error, source.kind === 'attachment' ? source.filename : '');
  }
}

const told: readonly string[] = ['media/no-image', 'media/unreadable', 'media/too-large', 'media/cannot-shrink'];

/** What is wrong with a member's file is for them to know. */
export function readableError(error: unknown, file: string): unknown {
  if (!(error instanceof VendorError) || !told.includes(error.code)) return error;
  return new UserError(error.code.replace('media/', 'file.'), error.message, { file });
}

async function outpainting(
  { images }: Needs<'images'>,
  {
    request,
    model,
    first,
    signal,
  }: { request: ImageRequest; model: AbilityModel; first: Uint8Array; signal: AbortSignal },
): Promise<Pick<AbilityWork['draw'], 'inputs' | 'margins'>> {
  const info = await images.inspect(first, signal);
  const factor = scaleFor(info, request);
  const size = { width: Math.round(info.width * factor), height: Math.round(info.height * factor) };
  const base =
    factor === 1
      ? { bytes: first }
      : await images.fit(first, { ...sent, longestEdge: Math.max(size.width, size.height) }, signal);
  const margins = marginsFor(size, request);
  if (model.draws?.outpaints !== 'mask') return { margins, inputs: [{ bytes: base.bytes, role: 'image' }] };
  const { image, mask, transparentMask } = await images.enlarge(base.bytes, margins, signal);
  const wanted = model.draws.mask === 'white' ? mask : transparentMask;
  return {
    margins,
    inputs: [
      { bytes: image.bytes, role: 'image' },
      { bytes: wanted.bytes, role: 'mask' },
    ],
  };
}

/** By how much the image is made smaller first, so that it is no larger than models take with what is added. */
export function scaleFor(
  { width, height }: Pick<ImageInfo, 'width' | 'height'>,
  request: Pick<ImageRequest, 'zoom' | 'pan'>,
): number {
  const added = marginsFor({ width, height }, request);
  const longest = Math.max(width + added.left + added.right, height + added.top + added.bottom);
  return Math.min(1, mostEdge / longest);
}

/** How much of an image's side a pan adds. */
const panShare = 0.5;

/** What is to be drawn around an image. */
export function marginsFor(
  { width, height }: { width: number; height: number },
  { zoom = 1.5, pan }: Pick<ImageRequest, 'zoom' | 'pan'>,
): Margins {
  const none = { left: 0, top: 0, right: 0, bottom: 0 };
  const across = Math.round(width * panShare);
  const down = Math.round(height * panShare);
  switch (pan) {
    case 'left':
      return { ...none, left: across };
    case 'right':
      return { ...none, right: across };
    case 'up':
      return { ...none, top: down };
    case 'down':
      return { ...none, bottom: down };
    case undefined: {
      const [x, y] = [Math.round(width * zoom) - width, Math.round(height * zoom) - height];
      const [left, top] = [Math.floor(x / 2), Math.floor(y / 2)];
      return { left, right: x - left, top, bottom: y - top };
    }
  }
}
