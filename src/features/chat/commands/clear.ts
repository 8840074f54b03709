import { UserError } from '../../../kernel/errors.ts';
import { defineCommand, mayUse } from '../../../sdk/index.ts';
import type { Command } from '../../../sdk/index.ts';
import type { ChatContext } from '../chat.ts';
import { clearConversation } from '../store.ts';

/** A member clears what they asked and what was answered; moderators may clear a whole channel; a DM is its owner's. */
export function clearCommand(context: ChatContext): Command {
  return defineCommand({
    name: 'clear',
    options: { everyone: { type: 'boolean' } },
    access: 'everyone',
    ephemeral: true,
    run: async ({ caller, guildId, channelId, options, reply, t }) => {
      const whole = guildId === null || options.everyone === true;
      if (whole && !mayUse('moderator', caller)) throw new UserError('clear.moderators', 'moderators only');
      const count = await clearConversation(context.db, channelId, whole ? null : caller.userId);
      const key = count === 0 ? 'clear.nothing' : whole ? 'clear.everything' : 'clear.own';
      await reply({ content: t(key, { count }) });
    },
  });
}
