import { Cancelled, UserError, VendorError } from '../../kernel/errors.ts';
import type { GifOptions, JobRun } from '../../sdk/index.ts';
import { imagesApi } from '../images/api.ts';
import { collectChain } from './collect.ts';
import type { Collected } from './collect.ts';
import { loadImages } from './load.ts';
import type { LoadedImage } from './load.ts';
import { pickImages } from './pick.ts';
import type { ChainImage, Picked } from './pick.ts';
import type { MadeChain } from './render.ts';
import { zoomPath } from './rules/zoom-path.ts';
import type { PathStep } from './rules/zoom-path.ts';
import type { ChainContext } from './settings.ts';
import { openProgress, showEnd, showMade } from './show.ts';
import type { ChainTask } from './show.ts';
import { findRequest } from './store.ts';

const mebibyte = 1024 * 1024;
/** Room for what surrounds a file in its upload. */
const marginBytes = 64 * 1024;
/** Of a zoom, unless fewer are asked for: more make it smoother, and the file larger. */
const framesPerStep = 16;
const mostZoomFrames = 100;
const fewest = 2;

/** Makes an animation and shows it. A run that follows a crash does it again, into the same message. */
export async function runChain(context: ChainContext, run: JobRun, requestId: string): Promise<void> {
  const task = await openTask(context, run, requestId);
  if (!task) return;
  const stopProgress = openProgress(task);
  try {
    const made = await make(task);
    await stopProgress();
    run.signal.throwIfAborted();
    await showMade(task, made);
  } catch (error) {
    await stopProgress();
    await onFailure(task, error);
  }
}

/** Ends a request whose every run was lost with its worker. */
export async function tellOfLoss(context: ChainContext, run: JobRun, requestId: string): Promise<void> {
  const task = await openTask(context, run, requestId);
  if (task) await showEnd(task, context.texts.in(undefined)('failed.lost'), 'failed');
}

async function openTask(context: ChainContext, run: JobRun, id: string): Promise<ChainTask | undefined> {
  const row = await findRequest(context.db, id);
  return row?.state === 'waiting' ? { context, run, row } : undefined;
}

async function make(task: ChainTask): Promise<MadeChain> {
  const { context, run, row } = task;
  const { guild_id: guildId, channel_id: channelId, author_id: userId, target_id: targetId, options } = row;
  if (options.format === 'mp4' && !(await context.images.makesVideos())) {
    throw new UserError('failed.media.no-ffmpeg', 'ffmpeg is not installed');
  }
  const settings = await context.settings.at({ guildId, channelId, userId });
  const scanned = { channelId, targetId, scan: settings.scan, signal: run.signal };
  const { messages, cut } = await collectChain(context, scanned);
  const found = await pickImages(context, messages, userId);
  const shown = await shownOf(context, found);
  const picked = { ...found, images: found.images.map((image) => sized(image, shown)) };
  const path = zoomPath(picked.images, shown);
  const uploadLimit = (await context.discord.cache.uploadLimit(channelId)) - marginBytes;
  const gif = {
    maxFrames: options.frames ?? settings.frames,
    longestEdge: options.size ?? settings.size,
    delayMs: options.delayMs ?? settings.delayMs,
    maxBytes: Math.min(settings.maxMb * mebibyte, uploadLimit),
    format: options.format,
    animated: options.animated,
  };
  const made = options.zoom
    ? await makeZoom(task, path, gif)
    : await makeChain(task, { ...picked, canZoom: path.length > 0, cut }, gif);
  return { ...made, ...(cut && { cut: { why: cut, reached: picked.images.length } }) };
}

const shownOf = (context: ChainContext, { images }: Picked) =>
  context.use(imagesApi).imagesShownBy(images.filter(({ isOwn }) => isOwn).map(({ attachmentId }) => attachmentId));

/** With room for its kept file, which may be larger than what Discord shows. */
const sized = (image: ChainImage, shown: Awaited<ReturnType<typeof shownOf>>): ChainImage => ({
  ...image,
  size: Math.max(image.size, shown.get(image.attachmentId)?.sizeBytes ?? 0),
});

