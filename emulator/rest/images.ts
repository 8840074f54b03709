import { createHash } from 'node:crypto';
import type { Core } from '../contract.ts';
import { formError } from '../errors.ts';
import { imageSize } from '../messages/image-size.ts';

const DATA_URI = /^data:image\/(png|jpe?g|gif|webp);base64,([A-Za-z0-9+/=\s]+)$/;

/** Discord takes pictures of profiles up to 10 MiB. */
const MAX_PICTURE_BYTES = 10 * 1024 * 1024;

/**
 * Stores a picture given as a data URI under the hash of its bytes and returns the hash; null takes it away. What the
 * picture is, its bytes say, and not the type that the URI claims.
 */
export function storeImage(
  core: Core,
  path: readonly string[],
  folder: string,
  uri: string | null | undefined,
  maxBytes = MAX_PICTURE_BYTES,
): string | null {
  if (uri === null || uri === undefined) return null;
  const [, , base64] = DATA_URI.exec(uri) ?? [];
  if (base64 === undefined) throw formError(path, 'IMAGE_INVALID', 'Invalid image data');
  const data = Buffer.from(base64, 'base64');
  if (data.length > maxBytes) {
    const words = `File cannot be larger than ${(maxBytes / 1024).toFixed(1)} kb.`;
    throw formError(path, 'BINARY_TYPE_MAX_SIZE', words);
  }
  if (imageSize(data) === undefined) throw formError(path, 'IMAGE_INVALID', 'Invalid image data');
  const isGif = data.toString('latin1', 0, 3) === 'GIF';
  const hash = `${isGif ? 'a_' : ''}${createHash('md5').update(data).digest('hex')}`;
  core.files.put(`${folder}/${hash}`, data);
  return hash;
}
