import { UserError } from '../../../kernel/errors.ts';
import { defineCommand, mayUse } from '../../../sdk/index.ts';
import type { Command, CommandCall, CommandInfo, FeatureContext } from '../../../sdk/index.ts';

/** Everything the caller may use here; with a name, one command in full. */
export function helpCommand(context: FeatureContext<unknown>): Command {
  const suggest = ({ text }: { text: string }) =>
    Promise.resolve(
      context
        .commands()
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

type HelpCall = Pick<CommandCall<unknown>, 't' | 'caller' | 'guildId'>;

function usable(context: FeatureContext<unknown>, call: HelpCall): CommandInfo[] {
  const place = call.guildId === null ? 'dm' : 'guild';
  return context
    .commands()
    .filter(({ command }) => mayUse(command.access, call.caller) && (command.places?.includes(place) ?? true));
}

function overview(context: FeatureContext<unknown>, call: HelpCall) {
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

function detail(context: FeatureContext<unknown>, call: HelpCall, wanted: string) {
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
