import sharp from 'sharp';
import type { Metadata, Sharp } from 'sharp';
import { formatOf } from '../formats.ts';
import type { ImageFormat } from '../formats.ts';
import { MOST_PIXELS } from '../limits.ts';
import { withoutBulkyMetadata } from './containers/jpeg.ts';
import { withoutCompressedTexts } from './containers/png.ts';
import { ImageFailure, tooLarge } from './failure.ts';

/** Has to be called once, before anything is decoded. */
export function prepareSharp(): void {
  sharp.cache(false);
  sharp.concurrency(1);
  // Blocks all other formats, such as SVG and TIFF, which a file with another format's first bytes could reach.
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({
    operation: [
      'VipsForeignLoadJpegBuffer',
      'VipsForeignLoadPngBuffer',
      'VipsForeignLoadWebpBuffer',
      'VipsForeignLoadNsgifBuffer',
      'VipsForeignLoadHeifBuffer',
    ],
  });
}

/** Pixels of earlier steps count against the limit until they are collected, and V8 doesn't see how large they are. */
export async function freeMemory(): Promise<void> {
  globalThis.gc?.();
  // Native memory is freed in the turn after the collection.
  await new Promise((resolve) => setImmediate(resolve));
}

/** Interlaced PNGs are decoded as a whole, seven times over. */
const MOST_INTERLACED_PIXELS = 16_000_000;

export interface Source {
  file: Uint8Array;
  format: ImageFormat;
  metadata: Metadata;
  /** In pixels, upright. */
  width: number;
  height: number;
  frames: number;
}

const OPEN = { limitInputPixels: MOST_PIXELS, failOn: 'error', sequentialRead: true } as const;

const checked = new WeakMap<Uint8Array, Uint8Array>();

/** What the decoder gets of a file. */
export function decodable(file: Uint8Array): Uint8Array {
  const known = checked.get(file);
  if (known) return known;
  const format = formatOf(file);
  const made = format === 'png' ? withoutCompressedTexts(file) : format === 'jpeg' ? withoutBulkyMetadata(file) : file;
  checked.set(file, made);
  return made;
}

/** The first frame as it is stored. */
export const open = (file: Uint8Array): Sharp => sharp(decodable(file), { ...OPEN, pages: 1 });

/** The first frame, upright, in sRGB. */
export const upright = (file: Uint8Array): Sharp => open(file).autoOrient().toColourspace('srgb');

/** Reads the head of a file. Throws for what is no image, and for more pixels than are decoded. */
export async function sourceOf(file: Uint8Array): Promise<Source> {
  const format = formatOf(file);
  if (!format) throw new ImageFailure('media/no-image', 'none of the formats that are read');
  const metadata = await open(file).metadata();
  const { width, height } = metadata.autoOrient;
  if (width * height > MOST_PIXELS) throw tooLarge(`${width} × ${height} pixels`);
  if (format === 'png' && metadata.isProgressive && width * height > MOST_INTERLACED_PIXELS) {
    throw tooLarge(`${width} × ${height} interlaced pixels`);
  }
  return { file, format, metadata, width, height, frames: metadata.pages ?? 1 };
}

export interface Pixels {
  data: Buffer;
  width: number;
  height: number;
  channels: 3 | 4;
}

/** All pixels, 3 or 4 bytes each. */
export async function pixelsOf(image: Sharp): Promise<Pixels> {
  const { data, info } = await image.toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
  if (info.channels === 3 || info.channels === 4) {
    return { data, width: info.width, height: info.height, channels: info.channels };
  }
  return pixelsOf(drawn({ data, width: info.width, height: info.height, channels: info.channels }));
}

/** An image of raw pixels. */
export const drawn = ({
  data,
  width,
  height,
  channels,
}: Omit<Pixels, 'channels'> & { channels: 1 | 2 | 3 | 4 }): Sharp =>
  sharp(data, { raw: { width, height, channels }, limitInputPixels: MOST_PIXELS });
