import {
  ApplicationCommandOptionType,
  ApplicationCommandType,
  InteractionContextType,
  PermissionFlagsBits,
} from 'discord-api-types/v10';
import type {
  APIApplicationCommandBasicOption,
  RESTPostAPIChatInputApplicationCommandsJSONBody,
  RESTPostAPIContextMenuApplicationCommandsJSONBody,
  RESTPutAPIApplicationCommandsJSONBody,
} from 'discord-api-types/v10';
import { StartError } from '../kernel/errors.ts';
import { discordLimits } from '../platform/discord/index.ts';
import type { Texts } from '../platform/texts/index.ts';
import type { Command, CommandInfo, CommandRules, MessageCommand, OptionSpec } from '../sdk/index.ts';

/** Every command of the bot with the texts of its feature. */
export interface RegisteredCommand extends CommandInfo {
  texts: Texts;
}

export interface RegisteredMessageCommand {
  feature: string;
  command: MessageCommand;
  texts: Texts;
}

export interface CommandRegistry {
  readonly all: readonly RegisteredCommand[];
  readonly onMessages: readonly RegisteredMessageCommand[];
  /** By name, or by alias where `aliases` are meant to count. */
  find(name: string, options?: { aliases: boolean }): RegisteredCommand | undefined;
  /** By the title that Discord shows. */
  findOnMessages(title: string): RegisteredMessageCommand | undefined;
  /** By the name that policies know, of either kind; a slash command before one of the menu of messages. */
  named(name: string): RegisteredCommand | RegisteredMessageCommand | undefined;
}

/**
 * Throws a StartError when two commands share a name or a title, when one lacks its texts, or when Discord would not
 * take them.
 */
export function createCommandRegistry(
  commands: readonly RegisteredCommand[],
  onMessages: readonly RegisteredMessageCommand[] = [],
): CommandRegistry {
  const { byName, byAlias } = indexByName(commands);
  const byTitle = indexByTitle(onMessages);
  return {
    all: commands,
    onMessages,
    find: (name, options) => (options?.aliases ? byAlias : byName).get(name.toLowerCase()),
    findOnMessages: (title) => byTitle.get(title),
    named: (name) => byName.get(name) ?? onMessages.find(({ command }) => command.name === name),
  };
}

function indexByName(commands: readonly RegisteredCommand[]) {
  const byName = new Map<string, RegisteredCommand>();
  const byAlias = new Map<string, RegisteredCommand>();
  for (const registered of commands) {
    const { command, feature } = registered;
    for (const name of [command.name, ...(command.aliases ?? [])]) {
      const other = byAlias.get(name);
      if (other)
        throw new StartError(`The features "${other.feature}" and "${feature}" both have a command "${name}".`);
      byAlias.set(name, registered);
    }
    byName.set(command.name, registered);
    for (const key of textKeys(command)) requireText(registered, key);
  }
  return { byName, byAlias };
}

function indexByTitle(commands: readonly RegisteredMessageCommand[]) {
  const { globalMessageCommands: most, commandNameLength: longest } = discordLimits;
  if (commands.length > most) {
    throw new StartError(`There are ${commands.length} message commands; Discord takes at most ${most}.`);
  }
  const byTitle = new Map<string, RegisteredMessageCommand>();
  for (const registered of commands) {
    const { feature } = registered;
    const key = titleKey(registered);
    requireText(registered, key);
    const title = titleOf(registered);
    if (title.trim() !== title || title === '' || title.length > longest) {
      throw new StartError(
        `The text "${key}" of the feature "${feature}" must be 1 to ${longest} characters without spaces around them.`,
      );
    }
    const other = byTitle.get(title);
    if (other) {
      throw new StartError(
        `The features "${other.feature}" and "${feature}" both have a message command titled "${title}".`,
      );
    }
    byTitle.set(title, registered);
  }
  return byTitle;
}

