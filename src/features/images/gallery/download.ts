import { emptyZipBytes, makeZip, zipOverhead } from '../../../kernel/zip.ts';
import type { ZipEntry } from '../../../kernel/zip.ts';
import { UserError } from '../../../kernel/errors.ts';
import type { Call, OutgoingMessage } from '../../../sdk/index.ts';
import { imageRequest } from '../request.ts';
import type { ImageRequest } from '../request.ts';
import type { ImageContext } from '../settings.ts';
import { findOwn } from './own-store.ts';
import type { OwnImage } from './own-store.ts';
import { endingOf } from './thumbnails.ts';

/** Room for what surrounds a file in its upload. */
const marginBytes = 64 * 1024;
/** Archives that one call gives; one is in memory at a time. */
const mostArchives = 5;
/** Of one archive, whatever may be uploaded. */
const mostArchiveBytes = 50_000_000;

interface Download {
  /** Each is shown before the next is made. */
  show(message: OutgoingMessage): Promise<void>;
}

/** The caller's kept images as archives that may be uploaded there, favourites first, then the newest. */
export async function download(context: ImageContext, call: Call, { show }: Download): Promise<void> {
  const { caller, channelId, t } = call;
  const images = await findOwn(context.db, caller.userId);
  if (images.length === 0) throw new UserError('download.none', 'no image is kept');
  const mostBytes = Math.min((await context.discord.cache.uploadLimit(channelId)) - marginBytes, mostArchiveBytes);
  const packs = await pack(context, images, mostBytes);
  const shown = packs.packs.slice(0, mostArchives);
  const left = packs.packs.slice(mostArchives).flat().length + packs.tooLarge;
  for (const [index, entries] of shown.entries()) {
    const data = await archiveOf(context, entries);
    const number = shown.length > 1 ? `-${index + 1}` : '';
    const isLast = index === shown.length - 1;
    const lines = [
      t('download.part', { part: index + 1, parts: shown.length, count: entries.length }),
      ...(isLast && left > 0 ? [t('download.left', { count: left })] : []),
    ];
    const file = { name: `images${number}.zip`, contentType: 'application/zip', data };
    await show({ content: lines.join('\n'), files: [file] });
  }
}

interface Packed {
  image: OwnImage;
  name: string;
  /** What `prompts.json` says of it. */
  about: object;
}

/** In as many archives as they need. Those that fit into none are left out. */
async function pack(
  context: ImageContext,
  images: readonly OwnImage[],
  mostBytes: number,
): Promise<{ packs: Packed[][]; tooLarge: number }> {
  const packs: Packed[][] = [];
  let tooLarge = 0;
  let used = Number.POSITIVE_INFINITY;
  // One read of the key for all.
  const read = context.vault.reader(context.db);
  for (const image of images) {
    const text = await read(image.author_id, image.request_id, image.ciphertext);
    if (text === null) continue;
    const entry = packed(image, imageRequest.parse(JSON.parse(text)));
    const bytes =
      image.size_bytes +
      zipOverhead(entry.name) +
      Buffer.byteLength(JSON.stringify(entry.about, null, 2)) +
      indentBytes;
    const empty = emptyZipBytes + zipOverhead(listName) + 64;
    if (empty + bytes > mostBytes) {
      tooLarge += 1;
    } else if (used + bytes > mostBytes) {
      packs.push([entry]);
      used = empty + bytes;
    } else {
      packs.at(-1)?.push(entry);
      used += bytes;
    }
  }
  return { packs, tooLarge };
}

const listName = 'prompts.json';
/** What the list adds to one of its entries: more than two spaces a line, and a comma. */
const indentBytes = 100;

function packed(image: OwnImage, request: ImageRequest): Packed {
  const { prompt, negativePrompt, mode, size, aspect, style, strength } = request;
  const made = image.asked_at.toISOString();
  const name = `${image.favourite_at ? 'favourites/' : ''}${made.slice(0, 10)}-${image.id.slice(0, 8)}-${image.position + 1}.${endingOf(image.content_type)}`;
  const about = {
    ...{ file: name, made, prompt, negativePrompt, mode, model: image.model_id },
    ...{ seed: image.seed === null ? undefined : Number(image.seed), size, aspect, style, strength },
    ...{ width: image.width, height: image.height, favourite: image.favourite_at !== null },
  };
  return { image, name, about };
}

async function archiveOf(context: ImageContext, entries: readonly Packed[]): Promise<Buffer> {
  const files: ZipEntry[] = [];
  const list: object[] = [];
  for (const { image, name, about } of entries) {
    const file = await context.files.read(image.file_id ?? '');
    // Deleted in the meantime.
    if (!file) continue;
    files.push({ name, bytes: file.bytes, changedAtMs: image.asked_at.getTime() });
    list.push(about);
  }
  const bytes = Buffer.from(`${JSON.stringify(list, null, 2)}\n`);
  return makeZip([...files, { name: listName, bytes, changedAtMs: context.clock.now() }]);
}
