import { ComponentType } from 'discord-api-types/v10';
import type { APIMessage } from 'discord-api-types/v10';
import { UserError, VendorError } from '../../../kernel/errors.ts';
import { actOf } from '../../../sdk/index.ts';
import type { ComponentCall, OutgoingFile, OutgoingMessage } from '../../../sdk/index.ts';
import { imagesShownOn } from '../gallery/find-store.ts';
import { menuOf, sheetOf } from '../gallery/gallery.ts';
import type { ImageContext } from '../settings.ts';
import { deleteAllButLog, deleteRequest, deleteResults, resultsOf } from '../store.ts';
import type { ResultRow } from '../store.ts';
import { imageButtons } from '../view/buttons.ts';
import { mayControl, reached } from './reach.ts';
import type { Reached } from './reach.ts';

/**
 * Deletes one image, or all that were asked for together, with its file. Its message keeps the others, and goes with the last
 * one, as does what was asked for. Where moderators have a log, the prompt stays in it.
 */
export async function remove(context: ImageContext, call: ComponentCall, which: 'one' | 'all'): Promise<void> {
  const of = await reached(context, call);
  const { row, result } = of;
  if (!mayControl(row, call)) throw new UserError('not-yours', 'only its asker and moderators');
  const all = await resultsOf(context.db, row.id);
  const isGone = ({ id }: ResultRow): boolean => which === 'all' || id === result.id;
  const rest = all.filter((one) => !isGone(one));
  await takeFromMessage(context, of, { gone: all.filter(isGone), rest });
  // The member whose prompt it is mustn't be able to erase it from what moderators look up.
  const isLogged = row.is_logged && row.guild_id !== null;
  if (rest.length === 0 && isLogged) {
    await context.transaction((tx) => deleteAllButLog(tx, row.id, new Date(context.clock.now())));
  } else if (rest.length === 0) await deleteRequest(context.db, row.id);
  else await deleteResults(context.db, [result.id]);
  if (row.author_id !== call.caller.userId) {
    await context.audit.record(
      context.db,
      actOf(call, { action: 'images.delete', targetId: row.author_id, details: {} }),
    );
  }
  await call.reply({ content: call.t(rest.length > 0 ? 'deleted-one' : isLogged ? 'deleted-logged' : 'deleted') });
}

interface Change {
  gone: readonly ResultRow[];
  /** What stays of the request. */
  rest: readonly ResultRow[];
}

/** Makes the message show what is left. One that is gone, or can't be changed any more, holds nothing up. */
async function takeFromMessage(context: ImageContext, { row, request }: Reached, change: Change): Promise<void> {
  const { shown_channel_id: channelId, shown_message_id: messageId } = row;
  if (channelId === null || messageId === null) return;
  const { actions } = context.discord;
  const isOnSheet = request.batch !== undefined && change.gone.every((one) => one.attachment_id === null);
  try {
    const message = await actions.message(channelId, messageId);
    const left = isOnSheet ? await sheetLeft(context, message, change) : messageLeft(context, message, change);
    if (left) await actions.edit(channelId, messageId, left);
    else await actions.delete(channelId, messageId);
  } catch (error) {
    if (!(error instanceof VendorError) || error.retryable) throw error;
  }
}

/** Undefined where nothing is left. */
function messageLeft(context: ImageContext, message: APIMessage, { gone, rest }: Change): OutgoingMessage | undefined {
  if (rest.length === 0) return undefined;
  const removed = new Set(gone.map((one) => one.attachment_id));
  const files = message.attachments.filter(({ id }) => !removed.has(id));
  const resultIds = rest.map(({ id }) => id);
  return { files: files.map(kept), components: imageButtons(resultIds, context.texts.in(undefined)) };
}

/** Stays as it is. */
const kept = ({ id, filename }: APIMessage['attachments'][number]): OutgoingFile => ({
  ...{ name: filename, data: new Uint8Array(), attachmentId: id },
});

/**
 * The sheet drawn again without what is deleted; the others keep their numbers. Images whose files are not kept any more can't
 * be drawn again.
 */
async function sheetLeft(
  context: ImageContext,
  message: APIMessage,
  { gone }: Change,
): Promise<OutgoingMessage | undefined> {
  const removed = new Set(gone.map(({ id }) => id));
  const shown = await imagesShownOn(context.db, { channelId: message.channel_id, messageId: message.id });
  const numbers = numbersOn(message);
  const numbered = shown
    .filter(({ id }) => !removed.has(id))
    .map((image, index) => ({ image, number: numbers.get(image.id) ?? index + 1 }))
    .toSorted((a, b) => a.number - b.number);
  if (numbered.length === 0) return undefined;
  const { images, file } = await sheetOf(context, numbered);
  return { files: [file], components: [menuOf(images, context.texts.in(undefined))] };
}

/** By the ids of the images, as the menu below the sheet has them. */
function numbersOn({ components = [] }: APIMessage): Map<string, number> {
  const parts = components.flatMap((row) => (row.type === ComponentType.ActionRow ? row.components : []));
  const options = parts.flatMap((part) => (part.type === ComponentType.StringSelect ? part.options : []));
  return new Map(options.map(({ label, value }) => [value, Number.parseInt(label, 10)]));
}
