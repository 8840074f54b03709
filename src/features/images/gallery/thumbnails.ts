import { UserError, VendorError } from '../../../kernel/errors.ts';
import type { ImageContext } from '../settings.ts';
import { loadSource } from '../work/sources.ts';

/** Larger files are made smaller first: what draws many takes 100 MB together. */
const passesBytes = 1_500_000;
const small = { longestEdge: 768, maxBytes: 500_000 };

/** An image as it is drawn beside others; undefined where its file is not kept any more. */
export async function loadSmall(
  context: Pick<ImageContext, 'db' | 'discord' | 'files' | 'images'>,
  id: string,
  signal: AbortSignal,
): Promise<Uint8Array | undefined> {
  try {
    const bytes = await loadSource(context, { kind: 'result', id }, signal);
    return bytes.length <= passesBytes ? bytes : (await context.images.fit(bytes, small, signal)).bytes;
  } catch (error) {
    if (error instanceof UserError || (error instanceof VendorError && !error.retryable)) return undefined;
    throw error;
  }
}

/** How long a list of images may take to be drawn. */
export const drawingMs = 30_000;

export const endingOf = (contentType: string): string => contentType.slice('image/'.length).replace('jpeg', 'jpg');