type Gif = Required<GifOptions>;

async function makeChain(
  { context, run, row }: ChainTask,
  { images: all, unwilling, canZoom, cut }: Picked & { canZoom: boolean; cut: Collected['cut'] },
  gif: Gif,
): Promise<MadeChain> {
  const { signal } = run;
  // The oldest, since the others tell how it goes on.
  const wanted = all.slice(0, gif.maxFrames);
  const { images, unread, lease } = await loadImages(context, wanted, {
    channelId: row.channel_id,
    animated: gif.animated,
    signal,
  });
  try {
    if (images.length < fewest) throw tooFew({ found: images.length, unread, unwilling, cut });
    const files = images.map(({ bytes }) => bytes);
    return {
      ...{ animation: await context.images.animate(files, gif, signal), isZoom: false, animated: gif.animated },
      ...{ images: images.length, tooMany: all.length - wanted.length, unread, unwilling, canZoom },
      ...{ mostBytes: gif.maxBytes, isSpoiler: images.some(({ image }) => image.isSpoiler) },
    };
  } finally {
    lease.release();
  }
}

interface Found {
  found: number;
  unread: number;
  unwilling: number;
  cut: Collected['cut'];
}

function tooFew({ found, unread, unwilling, cut }: Found): UserError {
  if (unread > 0) return new UserError('too-few.unread', 'too few images can be read', { count: unread });
  if (unwilling > 0) return new UserError('too-few.unwilling', 'too few images may be read', { count: unwilling });
  if (cut) return new UserError(`too-few.${cut}`, 'too few images can be reached', { count: found });
  return new UserError(found === 0 ? 'too-few.none' : 'too-few.one', 'too few images');
}

async function makeZoom(
  { context, run, row }: ChainTask,
  path: readonly PathStep<ChainImage>[],
  gif: Gif,
): Promise<MadeChain> {
  if (path.length < fewest) throw new UserError('no-zoom', 'nothing was zoomed out of');
  const { signal } = run;
  const wanted = path.map(({ image }) => image);
  const { images, lease } = await loadImages(context, wanted, {
    channelId: row.channel_id,
    animated: false,
    signal,
  });
  try {
    // One that is missing would be a jump.
    if (images.length < path.length) throw new UserError('zoom-broken', 'an image of the zoom is gone');
    const steps = images.map((image, index) => stepOf(image, path[index]));
    const maxFrames = row.options.frames ?? Math.min(mostZoomFrames, 1 + framesPerStep * (steps.length - 1));
    return {
      ...{ animation: await context.images.zoom(steps, { ...gif, maxFrames }, signal), isZoom: true, animated: false },
      ...{ images: images.length, tooMany: 0, unread: 0, unwilling: 0, canZoom: true, mostBytes: gif.maxBytes },
      isSpoiler: images.some(({ image }) => image.isSpoiler),
    };
  } finally {
    lease.release();
  }
}

function stepOf({ bytes, width, height }: LoadedImage, step: PathStep<ChainImage> | undefined) {
  const inner = step?.inner;
  if (!inner) return { bytes };
  const across = { left: Math.round(inner.left * width), width: Math.round(inner.width * width) };
  return {
    bytes,
    inner: { ...across, top: Math.round(inner.top * height), height: Math.round(inner.height * height) },
  };
}

async function onFailure(task: ChainTask, error: unknown): Promise<void> {
  const { context, run } = task;
  if (run.signal.reason instanceof Cancelled) {
    await showEnd(task, context.texts.in(undefined)('cancelled'), 'cancelled');
    return;
  }
  const mayRetry = !run.lastAttempt && error instanceof VendorError && error.retryable;
  if (run.signal.aborted || mayRetry) throw error;
  await showEnd(task, failureText(context, error), 'failed');
}

function failureText(context: ChainContext, error: unknown): string {
  const key = error instanceof VendorError ? `failed.${error.code.replace('/', '.')}` : '';
  return context.texts.has(key) ? context.texts.in(undefined)(key) : context.explain(error);
}
