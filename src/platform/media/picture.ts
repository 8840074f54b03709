import { ByteBudget } from '../../kernel/byte-budget.ts';
import { VendorError } from '../../kernel/errors.ts';
import { silentLogger } from '../../kernel/logger.ts';
import { createAsking } from './image-work.ts';
import type { Ask } from './image-work.ts';

export interface PictureLimits {
  /** In pixels. */
  longestEdge: number;
  maxBytes: number;
}

export interface Picture {
  mediaType: 'image/png' | 'image/jpeg';
  size: { width: number; height: number };
  data: Uint8Array;
}

/** A question may have many pictures: the process stays for the next one, and ends soon after the last. */
const IDLE_MS = 10_000;
/** Waiting here rather than in the pool keeps what waits in memory small. */
const turns = new ByteBudget(1);
let asking: Ask | undefined;

/**
 * Prepares a foreign picture for a model: the first frame, upright, within the wanted pixels and bytes, without
 * metadata, as PNG or JPEG, which every provider accepts. Decodes it in a process with limited time and memory, which
 * gets nothing but the picture; one at a time. Rejects with `media/unreadable` for anything that is not a picture,
 * broken, or made to be too large.
 */
export async function preparePicture(file: Uint8Array, limits: PictureLimits, signal: AbortSignal): Promise<Picture> {
  const turn = await turns.acquire(1, signal);
  try {
    asking ??= createAsking({ logger: silentLogger, preload: 'fit', limits: { spares: 0, idleMs: IDLE_MS } }).ask;
    const { result, files } = await asking('fit', [file], limits, { signal, mayBeRefused: false });
    const { width, height } = result;
    const mediaType = result.contentType === 'image/png' ? 'image/png' : 'image/jpeg';
    return { mediaType, size: { width, height }, data: files[0] ?? Buffer.alloc(0) };
  } catch (error) {
    signal.throwIfAborted();
    throw new VendorError('media/unreadable', 'The picture cannot be decoded', { retryable: false, cause: error });
  } finally {
    turn.release();
  }
}
