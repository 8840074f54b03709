import sharp from 'sharp';
import type { MadeAnimation } from '../../image-port.ts';
import { ImageFailure } from '../failure.ts';
import { encodeGif } from '../gif/encode-gif.ts';
import type { Canvas, Frame } from '../gif/encode-gif.ts';
import { freeMemory } from '../source.ts';
import { resized } from './frames.ts';

export const SCALES = [1, 0.85, 0.72, 0.6, 0.5, 0.4, 0.33];
const STRIDES = [1, 2, 3];
const PALETTES = [256, 128, 64, 32];
const WEBP_QUALITIES = [80, 60, 40];
/** Frames are taken from all parts of the animation to tell how large all of them would be. */
const SAMPLES = 3;
/** The estimate may be too high by so much. */
const DOUBT = 1.15;

export interface Animation {
  frames: readonly Frame[];
  canvas: Canvas;
  maxBytes: number;
}

type Made = Omit<MadeAnimation, 'leftOut'>;

/** The first try that is small enough: fewer colours come before a smaller canvas, and fewer frames last. */
export async function smallestGif(animation: Animation): Promise<Made> {
  const { frames, maxBytes } = animation;
  for (const stride of STRIDES) {
    const kept = everyNth(frames, stride);
    for (const scale of SCALES) {
      const canvas = scaled(animation.canvas, scale);
      const samples = await resized(samplesOf(kept), animation.canvas, canvas);
      const hopeful = PALETTES.filter((colours) => estimate(samples, kept.length, canvas, colours) <= maxBytes * DOUBT);
      if (hopeful.length === 0) continue;
      const smaller = await resized(kept, animation.canvas, canvas);
      for (const colours of hopeful) {
        const bytes = encodeGif(smaller, canvas, { colours, maxBytes });
        if (bytes) return { bytes, contentType: 'image/gif', ...canvas, frames: kept.length };
      }
      await freeMemory();
    }
    if (frames.length === 1) break;
  }
  throw new ImageFailure('media/cannot-shrink', `no try is smaller than ${maxBytes} bytes`);
}

export async function smallestWebp(animation: Animation): Promise<Made> {
  const { frames, maxBytes } = animation;
  for (const scale of SCALES) {
    const canvas = scaled(animation.canvas, scale);
    const smaller = await resized(frames, animation.canvas, canvas);
    const raw = {
      width: canvas.width,
      height: canvas.height * frames.length,
      channels: 4,
      pageHeight: canvas.height,
    } as const;
    const roll = Buffer.concat(smaller.map(({ pixels }) => pixels));
    for (const quality of WEBP_QUALITIES) {
      const bytes = await sharp(roll, { raw, limitInputPixels: false })
        .webp({ quality, effort: 1, loop: 0, delay: frames.map(({ delayMs }) => delayMs) })
        .toBuffer();
      if (bytes.length <= maxBytes) return { bytes, contentType: 'image/webp', ...canvas, frames: frames.length };
      if (bytes.length > maxBytes * 3) break;
    }
    await freeMemory();
  }
  throw new ImageFailure('media/cannot-shrink', `no try is smaller than ${maxBytes} bytes`);
}

function scaled({ width, height }: Canvas, scale: number): Canvas {
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/** The time of those that are left out goes to the one before. */
function everyNth(frames: readonly Frame[], stride: number): Frame[] {
  const kept: Frame[] = [];
  for (let index = 0; index < frames.length; index += stride) {
    const together = frames.slice(index, index + stride);
    const [first] = together;
    if (first) kept.push({ pixels: first.pixels, delayMs: together.reduce((sum, { delayMs }) => sum + delayMs, 0) });
  }
  return kept;
}

/** Pairs of neighbours, so that what frames share shows. */
function samplesOf(frames: readonly Frame[]): Frame[] {
  if (frames.length <= SAMPLES + 1) return [...frames];
  const places = Array.from({ length: SAMPLES }, (_, index) =>
    Math.floor(((frames.length - 2) * (index + 0.5)) / SAMPLES),
  );
  return places.flatMap((place) => frames.slice(place, place + 2));
}

function estimate(samples: readonly Frame[], count: number, canvas: Canvas, colours: number): number {
  const all = encodeGif(samples, canvas, { colours })?.length ?? Infinity;
  if (samples.length >= count) return all;
  // Of a pair, the second frame is as those that follow.
  const firsts = samples.filter((_, index) => index % 2 === 0);
  const alone =
    firsts.reduce((sum, frame) => sum + (encodeGif([frame], canvas, { colours })?.length ?? 0), 0) / firsts.length;
  const following = Math.max(0, all - alone * firsts.length) / Math.max(1, samples.length - firsts.length);
  return alone + Math.min(alone, following) * (count - 1);
}
