import { parseJson, recordOf } from '../../failure.ts';
import type { Attempt } from '../call.ts';
import { imageOf } from '../image.ts';
import type { DrawnImage } from '../port.ts';

/** What a server tells on the way. */
export interface ComfyEvents {
  onChange(listener: () => void): () => void;
  close(): void;
}

/** A drawing doesn't wait longer for the socket that only shows how it comes along. */
const OPEN_MS = 2000;
const PREVIEW_EVENT = 1;
const HEAD_BYTES = 8;
const MOST_PREVIEW_BYTES = 8_000_000;
const ends: readonly unknown[] = ['execution_success', 'execution_error', 'execution_interrupted'];

/**
 * Listens to the events of a client: its unfinished images, and that its work has ended. Undefined where there is no socket:
 * the history tells the result all the same.
 */
export async function comfyEvents(
  { baseUrl, clock, signal }: Attempt,
  client: string,
  tell: (image: DrawnImage) => void,
): Promise<ComfyEvents | undefined> {
  const socket = new WebSocket(`${baseUrl.replace(/^http/, 'ws')}/ws?clientId=${client}`);
  socket.binaryType = 'arraybuffer';
  const listeners = new Set<() => void>();
  socket.addEventListener('message', ({ data }: { data: unknown }) => {
    if (data instanceof ArrayBuffer) showPreview(Buffer.from(data), tell);
    else if (isEnd(data)) for (const listener of listeners) listener();
  });
  const close = (): void => socket.close();
  signal.addEventListener('abort', close, { once: true });
  const opened = Promise.withResolvers<boolean>();
  const timer = clock.after(OPEN_MS, () => opened.resolve(false));
  socket.addEventListener('open', () => opened.resolve(true));
  socket.addEventListener('error', () => opened.resolve(false));
  socket.addEventListener('close', () => opened.resolve(false));
  const isOpen = await opened.promise;
  timer.cancel();
  if (!isOpen) {
    close();
    return undefined;
  }
  const onChange = (listener: () => void): (() => void) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };
  return { onChange, close };
}

/** Two numbers, the kind of event and of image, and the image. */
function showPreview(data: Buffer, tell: (image: DrawnImage) => void): void {
  if (data.length <= HEAD_BYTES || data.length > MOST_PREVIEW_BYTES || data.readUInt32BE(0) !== PREVIEW_EVENT) return;
  const bytes = new Uint8Array(data.subarray(HEAD_BYTES));
  const facts = imageOf(bytes);
  if (facts) tell({ bytes, ...facts });
}

function isEnd(data: unknown): boolean {
  const { type, data: details } = recordOf(parseJson(typeof data === 'string' ? data.slice(0, 100_000) : '')) ?? {};
  return ends.includes(type) || (type === 'executing' && recordOf(details)?.['node'] === null);
}
