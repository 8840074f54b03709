import sharp from 'sharp';
import type { GifOptions } from 'sharp';
import { encodeGif } from '../src/platform/media/child/gif/encode-gif.ts';
import { mostLzwBytes, writeLzw } from '../src/platform/media/child/gif/lzw.ts';
import { landscape } from './gif/landscape.ts';
import { qualityOf } from './gif/quality.ts';
import type { Quality } from './gif/quality.ts';
import { median } from './lib/statistics.ts';
import type { Figure } from './lib/statistics.ts';

const FRAMES = 30;
const EDGE = 768;
const DELAY_MS = 700;
const ROUNDS = 3;

interface Contender {
  /** Processor time, which other programs on the machine don't lengthen. All contenders use one thread. */
  cpuMs: number;
  gif: Uint8Array;
}

/**
 * Our GIF encoder against sharp's, on 30 frames as people animate them: landscapes with moving light and grain, all
 * different. Everything is made from seeds.
 */
export async function benchGif(): Promise<Figure[]> {
  sharp.cache(false);
  sharp.concurrency(1);
  const frames = Array.from({ length: FRAMES }, (_, index) => ({ pixels: landscape(index, EDGE), delayMs: DELAY_MS }));
  const canvas = { width: EDGE, height: EDGE };
  const roll = Buffer.concat(frames.map(({ pixels }) => pixels));
  const raw = { width: EDGE, height: EDGE * FRAMES, channels: 4, pageHeight: EDGE } as const;
  const delay = Array<number>(FRAMES).fill(DELAY_MS);
  const bySharp = (options: GifOptions) => () =>
    sharp(roll, { raw, limitInputPixels: false })
      .gif({ loop: 0, delay, ...options })
      .toBuffer();
  const ours = await repeated(async () => encodeGif(frames, canvas, { colours: 256 }) ?? Buffer.alloc(0));
  const fastest = await repeated(bySharp({ effort: 1, dither: 0 }));
  const byDefault = await once(bySharp({}));
  const [our, their] = [await quality(frames, ours.gif), await quality(frames, fastest.gif)];
  const floorMs = await lzwFloor(ours.gif);
  return [
    {
      name: 'GIF of 30 frames of 768²: sharp by default ÷ ours',
      value: byDefault.cpuMs / ours.cpuMs,
      unit: '×',
      atLeast: 30,
    },
    { name: 'the same: sharp at its fastest ÷ ours', value: fastest.cpuMs / ours.cpuMs, unit: '×', atLeast: 5 },
    {
      name: 'the same: size ÷ sharp at its fastest',
      value: ours.gif.length / fastest.gif.length,
      unit: '×',
      atMost: 1,
    },
    { name: 'the same: PSNR ÷ sharp at its fastest', value: our.psnr / their.psnr, unit: '×', atLeast: 1 },
    { name: 'the same: SSIM ÷ sharp at its fastest', value: our.ssim / their.ssim, unit: '×', atLeast: 1 },
    { name: 'the same: processor time', value: ours.cpuMs, unit: 'ms' },
    { name: 'the same: over the floor of compressing its pixels', value: ours.cpuMs - floorMs, unit: 'ms' },
  ];
}

async function once(make: () => Promise<Uint8Array>): Promise<Contender> {
  const before = process.cpuUsage();
  const gif = await make();
  const { user, system } = process.cpuUsage(before);
  return { cpuMs: (user + system) / 1000, gif };
}

async function repeated(make: () => Promise<Uint8Array>): Promise<Contender> {
  // The first round warms up.
  await once(make);
  const rounds: Contender[] = [];
  for (let round = 0; round < ROUNDS; round++) rounds.push(await once(make));
  return { cpuMs: median(rounds.map(({ cpuMs }) => cpuMs)), gif: rounds[0]?.gif ?? Buffer.alloc(0) };
}

/** The mean over all frames. */
async function quality(frames: readonly { pixels: Uint8Array }[], gif: Uint8Array): Promise<Quality> {
  const sum = { psnr: 0, ssim: 0 };
  const shown = await framesOf(gif);
  for (const [index, { pixels }] of frames.entries()) {
    const { psnr, ssim } = qualityOf(pixels, shown[index] ?? Buffer.alloc(0), EDGE, EDGE);
    sum.psnr += psnr / frames.length;
    sum.ssim += ssim / frames.length;
  }
  return sum;
}

async function framesOf(gif: Uint8Array): Promise<Uint8Array[]> {
  const roll = await sharp(gif, { pages: -1, limitInputPixels: false }).ensureAlpha().raw().toBuffer();
  const size = EDGE * EDGE * 4;
  if (roll.length !== FRAMES * size) throw new Error(`${roll.length / size} frames in place of ${FRAMES}`);
  return Array.from({ length: FRAMES }, (_, index) => roll.subarray(index * size, (index + 1) * size));
}

/** The time of compressing the pixels of the finished frames, with nothing else to do. */
async function lzwFloor(gif: Uint8Array): Promise<number> {
  const out = new Uint8Array(mostLzwBytes(EDGE * EDGE) + 1024);
  const all = (await framesOf(gif)).map(indicesOf);
  const measured = await repeated(async () => {
    for (const indices of all) writeLzw(indices, 8, out, 0);
    return out;
  });
  return measured.cpuMs;
}

/** Colours as numbers, in the order in which they first occur. */
function indicesOf(pixels: Uint8Array): Uint8Array {
  const words = new Uint32Array(pixels.buffer, pixels.byteOffset, EDGE * EDGE);
  const numbers = new Map<number, number>();
  return Uint8Array.from(words, (word) => {
    const known = numbers.get(word) ?? numbers.size;
    numbers.set(word, known);
    return known;
  });
}
