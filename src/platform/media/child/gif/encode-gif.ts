import { mostLzwBytes, writeLzw } from './lzw.ts';
import { trainPalette } from './palette.ts';
import type { Palette } from './palette.ts';

/** One picture of an animation: opaque pixels, 4 bytes each. */
export interface Frame {
  pixels: Uint8Array;
  delayMs: number;
}

export interface Canvas {
  width: number;
  height: number;
}

export interface GifEncoding {
  /** 2 to 256, a frame. */
  colours: number;
  /** Gives up, with undefined, when it gets larger. */
  maxBytes?: number;
}

/** Palettes are trained on every sixteenth pixel: enough for the same colours, in a sixteenth of the time. */
const TRAINING_STEP = 16;
/** Fewer than these pixels train on all. */
const LEAST_TRAINING = 16_384;
/** A frame that shares less with the one before it is smaller when it is written whole. */
const LEAST_SHARED = 0.3;
const SAMPLING_STEP = 37;
const HEAD = 13;
const LOOP = Buffer.from('\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0\0', 'latin1');

interface Area {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** An endless GIF, with a palette of its own for every frame. Frames that share much with the one before store the rest. */
export function encodeGif(
  frames: readonly Frame[],
  { width, height }: Canvas,
  encoding: GifEncoding,
): Uint8Array | undefined {
  const parts: Uint8Array[] = [headOf(width, height), LOOP];
  let total = HEAD + LOOP.length;
  const scratch = { out: new Uint8Array(mostLzwBytes(width * height) + 1024), indices: new Uint8Array(width * height) };
  let previous: Uint8Array | undefined;
  for (const { pixels, delayMs } of frames) {
    const change = previous && changeOf(previous, pixels, width, height);
    const area = change?.area ?? { left: 0, top: 0, width, height };
    const part = writeFrame(
      { pixels: change?.pixels ?? pixels, area, delayMs, hasGaps: change !== undefined },
      encoding.colours,
      scratch,
    );
    parts.push(part);
    total += part.length;
    if (total > (encoding.maxBytes ?? Infinity)) return undefined;
    previous = pixels;
  }
  return Buffer.concat([...parts, Buffer.from([0x3b])]);
}

function headOf(width: number, height: number): Buffer {
  const head = Buffer.alloc(HEAD);
  head.write('GIF89a', 'latin1');
  head.writeUInt16LE(width, 6);
  head.writeUInt16LE(height, 8);
  return head;
}

interface FramePart {
  pixels: Uint8Array;
  area: Area;
  delayMs: number;
  /** Pixels that aren't opaque leave what the frame before shows. */
  hasGaps: boolean;
}

function writeFrame(
  { pixels, area, delayMs, hasGaps }: FramePart,
  colours: number,
  { out, indices }: { out: Uint8Array; indices: Uint8Array },
): Uint8Array {
  const count = area.width * area.height;
  const palette = trainPalette(pixels, hasGaps ? colours - 1 : colours, count < LEAST_TRAINING ? 1 : TRAINING_STEP);
  const gap = palette.count;
  const used = indices.subarray(0, count);
  const bits = Math.max(1, Math.ceil(Math.log2(gap + (hasGaps ? 1 : 0))));
  if (hasGaps) mapWithGaps(pixels, palette, used, gap);
  else mapAll(pixels, palette, used);
  const head = Buffer.alloc(18);
  head.set([0x21, 0xf9, 4, hasGaps ? 0b101 : 0b100]);
  head.writeUInt16LE(Math.max(2, Math.round(delayMs / 10)), 4);
  head[6] = hasGaps ? gap : 0;
  head[8] = 0x2c;
  head.writeUInt16LE(area.left, 9);
  head.writeUInt16LE(area.top, 11);
  head.writeUInt16LE(area.width, 13);
  head.writeUInt16LE(area.height, 15);
  head[17] = 0x80 | (bits - 1);
  out.set(head);
  out.fill(0, head.length, head.length + 3 * 2 ** bits);
  out.set(palette.colours, head.length);
  const end = writeLzw(used, bits, out, head.length + 3 * 2 ** bits);
  return out.slice(0, end);
}

function mapAll(pixels: Uint8Array, { table }: Palette, indices: Uint8Array): void {
  const words = new Uint32Array(pixels.buffer, pixels.byteOffset, indices.length);
  for (let index = 0; index < indices.length; index++) {
    const word = words[index] ?? 0;
    // Little-endian: red is lowest.
    indices[index] = table[((word & 0xfc) << 10) | ((word >>> 4) & 0xfc0) | ((word >>> 18) & 0x3f)] ?? 0;
  }
}

function mapWithGaps(pixels: Uint8Array, { table }: Palette, indices: Uint8Array, gap: number): void {
  const words = new Uint32Array(pixels.buffer, pixels.byteOffset, indices.length);
  for (let index = 0; index < indices.length; index++) {
    const word = words[index] ?? 0;
    const place = ((word & 0xfc) << 10) | ((word >>> 4) & 0xfc0) | ((word >>> 18) & 0x3f);
    indices[index] = word >>> 24 === 0 ? gap : (table[place] ?? 0);
  }
}

/** The part of a frame that changed, with the rest transparent; undefined where the whole frame is as small. */
function changeOf(before: Uint8Array, now: Uint8Array, width: number, height: number) {
  const old = new Uint32Array(before.buffer, before.byteOffset, width * height);
  const words = new Uint32Array(now.buffer, now.byteOffset, width * height);
  let shared = 0;
  let sampled = 0;
  for (let index = 0; index < words.length; index += SAMPLING_STEP) {
    sampled++;
    if (words[index] === old[index]) shared++;
  }
  if (shared < sampled * LEAST_SHARED) return undefined;
  const area = changedArea(old, words, width, height);
  const changed = new Uint32Array(area.width * area.height);
  for (let row = 0; row < area.height; row++) {
    const from = (area.top + row) * width + area.left;
    for (let column = 0; column < area.width; column++) {
      const word = words[from + column] ?? 0;
      changed[row * area.width + column] = word === old[from + column] ? word & 0xffffff : word;
    }
  }
  return { area, pixels: new Uint8Array(changed.buffer) };
}

/** One pixel where nothing changed: every frame has an area. */
function changedArea(old: Uint32Array, words: Uint32Array, width: number, height: number): Area {
  let [left, right, top, bottom] = [width, 0, height, 0];
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      if (words[row * width + column] === old[row * width + column]) continue;
      left = Math.min(left, column);
      right = Math.max(right, column);
      top = Math.min(top, row);
      bottom = Math.max(bottom, row);
    }
  }
  if (left > right) return { left: 0, top: 0, width: 1, height: 1 };
  return { left, top, width: right - left + 1, height: bottom - top + 1 };
}
