import type { Duplex } from 'node:stream';
import { constants, createDeflate, createZstdCompress, deflateSync } from 'node:zlib';
import type { WebSocket } from 'ws';

/** What clients may ask for in the query, one context for the whole connection. */
const streams = {
  'zlib-stream': { create: () => createDeflate(), flush: constants.Z_SYNC_FLUSH },
  'zstd-stream': { create: () => createZstdCompress(), flush: constants.ZSTD_e_flush },
} as const;

export type TransportCompression = keyof typeof streams;

export function isTransportCompression(value: string): value is TransportCompression {
  return value in streams;
}

/** Shorter frames are not worth compressing one by one. Discord does not say where it draws the line. */
const compressedFromCharacters = 8_192;

/** Writes gateway frames to one client. */
export interface FrameWriter {
  write(frame: string): void;
  /** From now on long frames are compressed each for itself, unless the whole connection is compressed. */
  compressLongFrames(): void;
  /** Closes after every frame written so far has been handed to the socket. */
  close(code: number, reason: string): void;
  /** Ends the connection at once, as a cut cable does. */
  cut(): void;
}

/** `wire` is what the WebSocket writes to. */
export function createFrameWriter(
  socket: WebSocket,
  wire: Duplex,
  compression: TransportCompression | null,
): FrameWriter {
  return compression === null ? createTextWriter(socket, wire) : createStreamWriter(socket, compression);
}

/** A connection with so many frames in a turn of the event loop is busy. */
const busyFrames = 4;

/**
 * The first frame of a turn of the event loop leaves at once, so that it comes before the answer to the request that
 * caused it; those after it leave together, since a call of the system for each costs more than all else here. While a
 * connection is busy, its first frame waits for the others, too.
 */
function createTextWriter(socket: WebSocket, wire: Duplex): FrameWriter {
  let compressesLong = false;
  let framesInTurn = 0;
  let isBusy = false;
  let isCorked = false;
  const cork = (): void => {
    if (isCorked) return;
    isCorked = true;
    wire.cork();
  };
  const endTurn = (): void => {
    if (isCorked) wire.uncork();
    isCorked = false;
    isBusy = framesInTurn >= busyFrames;
    framesInTurn = 0;
  };
  return {
    write: (frame) => {
      if (socket.readyState !== socket.OPEN) return;
      framesInTurn += 1;
      if (framesInTurn === 1) setImmediate(endTurn);
      if (framesInTurn > 1 || isBusy) cork();
      if (compressesLong && frame.length >= compressedFromCharacters) socket.send(deflateSync(frame), { binary: true });
      else socket.send(frame);
    },
    compressLongFrames: () => {
      compressesLong = true;
    },
    close: (code, reason) => socket.close(code, reason),
    cut: () => socket.terminate(),
  };
}

/**
 * Each frame becomes one binary message that ends with a flush. With zlib its last four bytes are those of a sync flush,
 * which is how clients find the end of a frame. Frames therefore go through the stream one after the other.
 */
function createStreamWriter(socket: WebSocket, compression: TransportCompression): FrameWriter {
  const { create, flush } = streams[compression];
  const stream = create();
  const waiting: string[] = [];
  let chunks: Buffer[] = [];
  let busy = false;
  let closing: { code: number; reason: string } | null = null;
  // Reading in paused mode: when a flush calls back, all its bytes can be had by read(), which 'data' does not promise.
  const collect = (): void => {
    for (let chunk = stream.read() as Buffer | null; chunk; chunk = stream.read() as Buffer | null) chunks.push(chunk);
  };
  stream.on('readable', collect);
  socket.once('close', () => stream.destroy());

  function next(): void {
    const frame = waiting.shift();
    if (frame === undefined || stream.destroyed) {
      busy = false;
      if (closing) socket.close(closing.code, closing.reason);
      return;
    }
    busy = true;
    stream.write(frame);
    stream.flush(flush, () => {
      collect();
      if (socket.readyState === socket.OPEN) socket.send(Buffer.concat(chunks), { binary: true });
      chunks = [];
      next();
    });
  }

  return {
    write(frame) {
      waiting.push(frame);
      if (!busy) next();
    },
    compressLongFrames: () => undefined,
    close(code, reason) {
      closing = { code, reason };
      if (!busy) next();
    },
    cut: () => socket.terminate(),
  };
}
