import { systemClock } from '../../kernel/clock.ts';
import type { Clock } from '../../kernel/clock.ts';
import { VendorError } from '../../kernel/errors.ts';
import type { Logger } from '../../kernel/logger.ts';
import { formatOf } from './formats.ts';
import type { GifOptions, ImageWork, MadeAnimation, MadeImage } from './image-port.ts';
import {
  ANIMATION_TIMEOUT_MS,
  MOST_FILE_BYTES,
  MOST_REPLY_BYTES,
  MOST_REQUEST_BYTES,
  SVG_TIMEOUT_MS,
  TIMEOUT_MS,
} from './limits.ts';
import type { Answer, Made, OperationName, Operations, ReplyHead } from './operations.ts';
import { ChildPool } from './pool/child-pool.ts';
import { hasFfmpeg, videoOf } from './video.ts';

export interface ImageWorkOptions {
  logger: Logger;
  clock?: Clock;
  /** How many images are worked on at the same time; 1 unless given. Each takes a core and up to 500 MB. */
  children?: number;
  /** The operation whose code is loaded before it is asked for; `finish` unless given. */
  preload?: OperationName;
  /** How ffmpeg is called, for videos. */
  ffmpeg?: string;
  limits?: Partial<ImageWorkLimits>;
}

export interface ImageWorkLimits {
  timeoutMs: number;
  animationTimeoutMs: number;
  /** More waiting requests are refused with `media/busy`. */
  maxWaiting: number;
  /** Processes that stand by for one that was killed. */
  spares: number;
  /** Processes end when nothing was asked for so long. */
  idleMs: number;
  /** A process is replaced after so many answers. */
  maxAnswers: number;
}

const DEFAULTS: ImageWorkLimits = {
  timeoutMs: TIMEOUT_MS,
  animationTimeoutMs: ANIMATION_TIMEOUT_MS,
  maxWaiting: 64,
  spares: 1,
  idleMs: 60_000,
  maxAnswers: 200,
};
/** Memory that a process keeps after its work; more is not worth keeping. */
const MOST_RESIDENT_BYTES = 300_000_000;

const MOST_ANIMATION_BYTES = 8 * 1024 * 1024;

export interface Ask {
  <Name extends OperationName>(
    operation: Name,
    files: readonly Uint8Array[],
    options: Operations[Name]['options'],
    how: { signal: AbortSignal; mayBeRefused?: boolean },
  ): Promise<Answer<Operations[Name]['result']>>;
}

/** The pool, and what asks it and translates its failures to the codes of `ImageWork`. */
export function createAsking(options: ImageWorkOptions): { ask: Ask; pool: ChildPool } {
  const { logger, clock = systemClock, children = 1, preload = 'finish', limits = {} } = options;
  const { timeoutMs, animationTimeoutMs, ...rest } = { ...DEFAULTS, ...limits };
  const script = new URL('./child/main.ts', import.meta.url);
  const pool = new ChildPool({
    ...{ logger, clock, script, preload, children },
    maxResidentBytes: MOST_RESIDENT_BYTES,
    ...rest,
  });
  const ask: Ask = async <Name extends OperationName>(
    operation: Name,
    files: readonly Uint8Array[],
    options: Operations[Name]['options'],
    { signal, mayBeRefused = true }: { signal: AbortSignal; mayBeRefused?: boolean },
  ) => {
    signal.throwIfAborted();
    check(files);
    const isLong = operation === 'animate' || operation === 'zoom';
    const request = {
      message: { head: { operation, options }, files },
      timeoutMs: isLong
        ? animationTimeoutMs
        : operation === 'rasterise'
          ? Math.min(timeoutMs, SVG_TIMEOUT_MS)
          : timeoutMs,
      maxReplyBytes: MOST_REPLY_BYTES,
      mayBeRefused,
      signal,
    };
    const reply = await pool.run(request).catch((error: unknown) => {
      signal.throwIfAborted();
      throw error instanceof VendorError ? error : refusal('media/unreadable', 'The image cannot be decoded', error);
    });
    const { result, failure } = reply.head as ReplyHead<Name>;
    if (result === undefined) {
      throw refusal(failure?.code ?? 'media/unreadable', `The image can't be used: ${failure?.message ?? 'no answer'}`);
    }
    return { result, files: reply.files };
  };
  return { ask, pool };
}

/** What can be told without decoding. */
function check(files: readonly Uint8Array[]): void {
  for (const file of files) {
    if (!formatOf(file)) throw refusal('media/no-image', 'The file is not a PNG, JPEG, WebP, GIF or AVIF image');
    if (file.length > MOST_FILE_BYTES) throw refusal('media/too-large', `The image has ${file.length} bytes`);
  }
  const total = files.reduce((sum, { length }) => sum + length, 0);
  if (total > MOST_REQUEST_BYTES) throw refusal('media/too-large', `The images have ${total} bytes together`);
}

