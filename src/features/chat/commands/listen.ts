import { defineCommand } from '../../../sdk/index.ts';
import type { Command } from '../../../sdk/index.ts';
import type { ChatContext } from '../chat.ts';

/** Chooses whether a channel's every message is answered, or only what is addressed to the bot. */
export function listenCommand(context: ChatContext): Command {
  return defineCommand({
    name: 'listen',
    options: { everything: { type: 'boolean', required: true } },
    access: 'guild-administrator',
    places: ['guild'],
    ephemeral: true,
    run: async ({ channelId, options, reply, t }) => {
      await context.settings.set('channel', channelId, 'answerEverything', options.everything);
      const blind = options.everything && !context.discord.messageContent;
      await reply({
        content: t(blind ? 'listen.blind' : options.everything ? 'listen.everything' : 'listen.addressed'),
      });
    },
  });
}
