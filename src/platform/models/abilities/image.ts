import { kindOf } from '../../../kernel/file-kind.ts';

/** A picture, by its bytes alone. */
export interface ImageFacts {
  contentType: string;
  /** In pixels, as its header says; undefined for formats that are not read here. */
  width?: number;
  height?: number;
}

/** Undefined for what is no picture. */
export function imageOf(bytes: Uint8Array): ImageFacts | undefined {
  const kind = kindOf(bytes);
  if (kind.kind !== 'picture') return undefined;
  const size = sizeOf(kind.mediaType, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  return { contentType: kind.mediaType, ...(size && { width: size[0], height: size[1] }) };
}

type Size = [width: number, height: number];

function sizeOf(mediaType: string, data: Buffer): Size | undefined {
  try {
    if (mediaType === 'image/png') return [data.readUInt32BE(16), data.readUInt32BE(20)];
    if (mediaType === 'image/gif') return [data.readUInt16LE(6), data.readUInt16LE(8)];
    if (mediaType === 'image/webp') return webpSize(data);
    if (mediaType === 'image/jpeg') return jpegSize(data);
  } catch {
    // It ends before its size is told.
  }
  return undefined;
}

function webpSize(data: Buffer): Size | undefined {
  const kind = data.toString('latin1', 12, 16);
  if (kind === 'VP8X') return [data.readUIntLE(24, 3) + 1, data.readUIntLE(27, 3) + 1];
  if (kind === 'VP8 ') return [data.readUInt16LE(26) & 0x3fff, data.readUInt16LE(28) & 0x3fff];
  if (kind !== 'VP8L') return undefined;
  const bits = data.readUInt32LE(21);
  return [(bits & 0x3fff) + 1, ((bits >> 14) & 0x3fff) + 1];
}

/** Looks for the frame header, past what comes before it. */
function jpegSize(data: Buffer): Size | undefined {
  for (let at = 2; at + 9 < data.length; at += 2 + data.readUInt16BE(at + 2)) {
    if (data[at] !== 0xff) return undefined;
    const marker = data[at + 1] ?? 0;
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return [data.readUInt16BE(at + 7), data.readUInt16BE(at + 5)];
  }
  return undefined;
}
