import type { FinishOptions } from '../image-port.ts';
import type { Outcome } from '../operations.ts';
import { captionStrip } from './caption.ts';
import { canvasFor, framesOn } from './animation/frames.ts';
import { smallestGif, smallestWebp } from './animation/shrink.ts';
import { containerOf, noteText } from './note.ts';
import { sourceOf } from './source.ts';
import type { Source } from './source.ts';

/** An animated image with its caption below every frame, small enough. */
export async function finishAnimation(source: Source, options: FinishOptions): Promise<Outcome<'finish'>> {
  const longestEdge = Math.max(source.width, source.height);
  const canvas = canvasFor([source], { longestEdge, frames: source.frames });
  let frames = await framesOn(source, canvas, true, 0);
  let height = canvas.height;
  if (options.caption) {
    const strip = captionStrip(options.caption, canvas.width);
    height += strip.height;
    frames = frames.map(({ pixels, delayMs }) => ({ pixels: Buffer.concat([pixels, strip.data]), delayMs }));
  }
  const note = options.note && noteText(options.note);
  const maxBytes = options.maxBytes - (note ? note.length * 1.01 + 128 : 0);
  const animation = { frames, canvas: { width: canvas.width, height }, maxBytes };
  const made = await (source.format === 'webp' ? smallestWebp : smallestGif)(animation);
  const bytes = note === undefined ? made.bytes : (containerOf(await sourceOf(made.bytes))?.write(note) ?? made.bytes);
  const shrunk = made.width < source.width ? 'scaled' : made.frames < source.frames ? 'compressed' : 'no';
  return {
    result: { contentType: made.contentType, width: made.width, height: made.height, shrunk, unchanged: false },
    files: [bytes],
  };
}
