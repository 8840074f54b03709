import { UserError } from '../../../kernel/errors.ts';
import type { ComponentCall } from '../../../sdk/index.ts';
import type { ImageContext } from '../settings.ts';
import { endRequest, findRequest } from '../store.ts';
import type { RequestRow } from '../store.ts';
import { paidAs } from '../request.ts';
import { mark } from '../view/marks.ts';
import { checkReach, mayControl } from './reach.ts';

/** Ends a request that waits or is drawn. What the provider charges all the same is said by the run that it ends. */
export async function cancel(context: ImageContext, call: ComponentCall): Promise<void> {
  const row = await findRequest(context.db, call.id);
  if (!row || row.ended_at !== null) throw new UserError('already-ended', 'nothing to cancel');
  await checkReach(context, row, call);
  if (!mayControl(row, call)) throw new UserError('not-yours', 'only its asker and moderators');
  const result = await endEarly(context, row, call.caller.userId);
  if (result === 'ended-before') throw new UserError('already-ended', 'nothing to cancel');
  if (result === 'ending') {
    await call.acknowledge();
    return;
  }
  mark(context, row, 'failed');
  await call.update({ content: call.t('cancelled.free'), components: [], files: [] });
}

/** `ending`: a worker has it, and is going to end it. */
export async function endEarly(
  context: ImageContext,
  row: Pick<RequestRow, 'id' | 'job_id'>,
  by: string,
): Promise<'ended' | 'ending' | 'ended-before'> {
  if ((await context.jobs.cancel(row.job_id, by)) === 'cancelling') return 'ending';
  // No worker has it, so that no worker would end it.
  const endedAt = new Date(context.clock.now());
  const end = { state: 'cancelled', outcome: 'cancelled', endedAt } as const;
  if (!(await endRequest(context.db, row.id, end))) return 'ended-before';
  await context.spending.recover(paidAs(row.id));
  await context.spending.finish(paidAs(row.id));
  return 'ended';
}
