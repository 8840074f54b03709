import type { Operation } from '../operations.ts';
import { contentTypeOf } from '../formats.ts';
import { MOST_FRAMES } from '../limits.ts';
import { tooLarge } from './failure.ts';
import { readNote } from './note.ts';
import { open, sourceOf } from './source.ts';
import type { Source } from './source.ts';

export const inspect: Operation<'inspect'> = async ([file = Buffer.alloc(0)]) => {
  const source = await sourceOf(file);
  checkFrames(source);
  const hasTransparency = await hasTransparentPixel(source);
  const note = readNote(source);
  const { width, height, frames } = source;
  const info = { contentType: contentTypeOf(source.format), width, height, frames, hasTransparency };
  return { result: { ...info, ...(note && { note }) }, files: [] };
};

export function checkFrames({ frames }: Pick<Source, 'frames'>): void {
  if (frames > MOST_FRAMES) throw tooLarge(`${frames} frames`);
}

/** Rejects for a file that is broken at any place of its first frame. */
export async function checkPixels(file: Uint8Array): Promise<void> {
  // Reads it to the end, and is quick where the format can be decoded smaller.
  await open(file).resize(8, 8, { fit: 'fill', kernel: 'nearest' }).raw().toBuffer();
}

/** Whether any pixel is transparent. Rejects as `checkPixels` does. */
async function hasTransparentPixel({ file, metadata }: Source): Promise<boolean> {
  if (!metadata.hasAlpha) {
    await checkPixels(file);
    return false;
  }
  const { channels } = await open(file).extractChannel('alpha').stats();
  return (channels[0]?.min ?? 255) < 255;
}