function requireText({ feature, texts }: { feature: string; texts: Texts }, key: string): void {
  if (texts.has(key)) return;
  throw new StartError(`The feature "${feature}" lacks the text "${key}" in its locales/en.json.`);
}

function titleKey({ command }: RegisteredMessageCommand): string {
  return `message-commands.${command.name}.title`;
}

function titleOf(registered: RegisteredMessageCommand): string {
  return registered.texts.in(undefined)(titleKey(registered));
}

function textKeys(command: Command): string[] {
  const base = `commands.${command.name}`;
  const own = Object.entries(command.options).filter(([, spec]) => spec.description === undefined);
  return [`${base}.description`, ...own.map(([option]) => `${base}.options.${option}`)];
}

/** `!model <name> [where]`, for the help and for refusals of a prefix command. */
export function usage(prefix: string, command: Command): string {
  const options = Object.entries(command.options).map(([name, spec]) => (spec.required ? `<${name}>` : `[${name}]`));
  return [`${prefix}${command.name}`, ...options].join(' ');
}

const optionTypes = {
  string: ApplicationCommandOptionType.String,
  integer: ApplicationCommandOptionType.Integer,
  number: ApplicationCommandOptionType.Number,
  boolean: ApplicationCommandOptionType.Boolean,
  user: ApplicationCommandOptionType.User,
  channel: ApplicationCommandOptionType.Channel,
  role: ApplicationCommandOptionType.Role,
  attachment: ApplicationCommandOptionType.Attachment,
} as const;

const visibleTo = {
  always: null,
  everyone: null,
  moderator: PermissionFlagsBits.ManageMessages.toString(),
  'guild-administrator': PermissionFlagsBits.ManageGuild.toString(),
  // Whoever runs the bot need not be a moderator of the guild: the access check decides when it is called.
  'instance-administrator': null,
} as const;

/** Every command as Discord wants it registered. */
export function commandBodies({ all, onMessages }: CommandRegistry): RESTPutAPIApplicationCommandsJSONBody {
  return [...all.map(slashCommand), ...onMessages.map(messageCommand)];
}

export function messageCommand(
  registered: RegisteredMessageCommand,
): RESTPostAPIContextMenuApplicationCommandsJSONBody {
  return { type: ApplicationCommandType.Message, name: titleOf(registered), ...visibility(registered.command) };
}

export function slashCommand({ command, texts }: RegisteredCommand): RESTPostAPIChatInputApplicationCommandsJSONBody {
  const t = texts.in(undefined);
  const base = `commands.${command.name}`;
  return {
    type: ApplicationCommandType.ChatInput,
    name: command.name,
    description: t(`${base}.description`),
    options: Object.entries(command.options).map(([name, spec]) =>
      slashOption(name, spec.description ?? t(`${base}.options.${name}`), spec),
    ),
    ...visibility(command),
  };
}

/** To whom and where Discord offers a command. */
function visibility({ access, places = ['guild', 'dm'] }: CommandRules) {
  return {
    contexts: places.map((place) => (place === 'guild' ? InteractionContextType.Guild : InteractionContextType.BotDM)),
    default_member_permissions: visibleTo[access],
  };
}

function slashOption(name: string, description: string, spec: OptionSpec): APIApplicationCommandBasicOption {
  return {
    type: optionTypes[spec.type],
    name,
    description,
    ...(spec.required ? { required: true } : {}),
    ...('choices' in spec && spec.choices ? { choices: spec.choices.map((value) => ({ name: value, value })) } : {}),
    ...('suggest' in spec && spec.suggest !== undefined ? { autocomplete: true } : {}),
    ...('maxLength' in spec && spec.maxLength ? { max_length: spec.maxLength } : {}),
    ...('min' in spec && spec.min !== undefined ? { min_value: spec.min } : {}),
    ...('max' in spec && spec.max !== undefined ? { max_value: spec.max } : {}),
  } as APIApplicationCommandBasicOption;
}
