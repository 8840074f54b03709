import { ButtonStyle, ComponentType, MessageFlags } from 'discord-api-types/v10';
import { UserError } from '../../../kernel/errors.ts';
import { commandTextKey, customId, defineCommand } from '../../../sdk/index.ts';
import type {
  Call,
  Command,
  CommandInfo,
  ComponentHandler,
  FeatureContext,
  OptionSpec,
  OutgoingMessage,
  SuggestCall,
  Translate,
} from '../../../sdk/index.ts';
import { pagesOf } from '../help-pages.ts';
import type { HelpGroup } from '../help-pages.ts';

/** Fits on one or two phone screens; Discord would allow 4096. */
const longestPage = 1400;

/** Everything the caller may use here; with a name, one command in detail. */
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
    options: { command: { type: 'string', maxLength: 100, takesRest: true, suggest } },
    access: 'everyone',
    installs: ['guild', 'user'],
    ephemeral: true,
    run: async (call) => {
      const { options, reply } = call;
      await reply(options.command === undefined ? overview(context, call, 0) : detail(context, call, options.command));
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

/** The page with this number, from 0; with several pages, buttons lead to the others. */
function overview(context: FeatureContext<unknown>, call: Call, number: number): OutgoingMessage {
  const { t } = call;
  const pages = pagesOf(groups(context, call), longestPage);
  const at = Math.min(Math.max(0, Math.trunc(number) || 0), pages.length - 1);
  const { username } = context.discord.self;
  const footer = t('help.footer', { prefix: context.prefix });
  const isLong = pages.length > 1;
  const embed = {
    title: t('help.title', { name: username }),
    description: [t('help.talk', { name: username }), '', pages[at]?.text ?? ''].join('\n'),
    footer: { text: isLong ? t('help.page', { page: at + 1, pages: pages.length, footer }) : footer },
  };
  const turn = (to: number, label: string) => ({
    type: ComponentType.Button as const,
    style: ButtonStyle.Secondary as const,
    custom_id: customId('basics', 'help', String(to)),
    label,
    disabled: pages[to] === undefined,
  });
  const buttons = [turn(at - 1, t('help.older')), turn(at + 1, t('help.newer'))];
  return { embeds: [embed], components: isLong ? [{ type: ComponentType.ActionRow, components: buttons }] : [] };
}

/** In the order of the features. */
function groups(context: FeatureContext<unknown>, call: Call): HelpGroup[] {
  const byFeature = Map.groupBy(usable(context, call), ({ feature }) => feature);
  return [...byFeature].map(([feature, commands]) => {
    const key = `help.groups.${feature}`;
    return {
      title: context.texts.has(key) ? call.t(key) : feature,
      lines: commands.map(lineOf),
    };
  });
}

const lineOf = ({ command: { name }, describe }: CommandInfo): string =>
  `\`/${name}\` · ${describe(`${commandTextKey(name)}.description`)}`;

/** Shows another page with what the member who turned to it may use. In a public message, only to them. */
export function helpPages(context: FeatureContext<unknown>): ComponentHandler {
  return {
    version: 1,
    right: { commands: ['help'] },
    run: async (call) => {
      // Menus of earlier versions give the page as their value.
      const page = overview(context, call, Number(call.values[0] ?? call.id));
      const own = ((call.message?.flags ?? 0) & MessageFlags.Ephemeral) !== 0;
      await (own ? call.update(page) : call.reply(page));
    },
  };
}

function detail(context: FeatureContext<unknown>, call: Call, wanted: string): OutgoingMessage {
  const { t } = call;
  const name = wanted.toLowerCase().replace(/^[/!]/, '');
  const allowed = usable(context, call);
  const found = allowed.find(({ command }) => command.name === name || (command.aliases?.includes(name) ?? false));
  const below = allowed.filter(({ command }) => command.name.startsWith(`${name} `));
  if (!found && below.length > 0) return { embeds: [{ title: `/${name}`, description: below.map(lineOf).join('\n') }] };
  if (!found) throw new UserError('help.unknown', 'no such command', { name: name.replaceAll('`', "'").slice(0, 100) });
  const { command, describe, usage } = found;
  const { access, aliases = [], places } = command;
  const options = Object.entries(command.options).map(([option, spec]) => ({
    name: spec.required ? `${option} *` : option,
    value: [describe(`${commandTextKey(command.name)}.options.${option}`), choicesText(spec, t)].join(''),
  }));
  const rank = access === 'always' || access === 'everyone';
  const fields = [
    ...options,
    { name: t('help.who'), value: rank ? t('help.everyone') : context.commonTexts.in(undefined)(`who.${access}`) },
    ...(places?.length === 1 ? [{ name: t('help.where'), value: t(`help.places.${places[0] ?? ''}`) }] : []),
    ...(aliases.length > 0
      ? [{ name: t('help.aliases'), value: aliases.map((alias) => `\`${context.prefix}${alias}\``).join(', ') }]
      : []),
  ];
  const description = [describe(`${commandTextKey(command.name)}.description`), '', `\`${usage}\``].join('\n');
  return { embeds: [{ title: `/${command.name}`, description, fields }] };
}

function choicesText(spec: OptionSpec, t: Translate): string {
  if (!('choices' in spec) || !spec.choices) return '';
  return `\n${t('help.choices', { choices: spec.choices.map((choice) => `\`${choice}\``).join(', ') })}`;
}
