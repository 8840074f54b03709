import { contentTypeOf } from '../formats.ts';
import type { FinishOptions } from '../image-port.ts';
import type { Operation, Outcome } from '../operations.ts';
import { captionStrip } from './caption.ts';
import { checkFrames, checkPixels } from './inspect.ts';
import { containerOf, noteText } from './note.ts';
import { compress } from './compress.ts';
import { pixelsOf, sourceOf, upright } from './source.ts';
import type { Pixels, Source } from './source.ts';

const PREVIEW_WIDTH = 512;
const PREVIEW_QUALITY = 62;

type Finished = Outcome<'finish'>;

export const finish: Operation<'finish'> = async ([file = Buffer.alloc(0)], options) => {
  const source = await sourceOf(file);
  checkFrames(source);
  const kept = await asItIs(source, options);
  if (kept) return kept;
  if (source.frames > 1 && options.purpose !== 'preview') {
    return (await import('./finish-animation.ts')).finishAnimation(source, options);
  }
  return again(source, options);
};

/** Without decoding it to pixels and back: unchanged, or with other metadata only. */
async function asItIs(source: Source, options: FinishOptions): Promise<Finished | undefined> {
  const { file, metadata, width, height, format } = source;
  const isTurned = (metadata.orientation ?? 1) !== 1;
  if (options.caption || isTurned || file.length > options.maxBytes + MOST_METADATA_BYTES) return undefined;
  if (options.purpose === 'preview' && width > PREVIEW_WIDTH) return undefined;
  const container = containerOf(source);
  if (!container || container.hasProfile || metadata.space === 'cmyk') return undefined;
  await checkPixels(file);
  const result = { contentType: contentTypeOf(format), width, height, shrunk: 'no' as const };
  if (container.isClean && !options.note) {
    return file.length <= options.maxBytes ? { result: { ...result, unchanged: true }, files: [] } : undefined;
  }
  const bytes = container.write(options.note && noteText(options.note));
  return bytes.length <= options.maxBytes ? { result: { ...result, unchanged: false }, files: [bytes] } : undefined;
}

/** More pixels than this don't fit into memory beside what encodes them. */
const MOST_RAW_BYTES = 150_000_000;
/** A larger file doesn't become small enough by losing its metadata alone. */
const MOST_METADATA_BYTES = 1_000_000;

/** Decodes it, adds the caption, and encodes it until it is small enough. */
async function again(source: Source, options: FinishOptions): Promise<Finished> {
  const isPreview = options.purpose === 'preview';
  const image = upright(source.file);
  const share = Math.sqrt(MOST_RAW_BYTES / (source.width * source.height * (source.metadata.hasAlpha ? 4 : 3)));
  if (isPreview) image.resize({ width: PREVIEW_WIDTH, withoutEnlargement: true });
  else if (share < 1) image.resize({ width: Math.floor(source.width * share) });
  const decoded = await pixelsOf(image);
  const pixels = options.caption ? withCaption(decoded, options.caption) : decoded;
  const note = options.note && noteText(options.note);
  const made = await compress(pixels, {
    maxBytes: options.maxBytes - (note?.length ?? 0) - (note ? 128 : 0),
    keepPng: !isPreview && (source.format === 'png' || source.format === 'gif'),
    sourceBytes: source.file.length,
    preferWebp: source.format === 'webp',
    ...(isPreview && { bestQuality: PREVIEW_QUALITY }),
  });
  const bytes = note === undefined ? made.bytes : await withNote(made.bytes, note);
  const { width, height, contentType } = made;
  const shrunk = share < 1 && !isPreview ? 'scaled' : made.shrunk;
  return { result: { contentType, width, height, shrunk, unchanged: false }, files: [bytes] };
}

async function withNote(bytes: Uint8Array, note: string): Promise<Uint8Array> {
  return containerOf(await sourceOf(bytes))?.write(note) ?? bytes;
}

/** The rows of the strip come behind those of the image. */
export function withCaption(pixels: Pixels, caption: string): Pixels {
  const { data, width, height, channels } = pixels;
  const strip = captionStrip(caption, width);
  const rows = channels === 4 ? strip.data : withoutAlpha(strip.data);
  return { data: Buffer.concat([data, rows]), width, height: height + strip.height, channels };
}

function withoutAlpha(data: Buffer): Buffer {
  const opaque = Buffer.allocUnsafe((data.length / 4) * 3);
  for (let from = 0, to = 0; from < data.length; from += 4, to += 3) {
    opaque[to] = data[from] ?? 0;
    opaque[to + 1] = data[from + 1] ?? 0;
    opaque[to + 2] = data[from + 2] ?? 0;
  }
  return opaque;
}
