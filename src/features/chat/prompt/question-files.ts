import { VendorError } from '../../../kernel/errors.ts';
import type { ByteBudget, ByteLease } from '../../../kernel/byte-budget.ts';
import { kindOf, textOf } from '../../../kernel/file-kind.ts';
import type { FileKind } from '../../../kernel/file-kind.ts';
import { picturePart } from '../../../sdk/index.ts';
import type { ContentPart, ModelInfo } from '../../../sdk/index.ts';
import type { ChatContext } from '../chat.ts';
import type { Notice } from '../notice.ts';
import type { Attachment } from '../intake/read-message.ts';

const mebibyte = 1024 * 1024;
/** Of the files as people attach them. What anybody may attach to a message is looked at; see `preparedBytes`. */
export const pictureLimit = { count: 4, bytes: 10 * mebibyte };
const textFileLimitBytes = 256 * 1024;
/** What a picture may have when a model gets it: four of them, as base64, fit the smallest request that providers take. */
const preparedBytes = 700 * 1024;
/** A picture on its way: itself, as base64, in the body of the request, as text and as bytes of that. */
const sendingFactor = 5;
/** No question holds more of the process's budget, whatever is attached to it. */
const questionLimitBytes = 20 * mebibyte;
/** What the process that prepares pictures can decode. */
export const decodable: readonly string[] = ['image/png', 'image/jpeg', 'image/webp', 'image/gif', 'image/avif'];

/** What the files of one question hold of the process's budget, from before they are loaded until nobody needs them. */
export class HeldFiles {
  private readonly budget: ByteBudget;
  private lease: ByteLease | undefined;
  private readonly added: ByteLease[] = [];
  private released = false;
  private keptBytes = 0;

  constructor(budget: ByteBudget) {
    this.budget = budget;
  }

  /** Waits for room for everything at once: two questions that wait for each other's rest would wait for ever. */
  async acquire(bytes: number, signal: AbortSignal): Promise<void> {
    this.lease = await this.budget.acquire(Math.min(bytes, questionLimitBytes), signal);
    if (this.released) this.lease.release();
  }

  /** The files are loaded: so much of them stays, and a request with the pictures in it is still to be made. */
  loaded(bytes: { pictures: number; texts: number }): void {
    this.keptBytes = bytes.pictures + bytes.texts;
    this.lease?.shrink(bytes.pictures * sendingFactor + bytes.texts);
  }

  /** The provider answers, so it has the request. */
  sent(): void {
    this.lease?.shrink(this.keptBytes);
  }

  /** A picture that a tool made goes along with what the model is asked next. */
  add(pictureBytes: number): void {
    this.added.push(this.budget.add(pictureBytes * sendingFactor));
  }

  release(): void {
    this.released = true;
    for (const lease of [this.lease, ...this.added]) lease?.release();
  }
}

export interface LoadedFile {
  kind: 'text' | 'picture' | 'file';
  part: ContentPart;
}

export interface FilesAsked {
  context: ChatContext;
  model: ModelInfo;
  /** Those of the question. */
  attachments: readonly Attachment[];
  /** Those of what it is about, of which only pictures are looked at: the others are named there. */
  quoted: readonly Attachment[];
  held: HeldFiles;
  signal: AbortSignal;
}

/**
 * The pictures and texts among the files of a question, pictures first, each as what its bytes say it is. What the asker
 * should know of the others is added to the notices. What `held` has of the budget covers all that is in memory.
 */
export async function loadFiles(asked: FilesAsked, notices: Notice[]): Promise<LoadedFile[]> {
  const { attachments, quoted, held, signal } = asked;
  const all = [...attachments, ...quoted];
  if (all.length === 0) return [];
  await held.acquire(mostBytes(all), signal);
  const loading: Loading = { asked, notices, pictures: [], texts: [], unseen: [], found: 0 };
  for (const file of attachments) await loadFile(loading, file, true);
  for (const file of quoted) await loadFile(loading, file, false);
  const { pictures, texts, unseen } = loading;
  tellOfPictures(loading);
  held.loaded({ pictures: sizeOf(pictures), texts: sizeOf(texts) });
  const note: LoadedFile[] = unseen.length === 0 ? [] : [{ kind: 'text', part: unseenNote(unseen) }];
  return [...note, ...pictures, ...texts];
}

/** While they are loaded, one file after the other, and while they are sent. */
function mostBytes(files: readonly Attachment[]): number {
  const sizes = files.map(({ size }) => size).filter((size) => size <= pictureLimit.bytes);
  const texts = sizes.reduce((sum, size) => sum + Math.min(size, textFileLimitBytes), 0);
  const pictures = Math.min(files.length, pictureLimit.count) * preparedBytes;
  return texts + Math.max(pictures + Math.max(0, ...sizes), pictures * sendingFactor);
}

const sizeOf = (loaded: readonly LoadedFile[]): number =>
  loaded.reduce((sum, { part }) => sum + (part.type === 'text' ? part.text.length : bytesOf(part)), 0);

interface Loading {
  asked: FilesAsked;
  notices: Notice[];
  pictures: LoadedFile[];
  texts: LoadedFile[];
  /** Names of pictures that the model cannot see. */
  unseen: string[];
  /** How many pictures there are. */
  found: number;
}

