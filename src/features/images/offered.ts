import { isListed } from '../../sdk/index.ts';
import { openRequest } from './actions/reach.ts';
import type { ImageArea, ImagesApi, OwnAttachment, ShownImage } from './api.ts';
import { attachedResults, messagesShownBefore } from './lineage-store.ts';
import type { AttachedResult } from './lineage-store.ts';
import type { ImageContext, Needs } from './settings.ts';
import { findRequest, resultShownBy } from './store.ts';
import type { ResultRow } from './store.ts';
import { marginsFor, scaleFor } from './work/inputs.ts';
import { isAway, keptFile, loadShown } from './work/sources.ts';

export const offeredToOthers = (context: ImageContext): ImagesApi => ({
  isImageChannel: async (place) => {
    const { enabled, channels, editChannels } = context.settings.peek(place);
    return enabled && (await isListed(context.discord.cache, [...channels, ...editChannels], place.channelId));
  },
  imagesShownBy: async (attachmentIds) => {
    const shown = new Map<string, ShownImage>();
    for (const result of await attachedResults(context.db, attachmentIds)) {
      shown.set(result.attachment_id, await shownImage(context, result));
    }
    return shown;
  },
  loadPicture: (attachment, signal) => loadPicture(context, attachment, signal),
  messagesBefore: (channelId, messageIds) => messagesShownBefore(context.db, channelId, messageIds),
});

async function loadPicture(
  context: ImageContext,
  { id, channelId, ...shown }: OwnAttachment,
  signal: AbortSignal,
): Promise<Uint8Array | undefined> {
  const result = await resultShownBy(context.db, id);
  const request = result && (await findRequest(context.db, result.request_id));
  if (!result || request?.shown_channel_id !== channelId) return undefined;
  return (await keptUnlessAway(context, result)) ?? loadShown(context, result, shown, signal);
}

/** Discord still shows what a bucket doesn't give now. */
async function keptUnlessAway(context: Needs<'files' | 'logger'>, result: ResultRow): Promise<Uint8Array | undefined> {
  try {
    return await keptFile(context, result);
  } catch (error) {
    if (!isAway(error)) throw error;
    context.logger.debug({ error, resultId: result.id }, 'The file of an image could not be read.');
    return undefined;
  }
}

async function shownImage(context: Needs<'db' | 'vault'>, result: AttachedResult): Promise<ShownImage> {
  const { id, mode, parents, size_bytes: sizeBytes } = result;
  const image: ShownImage = { id, parentIds: parents.map((parent) => parent.id), sizeBytes };
  const [parent, ...others] = parents;
  if (mode !== 'outpaint' || !parent || others.length > 0) return image;
  const row = await findRequest(context.db, result.request_id);
  return row ? { ...image, inner: innerOf(parent, await openRequest(context, row)) } : image;
}

/** Models may give other sizes than they were asked for, so these are shares. */
function innerOf(parent: { width: number; height: number }, request: Parameters<typeof scaleFor>[1]): ImageArea {
  const factor = scaleFor(parent, request);
  const size = { width: Math.round(parent.width * factor), height: Math.round(parent.height * factor) };
  const { left, top, right, bottom } = marginsFor(size, request);
  const [width, height] = [size.width + left + right, size.height + top + bottom];
  return { left: left / width, top: top / height, width: size.width / width, height: size.height / height };
}
