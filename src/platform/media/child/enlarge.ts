import sharp from 'sharp';
import type { Made, Operation, Outcome } from '../operations.ts';
import { MOST_PIXELS } from '../limits.ts';
import { ImageFailure, tooLarge } from './failure.ts';
import { drawn, pixelsOf, sourceOf, upright } from './source.ts';
import type { Pixels } from './source.ts';

/** Of the old image's shorter edge: what is drawn again overlaps the old image by this much, softly. */
const SEAM = 0.03;
const MOST_SEAM = 48;

export const PNG = 'image/png';

/** The image in the middle of more room, and masks of what is new. */
export const enlarge: Operation<'enlarge'> = async ([file = Buffer.alloc(0)], { left, top, right, bottom }) => {
  const source = await sourceOf(file);
  const width = source.width + left + right;
  const height = source.height + top + bottom;
  if (Math.min(left, top, right, bottom) < 0) throw new ImageFailure('media/unreadable', 'margins below 0');
  if (width * height > MOST_PIXELS / 2) throw tooLarge(`${width} × ${height} pixels`);
  const old = await upright(file).removeAlpha().png({ compressionLevel: 1 }).toBuffer();
  // Repeating the edges and blurring them continues the colours, which models take up.
  const edges = await sharp(old)
    .extend({ left, top, right, bottom, extendWith: 'copy' })
    .png({ compressionLevel: 1 })
    .toBuffer();
  const radius = Math.max(2, Math.min(60, Math.max(left, top, right, bottom) / 6));
  const image = await sharp(edges)
    .blur(radius)
    .composite([{ input: old, left, top }])
    .png({ compressionLevel: 4 })
    .toBuffer();
  const isKept = softBox({ left, top, width: source.width, height: source.height }, { left, top, right, bottom });
  const alpha = alphaOf(width, height, isKept);
  const masks = await masksOf(alpha, width, height);
  const made = { contentType: PNG, width, height };
  return { result: [made, made, made], files: [image, ...masks] };
};

/** How much is kept of a pixel, 0 to 1: nothing in the margins, all inside, softly between. */
function softBox(
  area: { left: number; top: number; width: number; height: number },
  margins: { left: number; top: number; right: number; bottom: number },
): (x: number, y: number) => number {
  const seam = Math.max(1, Math.min(MOST_SEAM, Math.min(area.width, area.height) * SEAM));
  const from = (distance: number, hasMargin: boolean): number =>
    hasMargin ? Math.min(1, Math.max(0, (distance + 0.5) / seam)) : 1;
  return (x, y) =>
    Math.min(
      from(x - area.left, margins.left > 0),
      from(area.left + area.width - 1 - x, margins.right > 0),
      from(y - area.top, margins.top > 0),
      from(area.top + area.height - 1 - y, margins.bottom > 0),
    );
}

/** One byte a pixel: 255 is kept. */
function alphaOf(width: number, height: number, isKept: (x: number, y: number) => number): Buffer {
  const alpha = Buffer.allocUnsafe(width * height);
  for (let y = 0, at = 0; y < height; y++) for (let x = 0; x < width; x++) alpha[at++] = Math.round(isKept(x, y) * 255);
  return alpha;
}

/** White where it is to be drawn again; and the same as transparency. */
async function masksOf(kept: Buffer, width: number, height: number): Promise<[Buffer, Buffer]> {
  const grey = Buffer.from(kept.map((value) => 255 - value));
  const mask = await drawn({ data: grey, width, height, channels: 1 }).png().toBuffer();
  const black = { create: { width, height, channels: 3, background: '#000000' } } as const;
  const transparent = sharp(black).joinChannel(kept, { raw: { width, height, channels: 1 } });
  return [mask, await transparent.png().toBuffer()];
}

/** Cells of a grid of 3 × 3, in reading order from 1. */
export const cellMask: Operation<'cellMask'> = async ([file = Buffer.alloc(0)], { cells }) => {
  if (cells.length === 0 || cells.some((cell) => !Number.isInteger(cell) || cell < 1 || cell > 9)) {
    throw new ImageFailure('media/unreadable', 'cells are 1 to 9');
  }
  const { width, height } = await sourceOf(file);
  const wanted = new Set(cells);
  const alpha = alphaOf(width, height, (x, y) => {
    const cell = Math.floor((y * 3) / height) * 3 + Math.floor((x * 3) / width) + 1;
    return wanted.has(cell) ? 0 : 1;
  });
  const made = { contentType: PNG, width, height };
  return { result: [made, made], files: await masksOf(alpha, width, height) };
};

/** Plain resampling; lossless where that is small. */
export const scale: Operation<'scale'> = async ([file = Buffer.alloc(0)], { factor }) => {
  const source = await sourceOf(file);
  const [width, height] = [Math.round(source.width * factor), Math.round(source.height * factor)];
  if (!(factor > 0) || width < 1 || height < 1) throw new ImageFailure('media/unreadable', `a factor of ${factor}`);
  if (width * height > MOST_PIXELS) throw tooLarge(`${width} × ${height} pixels`);
  const resized = upright(file).resize(width, height, { fit: 'fill', kernel: 'lanczos3' });
  if (width * height > MOST_LOSSLESS_PIXELS) {
    const bytes = await resized
      .flatten({ background: '#ffffff' })
      .jpeg({ quality: 92, optimiseCoding: false })
      .toBuffer();
    return { result: { contentType: 'image/jpeg', width, height }, files: [bytes] };
  }
  return pngOf(await pixelsOf(resized));
};

const MOST_LOSSLESS_PIXELS = 16_000_000;

export async function pngOf(pixels: Pixels): Promise<Outcome<'scale'>> {
  const bytes = await drawn(pixels).png({ compressionLevel: 4 }).toBuffer();
  const { width, height } = pixels;
  return { result: { contentType: PNG, width, height } satisfies Made, files: [bytes] };
}
