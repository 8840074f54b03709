import { VendorError } from '../../../kernel/errors.ts';
import type { ImageNote, MadeImage } from '../../../sdk/index.ts';
import type { KeptImage } from './kept.ts';
import type { DrawTask } from './task.ts';

/** Room for what surrounds a file in its upload. */
const marginBytes = 64 * 1024;
const captionMs = 20_000;

/** The most bytes of an image that is uploaded where it is shown. */
export const uploadBytes = async ({ context, row }: DrawTask): Promise<number> =>
  (await context.discord.cache.uploadLimit(row.channel_id)) - marginBytes;

/** What is written into a file. Nothing where the request is private. */
export function noteFor({ request, row }: DrawTask, seed: number | undefined): { note?: ImageNote } {
  if (request.private) return {};
  const note: ImageNote = {
    prompt: request.prompt,
    model: row.model_id,
    ...(request.negativePrompt !== undefined && { negativePrompt: request.negativePrompt }),
    ...(seed !== undefined && { seed }),
    settings: settingsOf(request),
  };
  return { note };
}

function settingsOf({ size, aspect, style, strength, mode }: DrawTask['request']): Record<string, string> {
  const all = { mode, size, aspect, style, strength: strength?.toString() };
  return Object.fromEntries(Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/**
 * An image as it is shown: with the caption that its request asks for. One of several has none: Discord shows them as tiles, which
 * cut it off. An image whose caption can't be drawn is shown without
 * it, since it is charged already.
 */
export async function withCaption(task: DrawTask, { image, seed }: KeptImage): Promise<MadeImage> {
  const { context, row, request } = task;
  if (!request.caption || request.prompt === '' || request.count > 1) return image;
  try {
    const options = { maxBytes: await uploadBytes(task), caption: request.prompt, ...noteFor(task, seed) };
    // Cancelling ends only what is not drawn yet.
    return await context.images.finish(image.bytes, options, AbortSignal.timeout(captionMs));
  } catch (error) {
    context.logger.warn({ error, requestId: row.id }, 'The caption of an image could not be drawn.');
    if (error instanceof VendorError || (error instanceof DOMException && error.name === 'TimeoutError')) return image;
    throw error;
  }
}
