import { once } from 'node:events';
import { constants, createDeflate } from 'node:zlib';

/** How payloads go over the socket: as text, or as one zlib stream that is flushed after each. */
export type Transport = 'plain' | 'zlib-stream';

const textOpcode = 1;
const binaryOpcode = 2;
const framesPerWrite = 64;

/** A WebSocket frame as servers send them: whole and unmasked (RFC 6455, section 5.2). */
function frame(opcode: number, payload: Buffer): Buffer {
  const length = payload.length;
  const header = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
  header[0] = 0x80 | opcode;
  header[1] = length < 126 ? length : length < 65_536 ? 126 : 127;
  if (header.length === 4) header.writeUInt16BE(length, 2);
  if (header.length === 10) header.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([header, payload]);
}

/** Frames of text, several to a buffer, so that sending costs little. */
export function plainFrames(payloads: readonly Buffer[]): Buffer[] {
  return inGroups(payloads.map((payload) => frame(textOpcode, payload)));
}

/** Compresses payloads one after the other into the stream of one connection. */
export function createCompressor(): (payloads: readonly Buffer[]) => Promise<Buffer[]> {
  const deflate = createDeflate();
  let compressed: Buffer[] = [];
  deflate.on('data', (chunk: Buffer) => compressed.push(chunk));
  return async (payloads) => {
    const frames: Buffer[] = [];
    for (const payload of payloads) {
      if (!deflate.write(payload)) await once(deflate, 'drain');
      await new Promise<void>((resolve) => deflate.flush(constants.Z_SYNC_FLUSH, resolve));
      frames.push(frame(binaryOpcode, Buffer.concat(compressed)));
      compressed = [];
    }
    return inGroups(frames);
  };
}

function inGroups(frames: readonly Buffer[]): Buffer[] {
  const groups: Buffer[] = [];
  for (let from = 0; from < frames.length; from += framesPerWrite) {
    groups.push(Buffer.concat(frames.slice(from, from + framesPerWrite)));
  }
  return groups;
}
