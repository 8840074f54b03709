import { shortLabel } from '../../../kernel/long-names.ts';
import { defineCommand } from '../../../sdk/index.ts';
import type { Command, ModelInfo, Translate } from '../../../sdk/index.ts';

import { allowedModels } from '../allowed-models.ts';
import { chooseModel } from '../chat.ts';
import type { ChatContext } from '../chat.ts';

/** More would not be read; the model command completes every name. */
const shown = 25;
/** Discord takes 4,096 characters; the rest is for how many more there are. */
const longestDescription = 4000;
const longestShown = 200;

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
      const lines: string[] = [];
      let room = longestDescription;
      for (const model of all.slice(0, shown)) {
        const text = line(model, model.id === current.id, t);
        room -= text.length + '\n'.length;
        if (room < 0) break;
        lines.push(text);
      }
      if (all.length > lines.length) lines.push(t('models.more', { count: all.length - lines.length }));
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
  return `${current ? '▸ ' : ''}**${shortLabel(model.id, longestShown)}** · ${facts.join(' · ')}`;
}
