import { UserError } from '../../../kernel/errors.ts';
import { defineCommand, mayUse } from '../../../sdk/index.ts';
import type { Command } from '../../../sdk/index.ts';
import type { ChatContext } from '../chat.ts';
import { clearHistory } from '../history/clear.ts';

/**
 * A member clears what they said and what they were answered; moderators may clear a whole channel, or what somebody else
 * said there; a DM is its owner's.
 */
export function clearCommand(context: ChatContext): Command {
  return defineCommand({
    name: 'clear',
    options: { user: { type: 'user' }, everyone: { type: 'boolean' } },
    access: 'everyone',
    ephemeral: true,
    run: async ({ caller, guildId, channelId, options, reply, t }) => {
      const whole = guildId === null || options.everyone === true;
      const person = options.user ?? caller.userId;
      const own = person === caller.userId;
      if (guildId !== null && (whole || !own) && !mayUse('moderator', caller)) {
        throw new UserError(whole ? 'clear.moderators' : 'clear.moderators-user', 'moderators only');
      }
      const cleared = await clearHistory(context, channelId, whole ? null : person);
      const of = whole ? 'everything' : own ? 'own' : 'user';
      const none = cleared.heard === 0 ? 'nothing' : 'heard';
      const key = cleared.exchanges === 0 ? none : of;
      await reply({ content: t(`clear.${key}`, { count: cleared.exchanges, user: person }) });
    },
  });
}
