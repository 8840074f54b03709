import { PermissionFlagsBits } from 'discord-api-types/v10';
import type { LoadedFeature } from '../src/app/features.ts';
import type { Texts } from '../src/platform/texts/index.ts';
import { callableCommands, commandTextKey } from '../src/sdk/index.ts';
import type { Access, CommandRules, ComponentHandler, OptionSpec } from '../src/sdk/index.ts';
import { describeSettings } from '../src/sdk/setting.ts';
import type { SettingField } from '../src/sdk/setting.ts';

type Feature = Pick<LoadedFeature, 'definition' | 'parts'>;

/** One feature as a page of Markdown for the people who run the bot, from its code and its texts alone. */
export function featurePage(feature: Feature, texts: Texts): string {
  const { name, summary, intents } = feature.definition;
  return page([
    `# ${titleOf(name)}`,
    summary,
    `> Made from the code by \`npm run docs\`. In words: [README](../../src/features/${name}/README.md).`,
    ...section('Settings', settingsOf(feature, texts)),
    ...section('Commands', commandsOf(feature, texts)),
    ...section('In the menu of a message', messageCommandsOf(feature, texts)),
    ...section('Buttons, menus and forms', componentsOf(feature)),
    ...section('Below `/api`', routesOf(feature)),
    ...section('In the background', backgroundOf(feature)),
    ...section('Part in conversations', conversationOf(feature)),
    ...section('Personal data', dataOf(feature, texts)),
    ...section('Intents', [intents.length === 0 ? 'None of its own.' : intents.map(code).join(', ')]),
  ]);
}

/** The list of all features, with what the bot as a whole needs of Discord. */
export function featureIndex(features: readonly Feature[], inviteUrl: string): string {
  const intents = [...new Set(features.flatMap(({ definition }) => definition.intents))].sort();
  const rows = features.map(({ definition: { name, summary, settings }, parts }) => {
    const commands = [...(parts.commands ?? []), ...(parts.messageCommands ?? [])].length;
    return [`[${titleOf(name)}](${name}.md)`, summary, String(Object.keys(settings.shape).length), String(commands)];
  });
  return page([
    '# Features',
    'Every feature with its settings, commands, rights and data. Made from the code by `npm run docs`.',
    table(['feature', 'what it does', 'settings', 'commands'], rows),
    '## What Familiar needs of Discord',
    `**Intents:** ${intents.map(code).join(', ')}`,
    `**Permissions of the invite link:** ${permissionsIn(inviteUrl).map(code).join(', ')}`,
  ]);
}

const page = (blocks: readonly string[]): string => `${blocks.join('\n\n')}\n`;
const titleOf = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1).replaceAll('-', ' ');
const code = (text: string): string => `\`${text}\``;

const section = (title: string, blocks: readonly string[]): string[] =>
  blocks.length === 0 ? [] : [`## ${title}`, ...blocks];

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replace(/[|\n]/g, '\\$&')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function permissionsIn(inviteUrl: string): string[] {
  const bits = BigInt(new URL(inviteUrl).searchParams.get('permissions') ?? '0');
  return Object.entries(PermissionFlagsBits)
    .filter(([, bit]) => (bits & bit) === bit)
    .map(([name]) => name);
}

const whoChanges = {
  server: 'administrators of a server, there',
  owner: "the bot's owner, for a server",
  file: 'settings file only',
};

function settingsOf({ definition: { name, settings } }: Feature, texts: Texts): string[] {
  const fields = describeSettings(settings);
  if (fields.length === 0) return [];
  const t = texts.in('en');
  const rows = fields.map((field) => [
    code(field.key),
    t(`config.${field.key}.about`),
    allowedOf(field),
    field.kind === 'group' || JSON.stringify(field.default).length > 60
      ? 'see `familiar.example.yaml`'
      : code(JSON.stringify(field.default)),
    whoChanges[field.changedBy],
  ]);
  return [
    `In \`familiar.yaml\` below \`features.${name}\`; what a server may change is in \`/config feature:${name}\`.`,
    table(['setting', 'what it does', 'type and allowed values', 'default', 'who changes it'], rows),
  ];
}

function allowedOf(field: SettingField): string {
  const { kind, isList, isWhole, choices, min, max, unit, nullable, tightenOnly } = field;
  const name = kind === 'choice' ? choices.map(code).join(', ') : kind === 'number' && isWhole ? 'whole number' : kind;
  const measured = isList ? 'entries' : kind === 'text' ? 'characters' : (unit ?? '');
  const bounds = [...(min === undefined ? [] : [`from ${min}`]), ...(max === undefined ? [] : [`to ${max}`])];
  return [
    isList ? `list of ${name}` : name,
    ...(bounds.length > 0 ? [`${bounds.join(' ')} ${measured}`.trim()] : unit === undefined ? [] : [`in ${unit}`]),
    ...(nullable ? ['or `null`'] : []),
    ...(tightenOnly ? ['a server may only have less'] : []),
  ].join(', ');
}

const whoUses: Readonly<Record<Access, string>> = {
  always: 'everyone, always',
  everyone: 'everyone',
  moderator: 'moderators (Manage Messages)',
  'guild-administrator': 'administrators of the server (Manage Server)',
  'instance-administrator': "the bot's owner",
};

function rulesOf({ access, places, ephemeral, limit }: CommandRules): string {
  const where = places?.length === 1 ? (places[0] === 'dm' ? 'in direct messages' : 'in servers') : 'everywhere';
  const waits = limit?.cooldownMs === undefined ? [] : [`once in ${limit.cooldownMs / 1000} s`];
  return [whoUses[access], where, ephemeral ? 'answers you alone' : 'answers in the channel', ...waits].join(' · ');
}

