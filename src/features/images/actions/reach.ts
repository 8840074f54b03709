import { UserError } from '../../../kernel/errors.ts';
import { mayUse } from '../../../sdk/index.ts';
import type { Call, ComponentCall } from '../../../sdk/index.ts';
import { imageRequest } from '../request.ts';
import type { ImageRequest } from '../request.ts';
import { sightOf } from '../gallery/sight.ts';
import type { Needs } from '../settings.ts';
import { findRequest, findResult } from '../store.ts';
import type { RequestRow, ResultRow } from '../store.ts';

/** An image with what it was asked for by. */
export interface Reached {
  result: ResultRow;
  row: RequestRow;
  request: ImageRequest;
}

const gone = (): UserError => new UserError('image-gone', 'the image is not kept any more');

/** What a request asks for. Throws a UserError when its asker's data was deleted. */
export async function openRequest(
  context: Needs<'db' | 'vault'>,
  row: Pick<RequestRow, 'id' | 'author_id' | 'ciphertext'>,
): Promise<ImageRequest> {
  const text = await context.vault.decrypt(context.db, row.author_id, row.id, row.ciphertext);
  if (text === null) throw gone();
  return imageRequest.parse(JSON.parse(text));
}

/** The image that a button is about. Throws a UserError when it is gone, or is shown where the presser is not. */
export async function reached(context: Needs<'db' | 'vault' | 'discord'>, call: ComponentCall): Promise<Reached> {
  const result = await findResult(context.db, call.id);
  const row = result && (await findRequest(context.db, result.request_id));
  if (!result || !row) throw gone();
  await checkReach(context, row, call);
  return { result, row, request: await openRequest(context, row) };
}

/** A custom id can be made up: it leads only to images of the place where it is pressed, and to what the gallery shows there. */
export async function checkReach(
  context: Needs<'discord'>,
  row: RequestRow,
  call: Pick<Call, 'channelId' | 'guildId' | 'caller'>,
): Promise<void> {
  if (isShownIn(row, call.channelId) || row.author_id === call.caller.userId) return;
  if (!(await sightOf(context, call).sees(row))) throw gone();
}

/** Its asker, and those who keep order in its channel: elsewhere they may have no such rank. */
export const mayControl = (
  row: RequestRow,
  { caller, guildId, channelId }: Pick<Call, 'caller' | 'guildId' | 'channelId'>,
): boolean =>
  caller.userId === row.author_id || (guildId !== null && isShownIn(row, channelId) && mayUse('moderator', caller));

const isShownIn = (row: RequestRow, channelId: string): boolean =>
  (row.shown_channel_id ?? row.channel_id) === channelId;
