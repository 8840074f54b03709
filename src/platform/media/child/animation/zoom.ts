import sharp from 'sharp';
import type { Operation } from '../../operations.ts';
import { pixelsOf, upright } from '../source.ts';
import type { Source } from '../source.ts';
import type { Frame } from '../gif/encode-gif.ts';
import { DEFAULTS, finished } from './animate.ts';
import { canvasFor, sourcesOf } from './frames.ts';
import { ImageFailure } from '../failure.ts';

interface Area {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** Of the frames in between; the first and the last image stay as long as frames of other animations do. */
const MOVING_MS = 70;
const MOST_PER_STEP = 16;

/** From the first image outwards: every frame shows a part of the larger image, until that is shown whole. */
export const zoom: Operation<'zoom'> = async (files, { inner, ...options }) => {
  const { longestEdge, maxFrames, delayMs } = { ...DEFAULTS, ...options };
  const sources = await sourcesOf(files);
  const [first] = sources;
  if (!first) throw new ImageFailure('media/unreadable', 'no images');
  const canvas = canvasFor([first], { longestEdge, frames: maxFrames });
  const steps = Math.max(1, sources.length - 1);
  const perStep = Math.min(MOST_PER_STEP, Math.max(1, Math.floor((maxFrames - 1) / steps)));
  const still = await cutTo(first, { left: 0, top: 0, width: first.width, height: first.height }, canvas);
  const frames: Frame[] = [{ pixels: still, delayMs }];
  for (const [index, source] of sources.entries()) {
    if (index === 0) continue;
    const from = within(inner[index] ?? middleOf(source), source);
    const whole = { left: 0, top: 0, width: source.width, height: source.height };
    for (let step = 1; step <= perStep; step++) {
      const area = between(from, whole, step / perStep);
      frames.push({ pixels: await cutTo(source, area, canvas), delayMs: MOVING_MS });
    }
  }
  const last = frames.at(-1);
  if (last) last.delayMs = delayMs;
  return finished(frames, canvas, options, frames.length);
};

const middleOf = ({ width, height }: Source): Area => ({
  left: width / 4,
  top: height / 4,
  width: width / 2,
  height: height / 2,
});

function within({ left, top, width, height }: Area, source: Source): Area {
  const [wide, high] = [Math.min(Math.max(1, width), source.width), Math.min(Math.max(1, height), source.height)];
  return {
    width: wide,
    height: high,
    left: Math.min(Math.max(0, left), source.width - wide),
    top: Math.min(Math.max(0, top), source.height - high),
  };
}

/** Sizes grow by equal factors, which looks like an even movement. */
function between(from: Area, to: Area, share: number): Area {
  const width = from.width * (to.width / from.width) ** share;
  const height = from.height * (to.height / from.height) ** share;
  const moved = to.width === from.width ? share : (width - from.width) / (to.width - from.width);
  return {
    width,
    height,
    left: from.left + (to.left - from.left) * moved,
    top: from.top + (to.top - from.top) * moved,
  };
}

/** Below this share of a side, a margin is what rounding left, and would flicker. */
const LEAST_MARGIN = 0.02;

/** Of an area that has other proportions than the canvas, all is seen, between margins: a panned image is no squeezed one. */
async function cutTo(source: Source, area: Area, canvas: { width: number; height: number }): Promise<Uint8Array> {
  const whole = await wholeOf(source);
  const left = Math.floor(area.left);
  const top = Math.floor(area.top);
  const cut = {
    left,
    top,
    width: Math.max(1, Math.min(Math.round(area.width), source.width - left)),
    height: Math.max(1, Math.min(Math.round(area.height), source.height - top)),
  };
  const scale = Math.min(canvas.width / cut.width, canvas.height / cut.height);
  const across = sideOf(cut.width * scale, canvas.width);
  const down = sideOf(cut.height * scale, canvas.height);
  return sharp(whole.data, { raw: { width: whole.width, height: whole.height, channels: whole.channels } })
    .extract(cut)
    .resize(across.length, down.length, { fit: 'fill' })
    .extend({ left: across.before, right: across.after, top: down.before, bottom: down.after, background: '#000000' })
    .flatten({ background: '#000000' })
    .ensureAlpha()
    .raw()
    .toBuffer();
}

function sideOf(length: number, most: number): { length: number; before: number; after: number } {
  const shown = length > most * (1 - LEAST_MARGIN) ? most : Math.max(1, Math.round(length));
  const before = Math.floor((most - shown) / 2);
  return { length: shown, before, after: most - shown - before };
}

let decoded: { source: Source; pixels: ReturnType<typeof pixelsOf> } | undefined;

/** The frames of one step show parts of the same image. */
function wholeOf(source: Source): ReturnType<typeof pixelsOf> {
  if (decoded?.source !== source) decoded = { source, pixels: pixelsOf(upright(source.file)) };
  return decoded.pixels;
}
