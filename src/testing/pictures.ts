import { Buffer } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import { crc32, deflateSync } from 'node:zlib';

/** Pictures made without a library, so that another one tests the decoder. */

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

function png(width: number, height: number, rows: Buffer): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // 8 bits a channel, RGB.
  header.set([8, 2, 0, 0, 0], 8);
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', rows), chunk('IEND', Buffer.alloc(0))]);
}

/** A PNG of noise, which hardly compresses: three bytes a pixel. */
export function noisePng(width: number, height: number): Buffer {
  const rows = randomBytes((width * 3 + 1) * height);
  for (let row = 0; row < height; row += 1) rows[row * (width * 3 + 1)] = 0;
  return png(width, height, deflateSync(rows, { level: 0 }));
}

/** A PNG of one colour. */
export const plainPng = (width: number, height: number): Buffer =>
  png(width, height, deflateSync(Buffer.alloc((width * 3 + 1) * height)));

/** Claims to be 60,000 pixels wide and high, which would take 10 GB. */
export const bombPng = (): Buffer => png(60_000, 60_000, deflateSync(Buffer.alloc(1_000_000)));

/** Begins like a JPEG and continues with garbage. */
export const brokenJpeg = (bytes: number): Buffer =>
  Buffer.concat([Buffer.from('ffd8ffe000104a46494600010100000100010000', 'hex'), Buffer.alloc(bytes, 0x41)]);

/** A GIF of one pixel with this many frames. */
export function gif(frames: number): Buffer {
  const head = Buffer.from('474946383961010001008000000000 00ffffff'.replace(' ', ''), 'hex');
  const frame = Buffer.from('21f904000a0000002c00000000010001000002024401 00'.replace(' ', ''), 'hex');
  return Buffer.concat([head, ...Array.from({ length: frames }, () => frame), Buffer.from('3b', 'hex')]);
}
