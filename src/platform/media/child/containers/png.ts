import { crc32 } from 'node:zlib';
import { latin1, noteWithin } from './container.ts';
import type { Container } from './container.ts';

const SIGNATURE_BYTES = 8;
/** What draws the image, with its animation. */
const KEPT = [
  'IHDR',
  'PLTE',
  'IDAT',
  'IEND',
  'tRNS',
  'gAMA',
  'cHRM',
  'sRGB',
  'sBIT',
  'bKGD',
  'pHYs',
  'acTL',
  'fcTL',
  'fdAT',
  'cICP',
];
/** Of a text chunk of ours. */
const KEYWORD = 'familiar';

interface Chunk {
  type: string;
  start: number;
  end: number;
}

export function readPng(file: Uint8Array): Container {
  const chunks = chunksOf(file);
  const kept = chunks.filter(({ type }) => KEPT.includes(type));
  const textChunk = chunks.find(
    ({ type, start }) => type === 'iTXt' && latin1(file.subarray(start + 8, start + 8 + KEYWORD.length)) === KEYWORD,
  );
  const note = textChunk && noteWithin(file.subarray(textChunk.start + 8, textChunk.end - 4));
  return {
    isClean: kept.length === chunks.length && (chunks.at(-1)?.end ?? 0) === file.length,
    hasProfile: chunks.some(({ type }) => type === 'iCCP'),
    ...(note !== undefined && { note }),
    write: (text) => write(file, kept, text),
  };
}

/**
 * The file without compressed texts: decoders unpack them, and a file of many takes minutes. Comes back as it is when it
 * has none.
 */
export function withoutCompressedTexts(file: Uint8Array): Uint8Array {
  const chunks = chunksOf(file);
  const kept = chunks.filter((chunk) => !isCompressedText(file, chunk));
  return kept.length === chunks.length ? file : write(file, kept, undefined);
}

function isCompressedText(file: Uint8Array, { type, start, end }: Chunk): boolean {
  if (type === 'zTXt') return true;
  // Behind the keyword and its zero.
  const flag = file.indexOf(0, start + 8) + 1;
  return type === 'iTXt' && (flag === 0 || flag >= end || file[flag] !== 0);
}

function chunksOf(file: Uint8Array): Chunk[] {
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const chunks: Chunk[] = [];
  for (let start = SIGNATURE_BYTES; start + 12 <= file.length;) {
    const end = start + 12 + view.getUint32(start);
    if (end > file.length) break;
    const type = latin1(file.subarray(start + 4, start + 8));
    chunks.push({ type, start, end });
    if (type === 'IEND') break;
    start = end;
  }
  return chunks;
}

function write(file: Uint8Array, kept: readonly Chunk[], note: string | undefined): Uint8Array {
  const parts = kept.map(({ start, end }) => file.subarray(start, end));
  if (note !== undefined) parts.splice(1, 0, textChunkOf(note));
  return Buffer.concat([file.subarray(0, SIGNATURE_BYTES), ...parts]);
}

function textChunkOf(note: string): Buffer {
  // Keyword, not compressed, no language, no translated keyword.
  const body = Buffer.from(`iTXt${KEYWORD}\0\0\0\0\0${note}`, 'latin1');
  const chunk = Buffer.alloc(body.length + 8);
  chunk.writeUInt32BE(body.length - 4, 0);
  body.copy(chunk, 4);
  chunk.writeUInt32BE(crc32(body), body.length + 4);
  return chunk;
}
