import { isListed } from '../../sdk/index.ts';
import { openRequest } from './actions/reach.ts';
import type { ImageArea, ImagesApi, ShownImage } from './api.ts';
import { attachedResults, messagesShownBefore } from './lineage-store.ts';
import type { AttachedResult } from './lineage-store.ts';
import type { ImageContext, Needs } from './settings.ts';
import { findRequest } from './store.ts';
import { marginsFor, scaleFor } from './work/inputs.ts';

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
  messagesBefore: (channelId, messageIds) => messagesShownBefore(context.db, channelId, messageIds),
});

async function shownImage(context: Needs<'db' | 'vault'>, result: AttachedResult): Promise<ShownImage> {
  const { id, mode, parents } = result;
  const image: ShownImage = { id, parentIds: parents.map((parent) => parent.id) };
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
