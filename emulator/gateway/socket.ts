import type { Duplex } from 'node:stream';
import { constants, createDeflate, type Deflate } from 'node:zlib';
import type { WebSocket } from 'ws';

/** Writes gateway frames to one client, as text or, with `zlib-stream`, through one deflate context per connection. */
export interface FrameWriter {
  write(frame: string): void;
  /** Closes after every frame written so far has been handed to the socket. */
  close(code: number, reason: string): void;
  /** Ends the connection at once, as a cut cable does. */
  cut(): void;
}

/** `wire` is what the WebSocket writes to. */
export function createFrameWriter(socket: WebSocket, wire: Duplex, compress: boolean): FrameWriter {
  return compress ? createCompressedWriter(socket) : createTextWriter(socket, wire);
}

/**
 * The first frame of a turn of the event loop leaves at once, so that it comes before the answer to the request that
 * caused it; those after it leave together, since a call of the system for each costs more than all else here.
 */
function createTextWriter(socket: WebSocket, wire: Duplex): FrameWriter {
  let framesInTurn = 0;
  const endTurn = (): void => {
    if (framesInTurn > 1) wire.uncork();
    framesInTurn = 0;
  };
  return {
    write: (frame) => {
      if (socket.readyState !== socket.OPEN) return;
      framesInTurn += 1;
      if (framesInTurn === 1) setImmediate(endTurn);
      if (framesInTurn === 2) wire.cork();
      socket.send(frame);
    },
    close: (code, reason) => socket.close(code, reason),
    cut: () => socket.terminate(),
  };
}

/**
 * Each frame becomes one binary message that ends with the four bytes of a sync flush, which is how clients find the
 * end of a frame; frames therefore go through the deflate stream one after the other.
 */
function createCompressedWriter(socket: WebSocket): FrameWriter {
  const deflate: Deflate = createDeflate();
  const waiting: string[] = [];
  let chunks: Buffer[] = [];
  let busy = false;
  let closing: { code: number; reason: string } | null = null;
  // Reading in paused mode: when a flush calls back, all its bytes can be had by read(), which 'data' does not promise.
  const collect = (): void => {
    for (let chunk = deflate.read() as Buffer | null; chunk; chunk = deflate.read() as Buffer | null)
      chunks.push(chunk);
  };
  deflate.on('readable', collect);
  socket.once('close', () => deflate.destroy());

  function next(): void {
    const frame = waiting.shift();
    if (frame === undefined || deflate.destroyed) {
      busy = false;
      if (closing) socket.close(closing.code, closing.reason);
      return;
    }
    busy = true;
    deflate.write(frame);
    deflate.flush(constants.Z_SYNC_FLUSH, () => {
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
    close(code, reason) {
      closing = { code, reason };
      if (!busy) next();
    },
    cut: () => socket.terminate(),
  };
}
