import { UserError, VendorError } from '../../../kernel/errors.ts';
import { defineCommand } from '../../../sdk/index.ts';
import type { Command, CommandCall } from '../../../sdk/index.ts';
import { overviewLimit } from '../controls.ts';
import { showOverview } from '../overview.ts';
import type { PrivacyContext } from '../settings.ts';

/** A prefix command can't be answered for its author alone, so its answer goes to their direct messages. */
export function privacyCommand(context: PrivacyContext): Command {
  return defineCommand({
    name: 'privacy',
    options: {},
    access: 'always',
    installs: ['guild', 'user'],
    ephemeral: true,
    limit: overviewLimit,
    run: async (call) => {
      const message = await showOverview(context, call);
      if (call.source === 'slash' || call.guildId === null) await call.reply(message);
      else await sendDirectly(context, call, message);
    },
  });
}

async function sendDirectly(
  { discord }: PrivacyContext,
  { caller, calledId }: CommandCall<unknown>,
  message: Awaited<ReturnType<typeof showOverview>>,
): Promise<void> {
  try {
    const channelId = await discord.actions.openDm(caller.userId);
    await discord.actions.send(channelId, message, { key: `privacy/${calledId}` });
  } catch (error) {
    if (!(error instanceof VendorError) || error.retryable) throw error;
    throw new UserError('closed', 'their direct messages are closed');
  }
}
