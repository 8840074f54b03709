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
  return storePicture(core, folder, data);
}

/** Returns the hash under which the picture is served. */
function storePicture(core: Core, folder: string, data: Buffer): string {
  const isGif = data.toString('latin1', 0, 3) === 'GIF';
  const hash = `${isGif ? 'a_' : ''}${createHash('md5').update(data).digest('hex')}`;
  core.files.put(`${folder}/${hash}`, data);
  return hash;
}

/**
 * The picture at an address as an avatar; null when there is none. Discord loads any address; the emulator asks nobody and
 * knows its own attachments alone.
 */
export function avatarAt(core: Core, url: string | null | undefined): string | null {
  const base = `${core.origin}/cdn/attachments/`;
  if (!url?.startsWith(base)) return null;
  const attachment = core.world.attachmentById(url.slice(base.length).split('/')[1] ?? '');
  const data = attachment && core.files.get(attachment.file);
  return data !== undefined && imageSize(data) !== undefined ? storePicture(core, 'avatars', data) : null;
}
