import sharp from 'sharp';
import { tooLarge } from '../failure.ts';
import type { Canvas, Frame } from '../gif/encode-gif.ts';
import { checkFrames } from '../inspect.ts';
import { decodable, sourceOf } from '../source.ts';
import type { Source } from '../source.ts';
import { MOST_PIXELS } from '../../limits.ts';

/** Around images of other shapes: the colour of Discord's embeds. */
const BACKGROUND = '#2b2d31';
/** Of the pixels of all frames together: they stay in memory for every try. */
const MOST_FRAME_BYTES = 150_000_000;
/** Frames of an animated image are decoded together, so that it is read once. */
const MOST_DECODED_PIXELS = 24_000_000;
/** Browsers show faster ones at this pace. */
const LEAST_DELAY_MS = 20;
const USUAL_DELAY_MS = 100;

export interface CanvasOptions {
  longestEdge: number;
  frames: number;
}

/** The smallest canvas that holds all sizes, within the longest edge and what memory holds. */
export function canvasFor(sizes: readonly Canvas[], { longestEdge, frames }: CanvasOptions): Canvas {
  const width = Math.max(...sizes.map((size) => size.width));
  const height = Math.max(...sizes.map((size) => size.height));
  const memory = Math.sqrt(MOST_FRAME_BYTES / (Math.max(1, frames) * width * height * 4));
  const share = Math.min(1, longestEdge / Math.max(width, height), memory);
  return { width: Math.max(1, Math.floor(width * share)), height: Math.max(1, Math.floor(height * share)) };
}

/** The frames of an image on the canvas, centred: the first, or all of them. */
export async function framesOn(source: Source, canvas: Canvas, isAnimated: boolean, delayMs: number): Promise<Frame[]> {
  const count = isAnimated ? source.frames : 1;
  checkFrames({ frames: count });
  const each = Math.max(1, Math.floor(MOST_DECODED_PIXELS / (source.width * source.height)));
  const frames: Frame[] = [];
  for (let page = 0; page < count; page += each) {
    const pages = Math.min(each, count - page);
    const roll = await rollOf(source, canvas, { page, pages });
    for (let index = 0; index < pages; index++) {
      const stored = source.metadata.delay?.[page + index];
      const own = stored === undefined || stored < LEAST_DELAY_MS ? USUAL_DELAY_MS : stored;
      const bytes = canvas.width * canvas.height * 4;
      frames.push({
        pixels: Uint8Array.prototype.slice.call(roll, index * bytes, (index + 1) * bytes),
        delayMs: count > 1 ? own : delayMs,
      });
    }
  }
  return frames;
}

async function rollOf(
  { file }: Source,
  { width, height }: Canvas,
  range: { page: number; pages: number },
): Promise<Buffer> {
  const input = { limitInputPixels: MOST_PIXELS, failOn: 'error', ...range } as const;
  const image =
    range.pages > 1
      ? sharp(decodable(file), input)
      : sharp(decodable(file), { ...input, sequentialRead: true }).autoOrient();
  const { data } = await image
    .toColourspace('srgb')
    .resize(width, height, { fit: 'contain', background: BACKGROUND, withoutEnlargement: false })
    .flatten({ background: BACKGROUND })
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return data;
}

/** Smaller frames of the same animation. */
export async function resized(frames: readonly Frame[], from: Canvas, to: Canvas): Promise<Frame[]> {
  if (from.width === to.width && from.height === to.height) return [...frames];
  const made: Frame[] = [];
  for (const { pixels, delayMs } of frames) {
    const { width, height } = from;
    const image = sharp(pixels, { raw: { width, height, channels: 4 } }).resize(to.width, to.height, { fit: 'fill' });
    made.push({ pixels: await image.raw().toBuffer(), delayMs });
  }
  return made;
}

/** Reads the heads of all images; what can't be read is an error of the whole request. */
export async function sourcesOf(files: readonly Uint8Array[]): Promise<Source[]> {
  if (files.length === 0) throw tooLarge('no images');
  const sources: Source[] = [];
  for (const file of files) sources.push(await sourceOf(file));
  return sources;
}
