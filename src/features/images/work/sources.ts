import { UserError, VendorError } from '../../../kernel/errors.ts';
import { kindOf } from '../../../kernel/file-kind.ts';
import type { ImageSource } from '../request.ts';
import type { Needs } from '../settings.ts';
import { findRequest, findResult } from '../store.ts';
import type { ResultRow } from '../store.ts';

type Context = Needs<'db' | 'discord' | 'files' | 'images'>;

/** What one may attach. */
const mostBytes = 25_000_000;

/** The bytes of an image to begin from. Throws a UserError when it is gone, too large or no image. */
export async function loadSource(context: Context, source: ImageSource, signal: AbortSignal): Promise<Uint8Array> {
  if (source.kind === 'result') return loadResult(context, source.id, signal);
  const { url, filename, size } = source;
  if (size > mostBytes) throw new UserError('too-large', 'the file is too large', { file: filename, most: '25 MB' });
  const bytes = await fetched(context, url, filename, signal);
  checkKind(bytes, filename);
  return bytes;
}

/** One of the bot's own: its file, or, where that was not kept or can't be read right now, what Discord still shows of it. */
async function loadResult(context: Context, id: string, signal: AbortSignal): Promise<Uint8Array> {
  const result = await findResult(context.db, id);
  let missing: Error = gone();
  try {
    const kept = result && (await keptFile(context, result));
    if (kept) return kept;
  } catch (error) {
    if (!isAway(error)) throw error;
    missing = error;
  }
  const request = result && (await findRequest(context.db, result.request_id));
  if (!request || request.shown_channel_id === null || request.shown_message_id === null) throw missing;
  try {
    const { shown_channel_id: channelId, shown_message_id: messageId } = request;
    const { attachments } = await context.discord.actions.message(channelId, messageId);
    const shown = attachments.find((one) => one.id === result?.attachment_id);
    if (!result || !shown) throw missing;
    return await loadShown(context, result, shown, signal);
  } catch (error) {
    if (error instanceof VendorError && !error.retryable) throw missing;
    throw error;
  }
}

/** The store of files can't be read right now. */
export const isAway = (error: unknown): error is VendorError =>
  error instanceof VendorError && error.code === 'files/away';

export async function keptFile(
  { files }: Needs<'files'>,
  { file_id: fileId }: Pick<ResultRow, 'file_id'>,
): Promise<Uint8Array | undefined> {
  const file = fileId === null ? null : await files.read(fileId);
  return file?.bytes;
}

/** What Discord shows of a result, without the caption below it. */
export async function loadShown(
  context: Needs<'discord' | 'images'>,
  { width, height }: Pick<ResultRow, 'width' | 'height'>,
  { url, filename }: { url: string; filename: string },
  signal: AbortSignal,
): Promise<Uint8Array> {
  const bytes = await fetched(context, url, filename, signal);
  try {
    const shown = await context.images.inspect(bytes, signal);
    const isCaptioned = shown.height > Math.ceil((shown.width * height) / width);
    // Cutting keeps one frame only.
    if (!isCaptioned || shown.frames > 1) return bytes;
    const limits = { longestEdge: shown.height, maxBytes: mostBytes, upperPart: { width, height } };
    return (await context.images.fit(bytes, limits, signal)).bytes;
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof VendorError) || error.retryable) throw error;
    // The next step decodes it, too, and says what is wrong with it.
    return bytes;
  }
}

const gone = (): UserError => new UserError('image-gone', 'the image is not kept any more');

async function fetched(
  { discord }: Needs<'discord'>,
  url: string,
  file: string,
  signal: AbortSignal,
): Promise<Uint8Array> {
  try {
    return await discord.actions.attachment(url, mostBytes, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof VendorError) || error.retryable) throw error;
    if (error.code === 'discord/too-large') throw new UserError('too-large', 'too large', { file, most: '25 MB' });
    throw new UserError('not-loaded', 'the file cannot be loaded', { file });
  }
}

/** By its bytes: names and declared types can't be trusted. */
function checkKind(bytes: Uint8Array, file: string): void {
  if (bytes.length === 0) throw new UserError('empty-file', 'the file is empty', { file });
  const kind = kindOf(bytes);
  if (kind.kind !== 'picture') throw new UserError('no-image', 'it is no image', { file, kind: kind.kind });
}
