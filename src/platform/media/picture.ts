import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { VendorError } from '../../kernel/errors.ts';
import { ByteBudget } from '../../kernel/byte-budget.ts';

export interface PictureLimits {
  /** In pixels. */
  longestEdge: number;
  maxBytes: number;
}

/** What the process says of the picture that it made. */
export interface PictureReport {
  mediaType: 'image/png' | 'image/jpeg';
  size: { width: number; height: number };
}

export interface Picture extends PictureReport {
  data: Uint8Array;
}

/** 12 megapixels take half a second; what takes this long was made to. */
const TIMEOUT_MS = 30_000;
/**
 * Of what the process may write to, in kB. V8 sets 575 MB aside of which it uses 40, so some 300 MB are left to a picture:
 * enough for 50 megapixels at once, and not for a progressive JPEG of that size, which is then refused.
 */
const MOST_MEMORY_KB = 900_000;
/** Each takes a core and 100 to 300 MB: a small machine has no room for a second. */
const AT_ONCE = 1;

const turns = new ByteBudget(AT_ONCE);

/**
 * A foreign picture as a model may have it: the first frame, upright, of at most the wanted size in pixels and bytes,
 * without what the file tells of its maker, as PNG or JPEG, which every provider takes. It is decoded in a process of its
 * own that has a bound of time and of memory and gets nothing but the picture; one at a time over the whole process.
 * Rejects with `media/unreadable` when that is no picture, a broken one or one that is made to be too large.
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
    // A process that has ended does not read to the end, which its code tells better.
    child.stdin.on('error', () => undefined);
    child.stdin.end(file);
    if (signal.aborted) stop();
  });
}

/** Where there is a shell that bounds memory, it does; elsewhere the bounds of pixels, heap and time have to do. */
function start(limits: PictureLimits) {
  const script = fileURLToPath(new URL('./picture-child.ts', import.meta.url));
  const args = ['--max-old-space-size=64', '--max-semi-space-size=2', script, JSON.stringify(limits)];
  // glibc would keep an arena for each thread.
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
