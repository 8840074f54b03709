import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { VendorError } from '../../kernel/errors.ts';
import { ByteBudget } from '../../kernel/byte-budget.ts';

export interface PictureLimits {
  /** In pixels. */
  longestEdge: number;
  maxBytes: number;
}

/** The child process's report about the new picture. */
export interface PictureReport {
  mediaType: 'image/png' | 'image/jpeg';
  size: { width: number; height: number };
}

export interface Picture extends PictureReport {
  data: Uint8Array;
}

/** 12 megapixels take half a second; a picture that takes this long is an attack. */
const TIMEOUT_MS = 30_000;
/**
 * Limit of the process's writable memory, in kB. V8 reserves 575 MB of which it uses 40, which leaves 300 MB for a
 * picture. That is enough for 50 megapixels, but not for a progressive JPEG of that size, which is refused.
 */
const MOST_MEMORY_KB = 900_000;
/** Each takes a core and 100 to 300 MB: a small machine has no room for a second. */
const AT_ONCE = 1;

const turns = new ByteBudget(AT_ONCE);

/**
 * Prepares a foreign picture for a model: the first frame, upright, within the wanted pixels and bytes, without
 * metadata, as PNG or JPEG, which every provider accepts. Decodes it in a process with limited time and memory, which
 * gets nothing but the picture; one at a time. Rejects with `media/unreadable` for anything that is not a picture,
 * broken, or made to be too large.
 */
export async function preparePicture(file: Uint8Array, limits: PictureLimits, signal: AbortSignal): Promise<Picture> {
  const turn = await turns.acquire(1, signal);
  try {
    return readAnswer(await decode(file, limits, signal));
  } catch (error) {
    signal.throwIfAborted();
    throw new VendorError('media/unreadable', 'The picture cannot be decoded', { retryable: false, cause: error });
  } finally {
    turn.release();
  }
}

function decode(file: Uint8Array, limits: PictureLimits, signal: AbortSignal): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = start(limits);
    const chunks: Buffer[] = [];
    let size = 0;
    let complaint = '';
    let failure: Error | undefined;
    const end = (error: Error) => {
      failure ??= error;
      child.kill('SIGKILL');
    };
    const stop = () => end(signal.reason as Error);
    const timer = setTimeout(() => end(new Error(`no end after ${TIMEOUT_MS} ms`)), TIMEOUT_MS);
    signal.addEventListener('abort', stop, { once: true });
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > limits.maxBytes + 1024) end(new Error('more bytes than were asked for'));
      else chunks.push(chunk);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaint = (complaint + text).slice(-2000);
    });
    child.on('error', end);
    child.on('close', (code) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      if (failure) reject(failure);
      else if (code !== 0) reject(new Error(`it ended with code ${code}: ${complaint}`));
      else resolve(Buffer.concat(chunks));
    });
    // A process that has ended doesn't read its input to the end; its exit code says more.
    child.stdin.on('error', () => undefined);
    child.stdin.end(file);
    if (signal.aborted) stop();
  });
}

/** A shell limits memory where there is one; elsewhere the limits of pixels, heap and time must do. */
function start(limits: PictureLimits) {
  const script = fileURLToPath(new URL('./picture-child.ts', import.meta.url));
  const args = ['--max-old-space-size=64', '--max-semi-space-size=2', script, JSON.stringify(limits)];
  // glibc would otherwise keep an arena per thread.
  const options = { env: { MALLOC_ARENA_MAX: '2', UV_THREADPOOL_SIZE: '1' }, windowsHide: true };
  if (process.platform !== 'linux') return spawn(process.execPath, args, options);
  const shell = ['-c', `ulimit -d ${MOST_MEMORY_KB}; exec "$0" "$@"`, process.execPath, ...args];
  return spawn('/bin/sh', shell, options);
}

function readAnswer(answer: Buffer): Picture {
  const end = answer.indexOf('\n');
  const report = JSON.parse(answer.subarray(0, end).toString()) as PictureReport;
  return { ...report, data: answer.subarray(end + 1) };
}
