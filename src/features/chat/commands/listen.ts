import { actOf, defineCommand } from '../../../sdk/index.ts';
import type { Command } from '../../../sdk/index.ts';
import type { Needs } from '../chat.ts';

/** Chooses whether a channel's every message is answered, or only what is addressed to the bot. */
export function listenCommand(context: Needs<'audit' | 'db' | 'discord' | 'settings'>): Command {
  return defineCommand({
    name: 'listen',
    options: { everything: { type: 'boolean', required: true } },
    access: 'guild-administrator',
    places: ['guild'],
    ephemeral: true,
    run: async (call) => {
      const { guildId, channelId, options, reply, t } = call;
      const before = context.settings.peek({ guildId, channelId }).answerEverything;
      await context.settings.set('channel', channelId, 'answerEverything', options.everything);
      const details = { before, after: options.everything };
      await context.audit.record(context.db, actOf(call, { action: 'set-listen', targetId: channelId, details }));
      const blind = options.everything && !context.discord.messageContent;
      await reply({
        content: t(blind ? 'listen.blind' : options.everything ? 'listen.everything' : 'listen.addressed'),
      });
    },
  });
}