function refusal(code: string, message: string, cause?: unknown): VendorError {
  return new VendorError(code, message, { retryable: false, cause });
}

/** A made image with its bytes. */
export function withBytes<Part extends Made>(made: Part, bytes: Uint8Array | undefined): Part & MadeImage {
  if (!bytes) throw refusal('media/unreadable', 'The image process sent no image');
  return { ...made, bytes };
}

export interface PooledImageWork extends ImageWork {
  /** Of the image processes that are there, for measuring. */
  readonly pids: readonly number[];
}

/** See `ImageWork`. Nothing starts before the first request. */
export function createImageWork(options: ImageWorkOptions): PooledImageWork {
  const { ask, pool } = createAsking(options);
  const { ffmpeg = 'ffmpeg' } = options;
  let hasVideos = false;
  return {
    get pids() {
      return pool.pids;
    },
    inspect: async (file, signal) => (await ask('inspect', [file], null, { signal })).result,
    fit: async (file, limits, signal) => single(await ask('fit', [file], limits, { signal })),
    finish: async (file, finishing, signal) => {
      const { result, files } = await ask('finish', [file], finishing, { signal });
      const { unchanged, ...made } = result;
      return withBytes(made, unchanged ? file : files[0]);
    },
    animate: async (files, gif, signal) => {
      const made = await ask('animate', files, gif, { signal });
      return animation(made, { ...options, ffmpeg, gif, signal });
    },
    // What is missing may be installed later; what is there stays.
    makesVideos: async () => (hasVideos ||= await hasFfmpeg(ffmpeg)),
    zoom: async (steps, gif, signal) => {
      const inner = steps.map((step) => step.inner ?? null);
      const made = await ask('zoom', bytesOf(steps), { ...gif, inner }, { signal });
      return animation(made, { ...options, ffmpeg, gif, signal });
    },
    paint: async ({ base, mask, ...painting }, signal) => {
      const files = [base ?? [], mask ?? []].flatMap((file) => (file instanceof Uint8Array ? [file] : []));
      const about = { ...painting, hasBase: base !== undefined, hasMask: mask !== undefined };
      return single(await ask('paint', files, about, { signal }));
    },
    enlarge: async (file, margins, signal) => {
      const [image, mask, transparentMask] = several(await ask('enlarge', [file], margins, { signal }), 3);
      return { image, mask, transparentMask };
    },
    cellMask: async (file, cells, signal) => {
      const [mask, transparentMask] = several(await ask('cellMask', [file], { cells }, { signal }), 2);
      return { mask, transparentMask };
    },
    numbered: async (file, signal) => single(await ask('numbered', [file], null, { signal })),
    sheet: async (images, signal) => {
      const entries = images.map(({ label }, index) => ({ id: '', parentIds: [], label: label ?? String(index + 1) }));
      return single(await ask('sheet', bytesOf(images), { entries }, { signal }));
    },
    tree: async (images, signal) => {
      const entries = images.map(({ id, parentIds, label }, index) => ({
        id,
        parentIds,
        label: label ?? String(index + 1),
      }));
      return single(await ask('tree', bytesOf(images), { entries }, { signal }));
    },
    scale: async (file, factor, signal) => single(await ask('scale', [file], { factor }, { signal })),
    rasterise: async (drawing, signal) => single(await ask('rasterise', [], drawing, { signal })),
    close: async () => pool.close(),
  };
}

function single<Part extends Made>({ result, files }: Answer<Part>): Part & MadeImage {
  return withBytes(result, files[0]);
}

const bytesOf = (images: readonly { bytes: Uint8Array }[]): Uint8Array[] => images.map(({ bytes }) => bytes);

type Several<Count extends 2 | 3> = Count extends 2 ? [MadeImage, MadeImage] : [MadeImage, MadeImage, MadeImage];

function several<Count extends 2 | 3>({ result, files }: Answer<Made[]>, count: Count): Several<Count> {
  if (result.length !== count) throw refusal('media/unreadable', 'The image process sent other images');
  return result.map((made, index) => withBytes(made, files[index])) as Several<Count>;
}

/** Videos are made of the single images that the image process made. */
async function animation(
  { result, files }: Answer<Operations['animate']['result']>,
  { ffmpeg, gif, limits, signal }: ImageWorkOptions & { ffmpeg: string; gif: GifOptions; signal: AbortSignal },
): Promise<MadeAnimation> {
  const { delaysMs, ...made } = result;
  if (!delaysMs) return withBytes(made, files[0]);
  const timeoutMs = limits?.animationTimeoutMs ?? DEFAULTS.animationTimeoutMs;
  const maxBytes = gif.maxBytes ?? MOST_ANIMATION_BYTES;
  return { ...made, bytes: await videoOf(files, { command: ffmpeg, delaysMs, maxBytes, timeoutMs, signal }) };
}
