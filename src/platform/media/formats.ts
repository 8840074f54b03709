/** The formats that are read and written. */
export type ImageFormat = 'png' | 'jpeg' | 'webp' | 'gif' | 'avif';

const text = (bytes: Uint8Array, from: number, to: number): string => String.fromCharCode(...bytes.subarray(from, to));

/** The format by the first bytes; undefined for everything that isn't read, such as SVG, TIFF, HEIC or PDF. */
export function formatOf(file: Uint8Array): ImageFormat | undefined {
  if (text(file, 0, 8) === '\x89PNG\r\n\x1a\n') return 'png';
  if (text(file, 0, 3) === '\xff\xd8\xff') return 'jpeg';
  if (/^GIF8[79]a$/.test(text(file, 0, 6))) return 'gif';
  if (text(file, 0, 4) === 'RIFF' && text(file, 8, 12) === 'WEBP') return 'webp';
  return isAvif(file) ? 'avif' : undefined;
}

/** The brand of AVIF may be the main one or among the compatible ones. */
function isAvif(file: Uint8Array): boolean {
  if (file.length < 16 || text(file, 4, 8) !== 'ftyp') return false;
  const size = new DataView(file.buffer, file.byteOffset).getUint32(0);
  const brands = text(file, 8, Math.min(size, file.length, 256));
  return /^(.{4})*(avif|avis)/s.test(brands);
}

export const contentTypeOf = (format: ImageFormat): string => `image/${format}`;
