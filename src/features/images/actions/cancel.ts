import { UserError } from '../../../kernel/errors.ts';
import type { ComponentCall } from '../../../sdk/index.ts';
import type { ImageContext } from '../settings.ts';
import { endRequest, findRequest } from '../store.ts';
import { paidAs } from '../request.ts';
import { mark } from '../view/marks.ts';
import { checkReach, mayControl } from './reach.ts';

/** Ends a request that waits or is drawn. What the provider charges all the same is said by the run that it ends. */
export async function cancel(context: ImageContext, call: ComponentCall): Promise<void> {
  const row = await findRequest(context.db, call.id);
  if (!row || row.ended_at !== null) throw new UserError('already-ended', 'nothing to cancel');
  checkReach(row, call);
  if (!mayControl(row, call)) throw new UserError('not-yours', 'only its asker and moderators');
  const result = await context.jobs.cancel(row.job_id, call.caller.userId);
  if (result === 'cancelling') {
    await call.acknowledge();
    return;
  }
  // No worker has it, so that no worker would end it.
  const endedAt = new Date(context.clock.now());
  if (!(await endRequest(context.db, row.id, { state: 'cancelled', outcome: 'cancelled', endedAt }))) {
    throw new UserError('already-ended', 'nothing to cancel');
  }
  await context.spending.recover(paidAs(row.id));
  await context.spending.finish(paidAs(row.id));
  mark(context, row, 'failed');
  await call.update({ content: call.t('cancelled.free'), components: [], files: [] });
}
