import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import type { Socket } from 'node:net';
import { setPriority } from 'node:os';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { MessageReader, piecesOf } from './wire.ts';
import type { Message } from './wire.ts';

/**
 * Limit of the process's writable memory, in kB. V8 and the drawing library reserve 655 MB of which they use 85, which
 * leaves 375 MB for images: the process stays under 512 MB. That is enough for 50 megapixels, but not for a progressive
 * JPEG of that size, which is refused.
 */
const MOST_MEMORY_KB = 1_030_000;
/** People wait for answers more than for images. */
const NICENESS = 4;
const COMPLAINT_CHARACTERS = 2000;

/** A process that does one request at a time. It has no environment, little memory, and gets nothing but the images. */
export class ImageChild {
  /** Answers so far. */
  answers = 0;
  private readonly process: ChildProcessWithoutNullStreams;
  private readonly reader = new MessageReader({ fileBytes: 0 });
  private asked: PromiseWithResolvers<Message> | undefined;
  private complaint = '';
  private ended: Error | undefined;

  /** `preload` names what the script loads before it is asked. `onEnd` is called once, when the process is gone. */
  constructor(script: URL, preload: string, onEnd: (child: ImageChild) => void) {
    const child = start(fileURLToPath(script), preload);
    this.process = child;
    child.stdout.on('data', (chunk: Buffer) => this.read(chunk));
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.complaint = (this.complaint + text).slice(-COMPLAINT_CHARACTERS);
    });
    // A process that has ended doesn't read its input to the end; its exit code says more.
    child.stdin.on('error', () => undefined);
    child.on('error', (error) => this.end(error));
    child.on('close', (code, signal) => {
      this.end(new Error(`the image process ended with ${code ?? signal}: ${this.complaint}`));
      onEnd(this);
    });
    this.keepAlive(false);
  }

  get pid(): number | undefined {
    return this.process.pid;
  }

  get hasEnded(): boolean {
    return this.ended !== undefined;
  }

  /** Rejects when the process ends or answers anything else than a message with at most so many bytes of files. */
  async ask(message: Message, maxReplyBytes: number): Promise<Message> {
    if (this.ended) throw this.ended;
    this.asked = Promise.withResolvers<Message>();
    this.reader.limits = { fileBytes: maxReplyBytes };
    this.keepAlive(true);
    Readable.from(piecesOf(message), { objectMode: true }).pipe(this.process.stdin, { end: false });
    try {
      return await this.asked.promise;
    } finally {
      this.asked = undefined;
      this.keepAlive(false);
    }
  }

  /** Ends the process at once; what it was asked rejects with `reason`. */
  kill(reason: Error): void {
    this.end(reason);
  }

  private read(chunk: Buffer): void {
    if (this.ended) return;
    try {
      for (const message of this.reader.push(chunk)) {
        if (!this.asked) throw new Error('an answer that nothing asked for');
        this.answers += 1;
        this.asked.resolve(message);
        this.asked = undefined;
      }
    } catch (error) {
      this.end(new Error('the image process broke the protocol', { cause: error }));
    }
  }

  private end(reason: Error): void {
    if (this.ended) return;
    this.ended = reason;
    this.asked?.reject(reason);
    this.process.kill('SIGKILL');
    this.process.stdin.destroy();
  }

  /** A process without work doesn't keep the bot from ending. */
  private keepAlive(isBusy: boolean): void {
    const { stdin, stdout, stderr } = this.process;
    for (const part of [this.process, stdin, stdout, stderr] as unknown as Socket[]) {
      if (isBusy) part.ref();
      else part.unref();
    }
  }
}

/** A shell limits memory where there is one; elsewhere the limits of pixels, heap and time must do. */
function start(script: string, preload: string): ChildProcessWithoutNullStreams {
  const args = ['--max-old-space-size=96', '--max-semi-space-size=2', '--expose-gc', script, preload];
  const options = {
    env: {
      // glibc would otherwise keep an arena per thread.
      MALLOC_ARENA_MAX: '2',
      // Pixels that are freed go back to the system, however large earlier ones were.
      MALLOC_MMAP_THRESHOLD_: '262144',
      UV_THREADPOOL_SIZE: '1',
      // System fonts would make images differ between machines, and take 80 ms to list.
      DISABLE_SYSTEM_FONTS_LOAD: '1',
      // The drawing library's allocator would otherwise reserve a gigabyte, which counts against the limit.
      MIMALLOC_ARENA_EAGER_COMMIT: '0',
    },
    windowsHide: true,
  };
  if (process.platform !== 'linux') return spawn(process.execPath, args, options);
  const shell = ['-c', `ulimit -d ${MOST_MEMORY_KB}; exec "$0" "$@"`, process.execPath, ...args];
  const child = spawn('/bin/sh', shell, options);
  if (child.pid !== undefined) lowerPriority(child.pid);
  return child;
}

function lowerPriority(pid: number): void {
  try {
    setPriority(pid, NICENESS);
  } catch {
    // The process has ended; its `close` event tells.
  }
}
