import type { APIApplicationCommand, APIApplicationCommandOption } from 'discord-api-types/v10';
import { allows, Permission } from '../state/permissions.ts';

/** Kinds of commands: slash, on a user, on a message. */
export const CommandKind = { slash: 1, user: 2, message: 3 } as const;

const contextKinds = { guild: 0, direct: 1 } as const;
const guildInstall = 0;

/** Kinds of command options. */
export const OptionKind = {
  subcommand: 1,
  subcommandGroup: 2,
  string: 3,
  integer: 4,
  boolean: 5,
  user: 6,
  channel: 7,
  role: 8,
  mentionable: 9,
  number: 10,
  attachment: 11,
} as const;

/** One thing a person can run: a command, or one of its sub-commands with the names that lead to it. */
export interface RunnableCommand {
  readonly command: APIApplicationCommand;
  /** Below the command's name: `[]`, `[subcommand]` or `[group, subcommand]`. */
  readonly path: readonly string[];
  readonly description: string;
  readonly options: readonly APIApplicationCommandOption[];
}

export type OptionValue = string | number | boolean | File;

/** A value as it stands in a text field. */
export function valueText(value: OptionValue | undefined): string {
  return value === undefined || value instanceof File ? '' : String(value);
}

export interface InteractionData {
  readonly json: Record<string, unknown>;
  readonly files: readonly File[];
}

/** `/model set`, as people write it. */
export function commandTitle(runnable: Pick<RunnableCommand, 'command' | 'path'>): string {
  return `/${[runnable.command.name, ...runnable.path].join(' ')}`;
}

/** Where a command would be run. */
export interface CommandPlace {
  /** null in direct messages. */
  readonly guildId: string | null;
  /** The member's in the guild, from the roles alone. */
  readonly guildPermissions: bigint;
}

/** Whether Discord would offer the command: by its guild and contexts, and in guilds by the permissions it asks for. */
export function isOffered(command: APIApplicationCommand, { guildId, guildPermissions }: CommandPlace): boolean {
  if (command.guild_id !== undefined && command.guild_id !== guildId) return false;
  // People here have installed no application for themselves.
  const installs: readonly number[] = command.integration_types ?? [guildInstall];
  if (!installs.includes(guildInstall)) return false;
  const contexts: readonly number[] | null | undefined = command.contexts;
  if (contexts && !contexts.includes(guildId === null ? contextKinds.direct : contextKinds.guild)) return false;
  const needed = command.default_member_permissions;
  if (guildId === null || needed === null) return true;
  if (allows(guildPermissions, Permission.administrator)) return true;
  return needed !== '0' && allows(guildPermissions, BigInt(needed));
}

/** Every slash command with its sub-commands laid side by side, in the order of their titles. */
export function runnableCommands(commands: readonly APIApplicationCommand[]): readonly RunnableCommand[] {
  return commands
    .filter((command) => (command.type as number) === CommandKind.slash)
    .flatMap((command) => expand(command, [], command.description, command.options ?? []))
    .sort((a, b) => commandTitle(a).localeCompare(commandTitle(b)));
}

function expand(
  command: APIApplicationCommand,
  path: readonly string[],
  description: string,
  options: readonly APIApplicationCommandOption[],
): readonly RunnableCommand[] {
  const nested = options.filter((option) => isNested(option));
  if (nested.length === 0) return [{ command, path, description, options }];
  return nested.flatMap((option) => expand(command, [...path, option.name], option.description, subOptions(option)));
}

function isNested(option: APIApplicationCommandOption): boolean {
  const kind = option.type as number;
  return kind === OptionKind.subcommand || kind === OptionKind.subcommandGroup;
}

function subOptions(option: APIApplicationCommandOption): readonly APIApplicationCommandOption[] {
  return 'options' in option ? (option.options ?? []) : [];
}

/**
 * The `data` of a slash command or, with `focused`, of its autocomplete. Options without a value are left out; files
 * become upload indexes.
 */
export function commandData(
  runnable: RunnableCommand,
  values: ReadonlyMap<string, OptionValue>,
  focused: string | null,
): InteractionData {
  const files: File[] = [];
  const leaves = runnable.options.flatMap((option) => {
    const value = values.get(option.name) ?? (option.name === focused ? '' : undefined);
    if (value === undefined) return [];
    const mark = option.name === focused ? { focused: true } : {};
    if (value instanceof File) {
      files.push(value);
      return [{ type: option.type, name: option.name, value: String(files.length - 1), ...mark }];
    }
    return [{ type: option.type, name: option.name, value, ...mark }];
  });
  const { command } = runnable;
  return {
    json: {
      id: command.id,
      name: command.name,
      type: command.type,
      version: command.version,
      ...(command.guild_id === undefined ? {} : { guild_id: command.guild_id }),
      options: nest(runnable.path, leaves),
      attachments: files.map((file, index) => ({ id: String(index), filename: file.name })),
    },
    files,
  };
}

function nest(path: readonly string[], leaves: readonly object[]): readonly object[] {
  const [name, ...rest] = path;
  if (name === undefined) return leaves;
  const type = rest.length > 0 ? OptionKind.subcommandGroup : OptionKind.subcommand;
  return [{ type, name, options: nest(rest, leaves) }];
}

/** The `data` of a command run on a user or a message. */
export function contextCommandData(command: APIApplicationCommand, targetId: string): Record<string, unknown> {
  return {
    id: command.id,
    name: command.name,
    type: command.type,
    version: command.version,
    target_id: targetId,
  };
}
