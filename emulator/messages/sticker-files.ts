import { discordError } from '../errors.ts';
import { apngSeconds, gifSeconds, pngChunks } from './animation-length.ts';
import { imageSize } from './image-size.ts';

/** Source: "Create Guild Sticker" in Discord's documentation: 512 KiB, 320 x 320 pixels, 5 seconds. */
const MAX_BYTES = 512 * 1024;
const MAX_PIXELS = 320;
const MAX_SECONDS = 5;
const MAX_FRAMES = 1000;
const MAX_FRAMERATE = 60;

export type StickerFormat = 1 | 2 | 3 | 4;
const PNG_FORMAT = 1;
const APNG_FORMAT = 2;
const LOTTIE_FORMAT = 3;
const GIF_FORMAT = 4;

const PNG_SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const OPENING_BRACE = 0x7b;

/** What a sticker's file is, by its bytes alone. Throws what Discord answers when it takes no such file. */
export function stickerFormatOf(data: Buffer): StickerFormat {
  if (data.length > MAX_BYTES) throw discordError('uploadTooLarge');
  if (data[0] === OPENING_BRACE) {
    requireLottie(data);
    return LOTTIE_FORMAT;
  }
  const isPng = data.subarray(0, PNG_SIGNATURE.length).equals(PNG_SIGNATURE);
  const isGif = /^GIF8[79]a$/.test(data.toString('latin1', 0, 6));
  const size = isPng || isGif ? imageSize(data) : undefined;
  if (size === undefined || Math.min(size.width, size.height) < 1) throw discordError('invalidUpload');
  if (Math.max(size.width, size.height) > MAX_PIXELS) throw discordError('invalidUpload');
  if (isPng && !isAnimatedPng(data)) return PNG_FORMAT;
  if ((isGif ? gifSeconds(data) : apngSeconds(data)) > MAX_SECONDS) throw discordError('stickerDuration');
  return isGif ? GIF_FORMAT : APNG_FORMAT;
}

/** An APNG has an `acTL` chunk before its first picture data (PNG specification, third edition). */
function isAnimatedPng(data: Buffer): boolean {
  for (const { type } of pngChunks(data)) {
    if (type === 'acTL') return true;
    if (type === 'IDAT') return false;
  }
  return false;
}

interface Lottie {
  w?: unknown;
  h?: unknown;
  fr?: unknown;
  ip?: unknown;
  op?: unknown;
  layers?: unknown;
  assets?: unknown;
}

function requireLottie(data: Buffer): void {
  const { w: width, h: height, fr: rate, ip: first, op: last, layers, assets } = parseLottie(data);
  const numbers = [width, height, rate, first, last];
  if (!Array.isArray(layers) || !numbers.every((value) => typeof value === 'number')) {
    throw discordError('invalidLottie');
  }
  const [wide = 0, high = 0, framerate = 0, start = 0, end = 0] = numbers;
  if (wide < 1 || high < 1 || wide > MAX_PIXELS || high > MAX_PIXELS) throw discordError('lottieDimensions');
  if (framerate <= 0) throw discordError('lottieFramerateOdd');
  if (framerate > MAX_FRAMERATE) throw discordError('lottieFramerate');
  if (end - start > MAX_FRAMES) throw discordError('lottieFrames');
  if ((end - start) / framerate > MAX_SECONDS) throw discordError('stickerDuration');
  // Vector animations draw everything; an asset with a path is a picture.
  const hasPicture = Array.isArray(assets) && assets.some((asset) => Boolean((asset as { p?: unknown } | null)?.p));
  if (hasPicture) throw discordError('rasterisedLottie');
}

function parseLottie(data: Buffer): Lottie {
  try {
    return JSON.parse(data.toString('utf8')) as Lottie;
  } catch {
    throw discordError('invalidLottie');
  }
}
