import { UserError } from '../../../kernel/errors.ts';
import { defineCommand } from '../../../sdk/index.ts';
import type { Command } from '../../../sdk/index.ts';
import type { ConfigContext } from '../change.ts';
import { featureName } from '../values.ts';
import { featureView, overview } from '../view.ts';

/** Shows the settings of all features, or of one, with what changes them for this server. */
export function configCommand(context: ConfigContext): Command {
  return defineCommand({
    name: 'config',
    options: {
      feature: {
        type: 'string',
        maxLength: 32,
        suggest: ({ text }) => {
          const wanted = text.toLowerCase();
          const fitting = context.configs().filter(({ feature }) => feature.includes(wanted));
          return Promise.resolve(fitting.map((config) => ({ name: featureName(config), value: config.feature })));
        },
      },
    },
    access: 'guild-administrator',
    places: ['guild'],
    ephemeral: true,
    run: async (call) => {
      const { guildId, options, reply } = call;
      if (guildId === null) return;
      const name = options.feature?.trim().toLowerCase();
      if (name === undefined || name === '') {
        await reply(overview(context, call, guildId));
        return;
      }
      const configs = context.configs();
      const config = configs.find(({ feature }) => feature === name);
      if (!config) {
        const features = configs.map(({ feature }) => feature).join(', ');
        throw new UserError('feature.unknown', 'there is no such feature', {
          name: name.replaceAll('`', "'"),
          features,
        });
      }
      await reply(featureView(config, call, guildId));
    },
  });
}
