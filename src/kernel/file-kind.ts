/** The kind of a file by its bytes alone: names and declared types can't be trusted. */
export type FileKind =
  | { kind: 'picture'; mediaType: string }
  | { kind: 'text'; encoding: 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252' }
  | { kind: 'binary' };

/** Bytes of a file's beginning that are enough to find its kind. */
export const kindBytes = 4096;

/** First bytes of pictures. Sources: the formats' specifications, as listed in the WHATWG's "MIME Sniffing". */
const signatures: readonly { mediaType: string; at: number; bytes: string }[] = [
  { mediaType: 'image/png', at: 0, bytes: '\x89PNG\r\n\x1a\n' },
  { mediaType: 'image/jpeg', at: 0, bytes: '\xff\xd8\xff' },
  { mediaType: 'image/gif', at: 0, bytes: 'GIF87a' },
  { mediaType: 'image/gif', at: 0, bytes: 'GIF89a' },
  { mediaType: 'image/webp', at: 8, bytes: 'WEBP' },
  { mediaType: 'image/avif', at: 4, bytes: 'ftypavif' },
  { mediaType: 'image/avif', at: 4, bytes: 'ftypavis' },
  { mediaType: 'image/heic', at: 4, bytes: 'ftypheic' },
  { mediaType: 'image/heic', at: 4, bytes: 'ftypheix' },
  { mediaType: 'image/heic', at: 4, bytes: 'ftypmif1' },
  { mediaType: 'image/tiff', at: 0, bytes: 'II*\0' },
  { mediaType: 'image/tiff', at: 0, bytes: 'MM\0*' },
];

/** The kind of a file, by its first `kindBytes` bytes or all of it. */
export function kindOf(head: Uint8Array): FileKind {
  const start = latin1(head.subarray(0, 16));
  const picture = signatures.find(({ at, bytes }) => start.startsWith(bytes, at));
  if (picture && (picture.mediaType !== 'image/webp' || start.startsWith('RIFF'))) {
    return { kind: 'picture', mediaType: picture.mediaType };
  }
  return textKind(head.subarray(0, kindBytes));
}

const latin1 = (bytes: Uint8Array): string => String.fromCharCode(...bytes);

/** Files that begin with text and continue with bytes. */
const binaryBeginnings = ['%PDF-', 'PK\x03\x04', 'MZ', '\x7fELF'];

function textKind(head: Uint8Array): FileKind {
  const [first, second, third] = head;
  if (first === 0xef && second === 0xbb && third === 0xbf) return ifText(head.subarray(3), 'utf-8');
  if (first === 0xff && second === 0xfe) return ifText(head, 'utf-16le');
  if (first === 0xfe && second === 0xff) return ifText(head, 'utf-16be');
  const start = latin1(head.subarray(0, 8));
  if (binaryBeginnings.some((beginning) => start.startsWith(beginning) && !isWordsAfter(beginning, head))) {
    return { kind: 'binary' };
  }
  const wide = wideEncoding(head);
  if (wide) return ifText(head, wide);
  return ifText(head, isUtf8(head) ? 'utf-8' : 'windows-1252');
}

/** A note may begin with "MZ" too; a program soon has control characters. */
const isWordsAfter = (beginning: string, head: Uint8Array): boolean =>
  beginning === 'MZ' && head.every((byte) => byte >= 0x20 || isSpacing(byte));

/** UTF-16 without a byte order mark: in mostly ASCII text, every other byte is zero. */
function wideEncoding(head: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  const pairs = Math.floor(head.length / 2);
  if (pairs === 0) return undefined;
  const zeros = [0, 0];
  for (let index = 0; index < pairs * 2; index += 1) {
    if (head[index] === 0) zeros[index % 2] = (zeros[index % 2] ?? 0) + 1;
  }
  const [even = 0, odd = 0] = zeros;
  if (odd >= pairs * 0.4 && even <= pairs * 0.02) return 'utf-16le';
  if (even >= pairs * 0.4 && odd <= pairs * 0.02) return 'utf-16be';
  return undefined;
}

/** The end may cut a character in two. */
function isUtf8(head: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true });
    return true;
  } catch {
    return false;
  }
}

type Encoding = Extract<FileKind, { kind: 'text' }>['encoding'];

function ifText(head: Uint8Array, encoding: Encoding): FileKind {
  const text = new TextDecoder(encoding).decode(head, { stream: true });
  return isReadable(text) ? { kind: 'text', encoding } : { kind: 'binary' };
}

/** Readable text has few control characters, except those of terminals, and no invalid characters. */
function isReadable(text: string): boolean {
  let odd = 0;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit === 0) return false;
    const isControl = (unit < 0x20 && !isSpacing(unit)) || (unit >= 0x7f && unit < 0xa0) || unit === 0xfffd;
    if (isControl) odd += 1;
  }
  return odd <= text.length * 0.02;
}

/** Tab to carriage return, and the escape that colours terminal output. */
const isSpacing = (unit: number): boolean => (unit >= 0x09 && unit <= 0x0d) || unit === 0x1b;

/** The text of a text file; undefined for other files, even when their beginning is text. */
export function textOf(bytes: Uint8Array): string | undefined {
  const kind = kindOf(bytes);
  if (kind.kind !== 'text') return undefined;
  const text = new TextDecoder(kind.encoding).decode(bytes);
  return isReadable(text) ? text : undefined;
}
