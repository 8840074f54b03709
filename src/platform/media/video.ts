import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VendorError } from '../../kernel/errors.ts';

export interface VideoOptions {
  /** How ffmpeg is called. */
  command: string;
  delaysMs: readonly number[];
  maxBytes: number;
  timeoutMs: number;
  signal: AbortSignal;
}

/** Tried in turn until one is small enough: 0 is lossless, 51 the worst. */
const QUALITIES = [20, 28, 36, 44];
const FRAMES_PER_SECOND = 30;
const VERSION_MS = 5000;

/**
 * An MP4 of images that we made. Rejects with `media/no-ffmpeg` where that is not installed, with `media/cannot-shrink`,
 * or with the signal's reason.
 */
export async function videoOf(images: readonly Uint8Array[], options: VideoOptions): Promise<Uint8Array> {
  const folder = await mkdtemp(join(tmpdir(), 'familiar-video-'));
  try {
    const list = ['ffconcat version 1.0'];
    for (const [index, image] of images.entries()) {
      await writeFile(join(folder, `${index}.jpg`), image);
      list.push(`file ${index}.jpg`, `duration ${((options.delaysMs[index] ?? 0) / 1000).toFixed(3)}`);
    }
    // Without its last image again, ffmpeg shows that for one frame only.
    list.push(`file ${images.length - 1}.jpg`);
    await writeFile(join(folder, 'list.txt'), list.join('\n'));
    for (const quality of QUALITIES) {
      await run(folder, quality, options);
      const bytes = await readFile(join(folder, 'video.mp4'));
      if (bytes.length <= options.maxBytes) return bytes;
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  throw new VendorError('media/cannot-shrink', 'The video cannot be made small enough', { retryable: false });
}

/** Whether ffmpeg is there and runs. Never rejects. */
export function hasFfmpeg(command: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const child = spawn(command, ['-version'], { stdio: 'ignore', timeout: VERSION_MS, killSignal: 'SIGKILL' });
  child.on('close', (code) => resolve(code === 0));
  child.on('error', () => resolve(false));
  return promise;
}

async function run(cwd: string, quality: number, { command, timeoutMs, signal }: VideoOptions): Promise<void> {
  const input = ['-f', 'concat', '-i', 'list.txt'];
  const output = ['-r', String(FRAMES_PER_SECOND), '-c:v', 'libx264', '-crf', String(quality), '-pix_fmt', 'yuv420p'];
  const args = [
    '-hide_banner',
    '-loglevel',
    'error',
    '-y',
    ...input,
    ...output,
    '-movflags',
    '+faststart',
    'video.mp4',
  ];
  const child = spawn(command, args, {
    cwd,
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
    signal,
  });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint = (complaint + text).slice(-1000)));
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.on('close', resolve);
  child.on('error', reject);
  try {
    const code = await promise;
    if (code !== 0) throw new Error(`ffmpeg ended with ${code ?? 'a signal'}: ${complaint}`);
  } catch (error) {
    signal.throwIfAborted();
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    const [name, message] = isMissing
      ? ['media/no-ffmpeg', 'ffmpeg is not installed']
      : ['media/unreadable', 'ffmpeg made no video'];
    throw new VendorError(name, message, { retryable: false, cause: error });
  }
}