async function loadFile(loading: Loading, file: Attachment, isOwn: boolean): Promise<void> {
  const { asked, notices } = loading;
  const { model } = asked;
  const seesMore = model.abilities.vision && loading.pictures.length < pictureLimit.count;
  if (!isOwn && model.abilities.vision && !seesMore) return;
  const { kind, data, isTooLarge } = await read(asked, file, (found) => {
    if (found.kind === 'picture') return seesMore && decodable.includes(found.mediaType) ? pictureLimit.bytes : 0;
    return isOwn && found.kind === 'text' ? textFileLimitBytes : 0;
  });
  if (kind?.kind === 'picture') {
    loading.found += 1;
    if (!model.abilities.vision) loading.unseen.push(file.filename);
    else if (seesMore) await addPicture(loading, file, kind.mediaType, data);
    return;
  }
  if (!isOwn) return;
  const text = data && textOf(data);
  if (text !== undefined) {
    if (text !== '') loading.texts.push({ kind: 'file', part: fileText(file.filename, text) });
  } else if (data || kind?.kind === 'binary')
    notices.push({ key: 'notices.unreadable', data: { file: file.filename } });
  else if (isTooLarge) notices.push(tooLarge(file, textFileLimitBytes));
  else notices.push({ key: 'notices.not-loaded', data: { file: file.filename } });
}

interface Read {
  /** Undefined when the file cannot be had at all. */
  kind: FileKind | undefined;
  data: Uint8Array | undefined;
  isTooLarge: boolean;
}

/** Reads a file as far as what it is deserves. */
async function read(
  { context, signal }: FilesAsked,
  file: Attachment,
  limitOf: (kind: FileKind) => number,
): Promise<Read> {
  let kind: FileKind | undefined;
  const limit = (head: Uint8Array): number => {
    kind = kindOf(head);
    // What was reserved for it is the size that Discord tells.
    return Math.min(limitOf(kind), file.size);
  };
  try {
    const data = await context.discord.actions.attachment(file.url, limit, signal);
    return { kind, data, isTooLarge: false };
  } catch (error) {
    signal.throwIfAborted();
    const isTooLarge = error instanceof VendorError && error.code === 'discord/too-large';
    if (!isTooLarge) context.logger.warn({ error }, 'An attachment could not be loaded.');
    return { kind, data: undefined, isTooLarge };
  }
}

/** What a picture is to be for this model. */
export function wantedPicture(
  { models }: Pick<ChatContext, 'models'>,
  { id }: Pick<ModelInfo, 'id'>,
): { longestEdge: number; maxBytes: number } {
  const { longestEdge, base64Bytes } = models.pictureLimits(id);
  return { longestEdge, maxBytes: Math.min(preparedBytes, Math.floor((base64Bytes * 3) / 4)) };
}

async function addPicture(
  loading: Loading,
  file: Attachment,
  mediaType: string,
  data: Uint8Array | undefined,
): Promise<void> {
  const { asked, notices, pictures } = loading;
  const { context, model, signal } = asked;
  const limits = context.models.pictureLimits(model.id);
  if (!data) {
    const isDecodable = decodable.includes(mediaType);
    if (isDecodable && file.size > pictureLimit.bytes) notices.push(tooLarge(file, pictureLimit.bytes));
    else
      notices.push(isDecodable ? { key: 'notices.not-loaded', data: { file: file.filename } } : unusable(file, limits));
    return;
  }
  try {
    const picture = await context.pictures.prepare(data, wantedPicture(context, model), signal);
    pictures.push({ kind: 'picture', part: picturePart(picture) });
  } catch (error) {
    if (!(error instanceof VendorError)) throw error;
    context.logger.warn({ error }, 'A picture could not be prepared.');
    notices.push(unusable(file, limits));
  }
}

/** Where the picture cannot be made smaller, the limit that it would break is worth knowing. */
function unusable(file: Attachment, { base64Bytes, provider }: { base64Bytes: number; provider: string }): Notice {
  const data = { file: file.filename, provider, limit: sizeText(base64Bytes) };
  return { key: file.size * (4 / 3) > base64Bytes ? 'notices.picture-over' : 'notices.picture-broken', data };
}

const tooLarge = (file: Attachment, limitBytes: number): Notice => ({
  key: 'notices.too-large',
  data: { file: file.filename, limit: sizeText(limitBytes) },
});

export const sizeText = (bytes: number): string =>
  bytes < mebibyte ? `${Math.floor(bytes / 1024)} kB` : `${Math.floor(bytes / mebibyte)} MB`;

function tellOfPictures({ asked: { model }, notices, unseen, found }: Loading): void {
  if (unseen.length > 0) notices.push({ key: 'notices.unseen', data: { model: model.id, count: unseen.length } });
  else if (found > pictureLimit.count) {
    notices.push({ key: 'notices.pictures-dropped', data: { count: found, limit: pictureLimit.count } });
  }
}

/** Of a picture, which is always held as its bytes. */
const bytesOf = ({ data }: Extract<ContentPart, { type: 'file' }>): number =>
  data.type === 'data' ? data.data.length : 0;

const fileText = (filename: string, text: string): ContentPart => ({
  type: 'text',
  text: `\n\nFile "${filename}":\n${text}`,
});

const unseenNote = (names: readonly string[]): ContentPart => ({
  type: 'text',
  text: `\n\n[Attached, but you cannot see pictures: ${names.join(', ')}]`,
});
