import { UserError } from '../../kernel/errors.ts';
import { markMessage, mayUse } from '../../sdk/index.ts';
import type { ComponentCall, ComponentHandler } from '../../sdk/index.ts';
import type { ChainContext } from './settings.ts';
import { endRequest, findRequest } from './store.ts';
import type { RequestRow } from './store.ts';
import { submitChain, zoomLimit } from './submit.ts';

/** The buttons below animations and their progress. What they are about is a row, so that they work after a restart. */
export const chainComponents = (context: ChainContext): Record<string, ComponentHandler> => ({
  zoom: {
    version: 1,
    right: { commands: ['gif'] },
    limit: zoomLimit,
    run: async (call) => {
      const { guildId, channelId, caller, calledId } = call;
      const { target_id: targetId, options } = await reached(context, call);
      await submitChain(context, {
        ...{ cameAs: calledId, caller, guildId, channelId, messageId: null, targetId },
        options: { ...options, zoom: true, cooldown: zoomLimit.name },
      });
      await call.reply({ content: call.t('begun') });
    },
  },
  cancel: {
    version: 1,
    right: { none: 'People may always end what they asked for, and moderators what is shown with them.' },
    run: (call) => cancel(context, call),
  },
});

/** A custom id can be made up: it leads only to requests of the channel where it is pressed. */
async function reached({ db }: Pick<ChainContext, 'db'>, { id, channelId }: ComponentCall): Promise<RequestRow> {
  const row = await findRequest(db, id);
  if (row?.channel_id !== channelId) throw new UserError('gone', 'the request is gone');
  return row;
}

async function cancel(context: ChainContext, call: ComponentCall): Promise<void> {
  const row = await reached(context, call);
  const { guildId, caller } = call;
  const mayControl = caller.userId === row.author_id || (guildId !== null && mayUse('moderator', caller));
  if (!mayControl) throw new UserError('not-yours', 'only its asker and moderators');
  if (row.state !== 'waiting') throw new UserError('already-ended', 'nothing to cancel');
  if ((await context.jobs.cancel(row.job_id, caller.userId)) === 'cancelling') {
    await call.acknowledge();
    return;
  }
  // No worker has it, so that no worker would end it.
  if (!(await endRequest(context.db, row.id, { state: 'cancelled', endedAt: new Date(context.clock.now()) }))) {
    throw new UserError('already-ended', 'nothing to cancel');
  }
  const { channel_id: channelId, message_id: messageId } = row;
  if (messageId !== null) {
    markMessage(context, { channelId, messageId }, 'failed', context.settings.peek({ guildId, channelId }));
  }
  await call.update({ content: call.t('cancelled'), components: [] });
}
