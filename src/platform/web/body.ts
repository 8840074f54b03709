import { Writable } from 'node:stream';
import type { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib';
import { webError } from './failure.ts';

const decoders: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
  zstd: createZstdDecompress,
};

/** The Accept-Encoding header: every encoding that can be decoded. */
export const acceptedEncodings = 'gzip, deflate, br, zstd';

/** More nested encodings are only used by decompression bombs. */
const mostEncodings = 2;

/** The whole decompressed body. Stops reading beyond `maxBytes`, compressed or not. */
export async function readBody(
  raw: Readable,
  options: { encoding: string | undefined; length: string | undefined; maxBytes: number; signal: AbortSignal },
): Promise<Uint8Array> {
  const { encoding, length, maxBytes, signal } = options;
  const tooLarge = () => webError('too-large', `The body is larger than ${maxBytes} bytes`);
  const steps = decodersOf(encoding);
  if (steps.length === 0 && Number(length ?? 0) > maxBytes) throw tooLarge();
  const pieces: Buffer[] = [];
  let bytes = 0;
  const sink = new Writable({
    write: (piece: Buffer, _encoding, done) => {
      bytes += piece.length;
      if (bytes > maxBytes) return done(tooLarge());
      pieces.push(piece);
      return done();
    },
  });
  try {
    await pipeline([raw, ...steps, sink], { signal });
  } catch (error) {
    if (isDecompression(error)) throw webError('encoding', `The body cannot be unpacked (${encoding})`, error);
    throw error;
  }
  return Buffer.concat(pieces);
}

function decodersOf(encoding: string | undefined): Transform[] {
  const names = (encoding ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '' && name !== 'identity');
  if (names.length > mostEncodings) throw webError('encoding', 'The body is packed too often');
  return names.toReversed().map((name) => {
    const decoder = Object.hasOwn(decoders, name) ? decoders[name] : undefined;
    if (!decoder) throw webError('encoding', 'The body is packed in a way that is not known');
    return decoder();
  });
}

const isDecompression = (error: unknown): boolean =>
  /^(Z_|ERR__?ZLIB|ERR_BROTLI|ERR_ZSTD|ERR_PADDING|ERR_FORMAT|ZSTD_)/.test((error as { code?: string }).code ?? '');
