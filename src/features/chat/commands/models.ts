import { defineCommand } from '../../../sdk/index.ts';
import type { Command, ModelInfo, Translate } from '../../../sdk/index.ts';

import { allowedModels } from '../allowed-models.ts';
import { chooseModel } from '../chat.ts';
import type { ChatContext } from '../chat.ts';

/** More would not fit one message; the model command completes every name. */
const shown = 25;

export function modelsCommand(context: ChatContext): Command {
  return defineCommand({
    name: 'models',
    options: {},
    access: 'everyone',
    ephemeral: true,
    run: async ({ caller, guildId, channelId, reply, t }) => {
      const settings = await context.settings.at({ guildId, channelId, userId: caller.userId });
      const current = chooseModel(context, settings);
      const all = allowedModels(context, { caller, guildId, channelId });
      const lines = all.slice(0, shown).map((model) => line(model, model.id === current.id, t));
      if (all.length > shown) lines.push(t('models.more', { count: all.length - shown }));
      await reply({
        embeds: [{ title: t('models.title'), description: lines.join('\n'), footer: { text: t('models.hint') } }],
      });
    },
  });
}

function line(model: ModelInfo, current: boolean, t: Translate): string {
  const abilities = (['vision', 'reasoning'] as const).filter((name) => model.abilities[name]);
  const facts = [
    t('models.window', { thousands: Math.max(1, Math.round(model.contextTokens / 1000)) }),
    ...abilities.map((name) => t(`models.${name}`)),
    ...(model.demo ? [t('models.demo')] : []),
  ];
  return `${current ? '▸ ' : ''}**${model.id}** · ${facts.join(' · ')}`;
}
