import { exifOf, latin1, noteWithin } from './container.ts';
import type { Container } from './container.ts';

const KEPT = ['VP8X', 'VP8 ', 'VP8L', 'ALPH', 'ANIM', 'ANMF'];
const HEAD_BYTES = 12;
const FLAGS = { profile: 0x20, alpha: 0x10, exif: 0x08, xmp: 0x04 };

interface Chunk {
  type: string;
  start: number;
  end: number;
}

export function readWebp(file: Uint8Array, size: { width: number; height: number }): Container {
  const chunks = chunksOf(file);
  const kept = chunks.filter(({ type }) => KEPT.includes(type));
  const exif = chunks.find(({ type }) => type === 'EXIF');
  const note = exif && noteWithin(file.subarray(exif.start + 8, exif.end));
  return {
    isClean: kept.length === chunks.length && (chunks.at(-1)?.end ?? 0) === file.length,
    hasProfile: chunks.some(({ type }) => type === 'ICCP'),
    ...(note !== undefined && { note }),
    write: (text) => write(file, kept, size, text),
  };
}

function chunksOf(file: Uint8Array): Chunk[] {
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const last = Math.min(file.length, view.getUint32(4, true) + 8);
  const chunks: Chunk[] = [];
  for (let start = HEAD_BYTES; start + 8 <= last;) {
    const length = view.getUint32(start + 4, true);
    // Chunks of odd length are followed by a zero.
    const end = start + 8 + length + (length % 2);
    if (end > file.length) break;
    chunks.push({ type: latin1(file.subarray(start, start + 4)), start, end });
    start = end;
  }
  return chunks;
}

function write(
  file: Uint8Array,
  kept: readonly Chunk[],
  { width, height }: { width: number; height: number },
  note: string | undefined,
): Uint8Array {
  const parts: Buffer[] = kept.map(({ start, end }) => Buffer.from(file.subarray(start, end)));
  const [first] = parts;
  if (kept[0]?.type === 'VP8X' && first) {
    first[8] = ((first[8] ?? 0) & ~(FLAGS.profile | FLAGS.xmp | FLAGS.exif)) | (note === undefined ? 0 : FLAGS.exif);
  } else if (note !== undefined) {
    const extended = Buffer.alloc(10);
    extended[0] = FLAGS.exif | (first && hasAlpha(first) ? FLAGS.alpha : 0);
    extended.writeUIntLE(width - 1, 4, 3);
    extended.writeUIntLE(height - 1, 7, 3);
    parts.unshift(chunkOf('VP8X', extended));
  }
  if (note !== undefined) parts.push(chunkOf('EXIF', exifOf(note)));
  const body = Buffer.concat(parts);
  const head = Buffer.from('RIFF\0\0\0\0WEBP', 'latin1');
  head.writeUInt32LE(body.length + 4, 4);
  return Buffer.concat([head, body]);
}

/** Lossless images say so in a bit of their head. */
function hasAlpha(chunk: Buffer): boolean {
  return chunk.toString('latin1', 0, 4) === 'VP8L' && ((chunk[12] ?? 0) & 0x10) !== 0;
}

function chunkOf(type: string, data: Buffer): Buffer {
  const head = Buffer.from(`${type}\0\0\0\0`, 'latin1');
  head.writeUInt32LE(data.length, 4);
  return Buffer.concat([head, data, Buffer.alloc(data.length % 2)]);
}
