import type { FinishedImage } from '../image-port.ts';
import { ImageFailure } from './failure.ts';
import { drawn, freeMemory } from './source.ts';
import type { Pixels } from './source.ts';

export interface CompressOptions {
  maxBytes: number;
  /** Lossless comes first. */
  keepPng: boolean;
  /** Of the file that these pixels come from: tells whether lossless can be small enough. */
  sourceBytes: number;
  preferWebp: boolean;
  /** 90 unless given. */
  bestQuality?: number;
}

const BEST_QUALITY = 90;
const QUALITIES = [90, 82, 74, 66, 58, 50];
const SCALES = [0.85, 0.7, 0.55, 0.4, 0.28, 0.2, 0.14, 0.1, 0.05];
const SCALED_QUALITY = 74;
/** WebP needs three times JPEG's time: larger images go on to smaller scales. */
const MOST_WEBP_PIXELS = 4_000_000;
const MOST_OPTIMISED_PIXELS = 4_000_000;
/** WebP has 14 bits for an edge. */
const MOST_WEBP_EDGE = 16_383;
/** Estimates are taken from tiles, and miss by a few per cent. */
const DOUBT = 1.04;
const TILE = 192;
const TILES = 4;
/** Of a file, however small. */
const HEAD_BYTES = { jpeg: 620, webp: 40 };

type Lossy = 'jpeg' | 'webp';

/** Encodes until it is small enough: first with less quality, then in another format, then smaller. */
export async function compress(pixels: Pixels, options: CompressOptions): Promise<FinishedImage> {
  const { maxBytes, keepPng, sourceBytes } = options;
  const { width, height, channels } = pixels;
  const hasAlpha = channels === 4;
  if (keepPng && sourceBytes < maxBytes * 1.5) {
    const bytes = await drawn(pixels).png({ compressionLevel: 4 }).toBuffer();
    if (bytes.length <= maxBytes) return { bytes, contentType: 'image/png', width, height, shrunk: 'no' };
  }
  const isWide = Math.max(width, height) > MOST_WEBP_EDGE;
  const first: Lossy = (hasAlpha || options.preferWebp) && !isWide ? 'webp' : 'jpeg';
  const best = options.bestQuality ?? BEST_QUALITY;
  const qualities = QUALITIES.filter((quality) => quality <= best);
  const tried = await tryQualities(pixels, first, qualities.length > 0 ? qualities : [best], maxBytes);
  if (tried) return { ...tried, shrunk: tried.quality === qualities[0] && !keepPng ? 'no' : 'compressed' };
  if (first === 'jpeg' && width * height <= MOST_WEBP_PIXELS && !isWide) {
    const other = await tryQualities(pixels, 'webp', [60, 45], maxBytes);
    if (other) return { ...other, shrunk: 'compressed' };
  }
  return scaled(pixels, first, maxBytes);
}

async function tryQualities(pixels: Pixels, format: Lossy, qualities: readonly number[], maxBytes: number) {
  const { width, height } = pixels;
  const isBig = width * height > 2 * (TILE * TILES) ** 2;
  for (const quality of qualities) {
    if (isBig && (await estimate(pixels, format, quality)) > maxBytes * DOUBT) continue;
    const bytes = await encode(pixels, format, quality);
    await freeMemory();
    if (bytes.length <= maxBytes) return { bytes, contentType: `image/${format}`, width, height, quality };
  }
  return undefined;
}

async function scaled(pixels: Pixels, first: Lossy, maxBytes: number): Promise<FinishedImage> {
  const { width, height } = pixels;
  const pixelsNow = width * height;
  const bytesNow = await estimate(pixels, first, SCALED_QUALITY);
  for (const scale of SCALES) {
    // A smaller image has more details to a pixel, never fewer.
    if (bytesNow * scale ** 2 > maxBytes * 1.3) continue;
    const size: [number, number] = [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
    const isSmall = pixelsNow * scale ** 2 <= MOST_WEBP_PIXELS;
    const format = isSmall ? 'webp' : first;
    const bytes = await encode(pixels, format, SCALED_QUALITY, size);
    if (bytes.length > maxBytes) continue;
    return { bytes, contentType: `image/${format}`, width: size[0], height: size[1], shrunk: 'scaled' };
  }
  throw new ImageFailure('media/cannot-shrink', `no try is smaller than ${maxBytes} bytes`);
}

/** Bytes of the whole image, by tiles spread over it. */
async function estimate(pixels: Pixels, format: Lossy, quality: number): Promise<number> {
  const { width, height } = pixels;
  const tile = { width: Math.min(TILE, width), height: Math.min(TILE, height) };
  let bytes = 0;
  for (let row = 0; row < TILES; row++) {
    for (let column = 0; column < TILES; column++) {
      const left = Math.floor(((width - tile.width) * column) / (TILES - 1));
      const top = Math.floor(((height - tile.height) * row) / (TILES - 1));
      const part = await encode(cut(pixels, { left, top, ...tile }), format, quality);
      bytes += Math.max(0, part.length - HEAD_BYTES[format]);
    }
  }
  return (bytes / (TILES ** 2 * tile.width * tile.height)) * width * height;
}

function cut(
  { data, width, channels }: Pixels,
  area: { left: number; top: number; width: number; height: number },
): Pixels {
  const bytes = Buffer.allocUnsafe(area.width * area.height * channels);
  for (let row = 0; row < area.height; row++) {
    const from = ((area.top + row) * width + area.left) * channels;
    data.copy(bytes, row * area.width * channels, from, from + area.width * channels);
  }
  return { data: bytes, width: area.width, height: area.height, channels };
}

async function encode(pixels: Pixels, format: Lossy, quality: number, size?: [number, number]): Promise<Buffer> {
  const image = size ? drawn(pixels).resize(...size, { fit: 'fill' }) : drawn(pixels);
  if (format === 'webp') return image.webp({ quality, effort: 2 }).toBuffer();
  const [width, height] = size ?? [pixels.width, pixels.height];
  // Optimising the coding keeps all coefficients in memory, 6 bytes a pixel.
  const optimiseCoding = width * height <= MOST_OPTIMISED_PIXELS;
  return image.flatten({ background: '#ffffff' }).jpeg({ quality, optimiseCoding }).toBuffer();
}
