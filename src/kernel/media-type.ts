/** Bytes at an offset; `?` matches any byte. */
type Signature = readonly [type: string, offset: number, text: string];

/** Written as Latin-1. */
const signatures: readonly Signature[] = [
  ['image/png', 0, '\x89PNG\r\n\x1a\n'],
  ['image/jpeg', 0, '\xff\xd8\xff'],
  ['image/gif', 0, 'GIF87a'],
  ['image/gif', 0, 'GIF89a'],
  ['image/webp', 0, 'RIFF????WEBP'],
  ['image/bmp', 0, 'BM????\0\0\0\0'],
  ['image/tiff', 0, 'II*\0'],
  ['image/tiff', 0, 'MM\0*'],
  ['image/avif', 4, 'ftypavif'],
  ['image/avif', 4, 'ftypavis'],
  ['image/heic', 4, 'ftyphei'],
  ['image/jxl', 0, '\0\0\0\x0cJXL \r\n\x87\n'],
  ['image/x-icon', 0, '\0\0\x01\0'],
  ['audio/wav', 0, 'RIFF????WAVE'],
  ['audio/mpeg', 0, 'ID3'],
  // A frame of MPEG layer III, without tags before it.
  ...['\xfb', '\xfa', '\xf3', '\xf2'].map((second): Signature => ['audio/mpeg', 0, `\xff${second}`]),
  ['audio/flac', 0, 'fLaC'],
  ['audio/mp4', 4, 'ftypM4A'],
  ['audio/ogg', 0, 'OggS'],
  ['video/quicktime', 4, 'ftypqt'],
  ['video/mp4', 4, 'ftyp'],
  ['video/webm', 0, '\x1aE\xdf\xa3'],
  ['application/pdf', 0, '%PDF-'],
  ['application/zip', 0, 'PK\x03\x04'],
  ['application/gzip', 0, '\x1f\x8b\x08'],
  ['application/x-7z-compressed', 0, '7z\xbc\xaf\x27\x1c'],
  ['application/vnd.sqlite3', 0, 'SQLite format 3\0'],
  ['application/wasm', 0, '\0asm'],
];

const told = new Set(signatures.map(([type]) => type));

/** The media type by a file's first bytes; undefined where they don't show it, as for text. */
export function mediaTypeOf(bytes: Uint8Array): string | undefined {
  return signatures.find(([, offset, text]) => matches(bytes, offset, text))?.[0];
}

/**
 * The media type by a file's bytes, otherwise the claimed one, unless the bytes of such a file would have shown it. A
 * claim loses its parameters.
 */
export function trustedMediaType(bytes: Uint8Array, claimed: string | undefined): string {
  const known = mediaTypeOf(bytes);
  if (known !== undefined) return known;
  const [type = ''] = (claimed ?? '').toLowerCase().split(';');
  const isType = /^[a-z]+\/[a-z0-9.+-]{1,100}$/.test(type.trim());
  return isType && !told.has(type.trim()) ? type.trim() : 'application/octet-stream';
}

function matches(bytes: Uint8Array, offset: number, text: string): boolean {
  if (bytes.length < offset + text.length) return false;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code !== 0x3f && bytes[offset + index] !== code) return false;
  }
  return true;
}
