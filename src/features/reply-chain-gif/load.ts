import { createHash } from 'node:crypto';
import { UserError, VendorError } from '../../kernel/errors.ts';
import { kindOf } from '../../kernel/file-kind.ts';
import type { ByteLease } from '../../kernel/byte-budget.ts';
import { imagesApi } from '../images/api.ts';
import type { ChainImage } from './pick.ts';
import type { Needs } from './settings.ts';

/** What one may attach. */
const mostFileBytes = 25_000_000;
/** Of all files of a chain as people sent them. */
const mostReadBytes = 150_000_000;
/** Of what is kept of them until the animation is made: with one file as it was sent, it fits what the process has for files. */
const mostKeptBytes = 32_000_000;
/** No animation is larger, so that nothing is lost. */
const keptEdge = 2048;

export interface LoadedImage {
  image: ChainImage;
  bytes: Uint8Array;
  /** In pixels. */
  width: number;
  height: number;
}

export interface Loaded {
  images: LoadedImage[];
  /** How many are broken, too large or gone. */
  unread: number;
  /** To be released when nobody needs the bytes any more. */
  lease: ByteLease;
}

type Context = Needs<'discord' | 'fileBytes' | 'images' | 'use'>;
type How = { channelId: string; animated: boolean; signal: AbortSignal };

/** Loads images one after the other, each once. Large ones are kept smaller; those that cannot be read are left out. */
export async function loadImages(context: Context, wanted: readonly ChainImage[], how: How): Promise<Loaded> {
  const sizes = wanted.map(({ size }) => Math.min(size, mostFileBytes));
  const most = Math.min(mostKeptBytes, sum(sizes)) + Math.max(0, ...sizes);
  const lease = await context.fileBytes.acquire(Math.min(most, context.fileBytes.totalBytes), how.signal);
  try {
    const images: LoadedImage[] = [];
    const seen = new Set<string>();
    let [read, kept, unread] = [0, 0, 0];
    for (const image of wanted) {
      const bytes = read < mostReadBytes ? await fetched(context, image, how) : undefined;
      read += bytes?.length ?? 0;
      const hash = bytes && createHash('sha256').update(bytes).digest('hex');
      if (hash !== undefined && seen.has(hash)) continue;
      const room = { share: Math.floor(mostKeptBytes / wanted.length), left: mostKeptBytes - kept };
      const loaded = bytes && (await prepared(context, bytes, room, how));
      if (!loaded || hash === undefined) {
        unread += 1;
        continue;
      }
      seen.add(hash);
      kept += loaded.bytes.length;
      images.push({ image, ...loaded });
    }
    lease.shrink(kept);
    return { images, unread, lease };
  } catch (error) {
    lease.release();
    throw error;
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

/** An image of the bot's comes without its caption. Undefined when it is gone, or too large. */
async function fetched(
  { discord, use }: Context,
  { attachmentId: id, url, filename, isOwn }: ChainImage,
  { channelId, signal }: How,
): Promise<Uint8Array | undefined> {
  try {
    const own = isOwn && (await use(imagesApi).loadPicture({ id, url, filename, channelId }, signal));
    if (own) return own;
    return await discord.actions.attachment(url, mostFileBytes, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof UserError || (error instanceof VendorError && !error.retryable)) return undefined;
    throw error;
  }
}

/** As small as it has to be. Only as it was sent, an animated image keeps its frames. Undefined when it cannot be read. */
async function prepared(
  { images }: Context,
  bytes: Uint8Array,
  { share, left }: { share: number; left: number },
  { animated, signal }: How,
): Promise<Omit<LoadedImage, 'image'> | undefined> {
  if (kindOf(bytes).kind !== 'picture') return undefined;
  try {
    if (bytes.length <= Math.min(left, animated ? left : share)) {
      const { width, height } = await images.inspect(bytes, signal);
      return { bytes, width, height };
    }
    return await images.fit(bytes, { longestEdge: keptEdge, maxBytes: Math.min(share, left) }, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof VendorError) || error.retryable || !error.code.startsWith('media/')) throw error;
    return undefined;
  }
}
