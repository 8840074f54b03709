import { UserError } from '../../../kernel/errors.ts';
import { defineCommand } from '../../../sdk/index.ts';
import type { Call, Command, CommandInfo, FeatureContext, SuggestCall } from '../../../sdk/index.ts';

/** Everything the caller may use here; with a name, one command in full. */
export function helpCommand(context: FeatureContext<unknown>): Command {
  const suggest = ({ text, ...call }: SuggestCall) =>
    Promise.resolve(
      usable(context, call)
        .filter(({ command }) => command.name.includes(text.toLowerCase()))
        .map(({ command }) => ({ name: command.name, value: command.name })),
    );
  return defineCommand({
    name: 'help',
    aliases: ['h'],
    options: { command: { type: 'string', maxLength: 32, suggest } },
    access: 'everyone',
    ephemeral: true,
    run: async (call) => {
      const { options, reply } = call;
      await reply(options.command === undefined ? overview(context, call) : detail(context, call, options.command));
    },
  });
}

function usable(context: FeatureContext<unknown>, call: Call): CommandInfo[] {
  const place = call.guildId === null ? 'dm' : 'guild';
  return context.commands().filter(({ feature, command: { name, access, places } }) => {
    const here = places?.includes(place) ?? true;
    return here && context.access.decide(call.caller, call, { kind: 'command', feature, name, access }).allowed;
  });
}

function overview(context: FeatureContext<unknown>, call: Call) {
  const { t } = call;
  const lines = usable(context, call).map(
    ({ command, describe }) => `\`/${command.name}\` · ${describe(`commands.${command.name}.description`)}`,
  );
  const { username } = context.discord.self;
  return {
    embeds: [
      {
        title: t('help.title', { name: username }),
        description: [t('help.talk', { name: username }), '', ...lines].join('\n'),
        footer: { text: t('help.footer', { prefix: context.prefix }) },
      },
    ],
  };
}

function detail(context: FeatureContext<unknown>, call: Call, wanted: string) {
  const name = wanted.toLowerCase().replace(/^[/!]/, '');
  const found = usable(context, call).find(
    ({ command }) => command.name === name || (command.aliases?.includes(name) ?? false),
  );
  if (!found) throw new UserError('help.unknown', 'no such command', { name: name.replaceAll('`', "'").slice(0, 32) });
  const { command, describe, usage } = found;
  const fields = Object.entries(command.options).map(([option, spec]) => ({
    name: spec.required ? `${option} *` : option,
    value: describe(`commands.${command.name}.options.${option}`),
  }));
  const description = [describe(`commands.${command.name}.description`), '', `\`${usage}\``].join('\n');
  return { embeds: [{ title: `/${command.name}`, description, fields }] };
}
