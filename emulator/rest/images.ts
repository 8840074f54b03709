import { createHash } from 'node:crypto';
import type { Core } from '../contract.ts';
import { formError } from '../errors.ts';

const DATA_URI = /^data:image\/(png|jpe?g|gif|webp);base64,([A-Za-z0-9+/=\s]+)$/;

/** Stores a picture given as a data URI under the hash of its bytes and returns the hash; null takes it away. */
export function storeImage(
  core: Core,
  path: readonly string[],
  folder: string,
  uri: string | null | undefined,
): string | null {
  if (uri === null || uri === undefined) return null;
  const [, type = '', base64] = DATA_URI.exec(uri) ?? [];
  if (base64 === undefined) throw formError(path, 'IMAGE_INVALID', 'Invalid image data');
  const data = Buffer.from(base64, 'base64');
  const hash = `${type === 'gif' ? 'a_' : ''}${createHash('md5').update(data).digest('hex')}`;
  core.files.put(`${folder}/${hash}`, data);
  return hash;
}
