import { UserError, VendorError } from '../../../kernel/errors.ts';
import { actOf } from '../../../sdk/index.ts';
import type { ComponentCall } from '../../../sdk/index.ts';
import type { ImageContext } from '../settings.ts';
import { deleteRequest } from '../store.ts';
import { mayControl, reached } from './reach.ts';

/** Deletes an image with its message, its file and what was asked. */
export async function remove(context: ImageContext, call: ComponentCall): Promise<void> {
  const { row } = await reached(context, call);
  if (!mayControl(row, call)) throw new UserError('not-yours', 'only its asker and moderators');
  if (row.shown_channel_id !== null && row.shown_message_id !== null) {
    try {
      await context.discord.actions.delete(row.shown_channel_id, row.shown_message_id);
    } catch (error) {
      if (!(error instanceof VendorError) || error.retryable) throw error;
    }
  }
  await deleteRequest(context.db, row.id);
  if (row.author_id !== call.caller.userId) {
    await context.audit.record(
      context.db,
      actOf(call, { action: 'images.delete', targetId: row.author_id, details: {} }),
    );
  }
  await call.reply({ content: call.t('deleted') });
}
