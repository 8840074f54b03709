import { UserError } from '../../../kernel/errors.ts';
import { mayUse } from '../../../sdk/index.ts';
import type { Call, ComponentCall } from '../../../sdk/index.ts';
import { imageRequest } from '../request.ts';
import type { ImageRequest } from '../request.ts';
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
export async function openRequest(context: Needs<'db' | 'vault'>, row: RequestRow): Promise<ImageRequest> {
  const text = await context.vault.decrypt(context.db, row.author_id, row.id, row.ciphertext);
  if (text === null) throw gone();
  return imageRequest.parse(JSON.parse(text));
}

/** The image that a button is about. Throws a UserError when it is gone, or is shown where the presser is not. */
export async function reached(context: Needs<'db' | 'vault'>, call: ComponentCall): Promise<Reached> {
  const result = await findResult(context.db, call.id);
  const row = result && (await findRequest(context.db, result.request_id));
  if (!result || !row) throw gone();
  checkReach(row, call);
  return { result, row, request: await openRequest(context, row) };
}

/** A custom id can be made up: it leads only to images of the place where it is pressed, and to one's own. */
export function checkReach(row: RequestRow, { channelId, caller }: Pick<Call, 'channelId' | 'caller'>): void {
  const isHere = row.channel_id === channelId || row.shown_channel_id === channelId;
  if (!isHere && row.author_id !== caller.userId) throw gone();
}

/** Its asker, and those who keep order in its channel. */
export const mayControl = (row: RequestRow, { caller, guildId }: Pick<Call, 'caller' | 'guildId'>): boolean =>
  caller.userId === row.author_id || (guildId !== null && mayUse('moderator', caller));
