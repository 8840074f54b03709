import { UserError } from '../../../kernel/errors.ts';
import type { ComponentCall } from '../../../sdk/index.ts';
import type { ImageContext } from '../settings.ts';
import { findRequest } from '../store.ts';
import type { Submitted } from '../submission.ts';
import { repeatImage } from './derive.ts';
import { checkReach, openRequest } from './reach.ts';

/** Asks once more for what failed. The member who presses pays. */
export async function retry(context: ImageContext, call: ComponentCall): Promise<Submitted> {
  const row = await findRequest(context.db, call.id);
  if (!row) throw new UserError('image-gone', 'it is not kept any more');
  await checkReach(context, row, call);
  return repeatImage(context, call, { row, request: await openRequest(context, row) });
}
