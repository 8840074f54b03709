import sharp from 'sharp';
import type { GifOptions, MadeAnimation } from '../../image-port.ts';
import { MOST_FRAMES } from '../../limits.ts';
import type { Operation, Outcome } from '../../operations.ts';
import type { Canvas, Frame } from '../gif/encode-gif.ts';
import { tooLarge } from '../failure.ts';
import { canvasFor, framesOn, sourcesOf } from './frames.ts';
import { smallestGif, smallestWebp } from './shrink.ts';

export const DEFAULTS = { maxFrames: 30, longestEdge: 768, delayMs: 700, maxBytes: 8 * 1024 * 1024 };

export const animate: Operation<'animate'> = async (files, options) => {
  const { maxFrames, longestEdge, delayMs } = { ...DEFAULTS, ...options };
  if (maxFrames > MOST_FRAMES) throw tooLarge(`${maxFrames} frames`);
  const isAnimated = options.animated === true;
  const sources = await sourcesOf(files);
  const total = sources.reduce((sum, { frames }) => sum + (isAnimated ? frames : 1), 0);
  const canvas = canvasFor(sources, { longestEdge, frames: Math.min(total, maxFrames) });
  const frames: Frame[] = [];
  for (const source of sources) {
    if (frames.length >= maxFrames) break;
    frames.push(...(await framesOn(source, canvas, isAnimated, delayMs)));
  }
  return finished(frames.slice(0, maxFrames), canvas, options, total);
};

/** In the wanted format. Videos leave the process as single images, since ffmpeg isn't started from here. */
export async function finished(
  frames: readonly Frame[],
  canvas: Canvas,
  options: GifOptions,
  total: number,
): Promise<Outcome<'animate'>> {
  const { maxBytes } = { ...DEFAULTS, ...options };
  if (options.format === 'mp4') return singleImages(frames, canvas, total);
  const made = await (options.format === 'webp' ? smallestWebp : smallestGif)({ frames, canvas, maxBytes });
  const { bytes, ...rest } = made;
  return { result: { ...rest, leftOut: total - made.frames } satisfies Omit<MadeAnimation, 'bytes'>, files: [bytes] };
}

async function singleImages(
  frames: readonly Frame[],
  { width, height }: Canvas,
  total: number,
): Promise<Outcome<'animate'>> {
  const files: Uint8Array[] = [];
  // Videos have even edges.
  const [evenWidth, evenHeight] = [Math.max(2, width & ~1), Math.max(2, height & ~1)];
  for (const { pixels } of frames) {
    const image = sharp(pixels, { raw: { width, height, channels: 4 } }).resize(evenWidth, evenHeight, { fit: 'fill' });
    files.push(await image.removeAlpha().jpeg({ quality: 92 }).toBuffer());
  }
  const delaysMs = frames.map(({ delayMs }) => delayMs);
  const about = { contentType: 'video/mp4', width: evenWidth, height: evenHeight, frames: frames.length };
  return { result: { ...about, leftOut: total - frames.length, delaysMs }, files };
}
