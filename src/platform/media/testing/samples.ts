import sharp from 'sharp';
import { seededNoise } from '../child/paint/random.ts';

/** An image with gradients and some grain, as photographs have them; the same for the same seed. */
export async function photo(width: number, height: number, format: 'png' | 'jpeg' | 'webp' | 'gif' | 'avif' = 'png') {
  return sharp(photoPixels(width, height), { raw: { width, height, channels: 3 } })
    .toFormat(format)
    .toBuffer();
}

export function photoPixels(width: number, height: number, seed = 1): Buffer {
  const next = seededNoise(seed);
  const data = Buffer.allocUnsafe(width * height * 3);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const grain = (next() - 0.5) * 12;
      data[at++] = Math.min(255, Math.max(0, 128 + 90 * Math.sin(x / 97 + seed) + grain));
      data[at++] = Math.min(255, Math.max(0, 120 + 80 * Math.sin(y / 61 + x / 300) + grain));
      data[at++] = Math.min(255, Math.max(0, 140 + 70 * Math.cos((x + y) / 83 - seed) + grain));
    }
  }
  return data;
}

/** The colour of one pixel. */
export async function pixelAt(bytes: Uint8Array, x: number, y: number): Promise<number[]> {
  const { data } = await sharp(bytes)
    .ensureAlpha()
    .extract({ left: x, top: y, width: 1, height: 1 })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return [...data];
}

/** How far two images of one size are apart, in levels of 255 on average. */
export async function difference(a: Uint8Array, b: Uint8Array): Promise<number> {
  const [one, two] = await Promise.all(
    [a, b].map((bytes) => sharp(bytes).removeAlpha().toColourspace('srgb').raw().toBuffer()),
  );
  if (!one || one.length !== two?.length) return Infinity;
  let sum = 0;
  for (let index = 0; index < one.length; index++) sum += Math.abs((one[index] ?? 0) - (two[index] ?? 0));
  return sum / one.length;
}
