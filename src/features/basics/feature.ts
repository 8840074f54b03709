/**
 * First steps: greets a new server, explains what the bot can do, and shows that it is alive.
 *
 * Invariants: the help lists exactly the commands that the caller may use here, by feature; a server is greeted once.
 */
import { ChannelType, PermissionFlagsBits } from 'discord-api-types/v10';
import { z } from 'zod';
import { defineFeature } from '../../sdk/index.ts';
import { helpCommand, helpPages } from './commands/help.ts';
import { pingCommand } from './commands/ping.ts';

export const feature = defineFeature({
  name: 'basics',
  summary: 'Greets new servers, explains the commands and answers pings.',
  intents: ['Guilds'],
  settings: z.strictObject({
    /** Whether a new server gets a short greeting in its system channel. */
    greet: z.boolean().default(true),
  }),
  setup: (context) => ({
    commands: [pingCommand(context), helpCommand(context)],
    components: { help: helpPages(context) },
    on: {
      guildJoined: async (guild, systemChannelId) => {
        if (!context.settings.instance.greet || systemChannelId === null) return;
        const channel = await context.discord.cache.channel(systemChannelId);
        if (channel?.type !== ChannelType.GuildText) return;
        const permissions = await context.discord.cache.selfPermissions(systemChannelId);
        if ((permissions & PermissionFlagsBits.SendMessages) === 0n) return;
        const t = context.texts.in(undefined);
        const content = t('greeting', { name: context.discord.self.username, prefix: context.prefix });
        await context.discord.actions.send(systemChannelId, { content }, { key: `greeting/${guild.id}` });
      },
    },
  }),
});
