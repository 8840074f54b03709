import {
  ApplicationCommandOptionType,
  ApplicationCommandType,
  InteractionContextType,
  PermissionFlagsBits,
} from 'discord-api-types/v10';
import type {
  APIApplicationCommandBasicOption,
  RESTPostAPIChatInputApplicationCommandsJSONBody,
} from 'discord-api-types/v10';
import { StartError } from '../kernel/errors.ts';
import type { Texts } from '../platform/texts/index.ts';
import type { Command, CommandInfo, OptionSpec } from '../sdk/index.ts';

/** Every command of the bot with the texts of its feature. */
export interface RegisteredCommand extends CommandInfo {
  texts: Texts;
}

export interface CommandRegistry {
  readonly all: readonly RegisteredCommand[];
  /** By name, or by alias where `aliases` are meant to count. */
  find(name: string, options?: { aliases: boolean }): RegisteredCommand | undefined;
}

/** Throws a StartError when two commands share a name or one lacks its texts. */
export function createCommandRegistry(commands: readonly RegisteredCommand[]): CommandRegistry {
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
    for (const key of textKeys(command)) {
      if (!registered.texts.has(key)) {
        throw new StartError(`The feature "${feature}" lacks the text "${key}" in its locales/en.json.`);
      }
    }
  }
  return { all: commands, find: (name, options) => (options?.aliases ? byAlias : byName).get(name.toLowerCase()) };
}

function textKeys(command: Command): string[] {
  const base = `commands.${command.name}`;
  return [`${base}.description`, ...Object.keys(command.options).map((option) => `${base}.options.${option}`)];
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
} as const;

const visibleTo = {
  everyone: null,
  moderator: PermissionFlagsBits.ManageMessages.toString(),
  'guild-administrator': PermissionFlagsBits.ManageGuild.toString(),
  // Whoever runs the bot need not be a moderator of the guild: the access check decides when it is called.
  'instance-administrator': null,
} as const;

/** The declaration as Discord wants it registered. */
export function slashCommand({ command, texts }: RegisteredCommand): RESTPostAPIChatInputApplicationCommandsJSONBody {
  const t = texts.in(undefined);
  const base = `commands.${command.name}`;
  const contexts = (command.places ?? ['guild', 'dm']).map((place) =>
    place === 'guild' ? InteractionContextType.Guild : InteractionContextType.BotDM,
  );
  return {
    type: ApplicationCommandType.ChatInput,
    name: command.name,
    description: t(`${base}.description`),
    options: Object.entries(command.options).map(([name, spec]) =>
      slashOption(name, t(`${base}.options.${name}`), spec),
    ),
    contexts,
    default_member_permissions: visibleTo[command.access],
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