function commandsOf({ parts }: Feature, texts: Texts): string[] {
  const t = texts.in('en');
  return (parts.commands ?? []).flatMap(callableCommands).flatMap((command) => {
    const aliases = (command.aliases ?? []).map((alias) => code(`!${alias}`));
    const rows = Object.entries(command.options).map(([name, option]) => [
      code(name),
      option.description ?? t(`${commandTextKey(command.name)}.options.${name}`),
      typeOf(option),
      option.required ? 'yes' : '',
    ]);
    return [
      `### \`/${command.name}\``,
      `${t(`${commandTextKey(command.name)}.description`)}.`,
      [rulesOf(command), ...(aliases.length === 0 ? [] : [`also ${aliases.join(', ')}`])].join(' · '),
      ...(rows.length === 0 ? [] : [table(['option', 'what it is', 'type', 'required'], rows)]),
    ];
  });
}

function typeOf(option: OptionSpec): string {
  if (option.type === 'string' && option.choices) return option.choices.map(code).join(', ');
  if (option.type === 'string')
    return option.maxLength === undefined ? 'text' : `text, up to ${option.maxLength} characters`;
  if (option.type !== 'integer' && option.type !== 'number')
    return option.type === 'boolean' ? 'yes or no' : option.type;
  const bounds = [
    ...(option.min === undefined ? [] : [`from ${option.min}`]),
    ...(option.max === undefined ? [] : [`to ${option.max}`]),
  ];
  return [option.type === 'integer' ? 'whole number' : 'number', ...bounds].join(' ');
}

function messageCommandsOf({ parts }: Feature, texts: Texts): string[] {
  const rows = (parts.messageCommands ?? []).map((command) => [
    texts.in('en')(`message-commands.${command.name}.title`),
    code(command.name),
    rulesOf(command),
  ]);
  return rows.length === 0 ? [] : [table(['title', 'name in `access`', 'who, where, how'], rows)];
}

function componentsOf({ parts }: Feature): string[] {
  const needs = ({ right }: ComponentHandler) =>
    'commands' in right ? `the right to ${right.commands.map((name) => code(`/${name}`)).join(' and ')}` : right.none;
  const rows = new Map<string, { actions: string[]; cells: string[] }>();
  for (const [action, handler] of Object.entries(parts.components ?? {})) {
    const cells = [whoUses[handler.access ?? 'everyone'], needs(handler)];
    const row = rows.get(cells.join('|')) ?? { actions: [], cells };
    row.actions.push(code(action));
    rows.set(cells.join('|'), row);
  }
  const lines = [...rows.values()].map(({ actions, cells }) => [actions.join(', '), ...cells]);
  return lines.length === 0 ? [] : [table(['actions', 'who', 'needs'], lines)];
}

function routesOf({ definition: { name }, parts }: Feature): string[] {
  const rows = (parts.routes ?? []).map(({ method, path, summary, scope }) => [
    code(`${method} /api/${name}${path}`),
    summary,
    scope === 'public' ? 'no key' : code(scope),
  ]);
  return rows.length === 0 ? [] : [table(['route', 'what it does', 'scope of the key'], rows)];
}

function backgroundOf({ parts }: Feature): string[] {
  const schedules = (parts.schedules ?? []).map((schedule) => {
    const when =
      'cron' in schedule ? `at ${code(String(schedule.cron))} (UTC)` : `every ${Number(schedule.everyMs) / 1000} s`;
    return `- Schedule ${code(schedule.name)}: ${when}.`;
  });
  const jobs = Object.keys(parts.jobs ?? {}).map(code);
  const lines = [...schedules, ...(jobs.length === 0 ? [] : [`- Jobs: ${jobs.join(', ')}.`])];
  return lines.length === 0 ? [] : [lines.join('\n')];
}

function conversationOf({ parts }: Feature): string[] {
  const lines = [
    ...(parts.claims ?? []).map(({ place }) => `- Answers messages, at the place ${code(place)}.`),
    ...(parts.promptSources ?? []).map(({ name, place }) => `- Adds ${code(name)} to the prompt (${place}).`),
    ...(parts.tools ?? []).map((tool) => `- Tool for models: ${code(tool.name)}.`),
    ...(parts.answerSteps ?? []).map(({ name, at }) => {
      return `- Acts on answers, ${at === 'before-store' ? 'before they are stored' : 'once they are shown'}: ${code(name)}.`;
    }),
    ...((parts.speakers ?? []).length > 0
      ? ['- Answers under other names, which needs the permission Manage Webhooks.']
      : []),
    ...(parts.turnSettings ?? []).map(({ name }) => `- Adds ${code(name)} to \`/settings\`.`),
    ...(parts.askOptions ?? []).map(({ name }) => `- Adds the option ${code(name)} to \`/ask\`.`),
  ];
  return lines.length === 0 ? [] : [lines.join('\n')];
}

function dataOf({ parts }: Feature, texts: Texts): string[] {
  const stored = parts.exportUser ? texts.in('en')('stored', { count: 2 }).replace(/^2 /, '') : '';
  const does = [
    ...(parts.exportUser ? ['in the export of `/privacy`'] : []),
    ...(parts.forgetUser ? ['deleted by **Forget me**'] : []),
    ...(parts.expire ? ['deleted after the days of `/retention`'] : []),
  ];
  if (stored === '') return ['Nothing about people of its own.'];
  return [`${stored.charAt(0).toUpperCase()}${stored.slice(1)}: ${does.join(', ')}.`];
}
