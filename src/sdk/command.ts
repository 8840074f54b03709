import { PermissionFlagsBits } from 'discord-api-types/v10';
import type { APIModalInteractionResponseCallbackData } from 'discord-api-types/v10';
import type { Access, Caller } from '../services/access/index.ts';
import type { AuditEntry } from '../services/audit/index.ts';
import type { OutgoingMessage, Visit } from '../platform/discord/index.ts';
import type { Translate } from '../platform/texts/index.ts';
import type { AttachedFile } from './attachment.ts';

interface OptionBase {
  required?: boolean;
  /** In the instance's language, in place of the catalogue's text. */
  description?: string;
}

/** Descriptions are texts: `commands.<command>.options.<option>` in the feature's catalogue. */
export type OptionSpec =
  | (OptionBase & {
      type: 'string';
      choices?: readonly string[];
      maxLength?: number;
      /** As a prefix command it takes the rest of the line, so that the words after it are none of other options. */
      takesRest?: boolean;
      /** Suggestions while typing; at most 25 are shown. */
      suggest?: (call: SuggestCall) => Promise<{ name: string; value: string }[]>;
    })
  | (OptionBase & { type: 'integer' | 'number'; min?: number; max?: number })
  | (OptionBase & { type: 'boolean' })
  /** Values of these are ids. */
  | (OptionBase & { type: 'user' | 'channel' | 'role' })
  /** As a prefix command the first file of the message. */
  | (OptionBase & { type: 'attachment' });

export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

export type CommandFile = AttachedFile;

export type OptionValue = string | number | boolean | CommandFile;

interface OptionTypes {
  string: string;
  integer: number;
  number: number;
  boolean: boolean;
  user: string;
  channel: string;
  role: string;
  attachment: CommandFile;
}

export type OptionValues<Specs extends OptionSpecs> = {
  [Name in keyof Specs]: Specs[Name] extends { required: true }
    ? OptionTypes[Specs[Name]['type']]
    : OptionTypes[Specs[Name]['type']] | undefined;
};

/** Where a call came from and who made it; the same for slash, prefix and components. */
export interface Call {
  caller: Caller;
  /** null in a DM. */
  guildId: string | null;
  channelId: string;
  /** The message or interaction that this call came with; its snowflake tells when it was made. */
  calledId: string;
  /** Texts of the feature in the caller's language. */
  t: Translate;
  /**
   * There where the bot is no member: a user who installed it for themselves calls it. `guildId` is null then, `channelId` stands
   * for this call alone, nothing can be read, and it can be answered for 15 minutes.
   */
  visit?: Visit | undefined;
  /** What the people whom the call mentions are called, by user id. */
  names?: Readonly<Record<string, string>>;
}

/** What a call did, for the audit log, which is to know by whom and where. */
export const actOf = (
  { caller, guildId, channelId, names }: Call,
  act: Pick<AuditEntry, 'action' | 'targetId' | 'details'> & { reason?: string },
): AuditEntry => ({
  ...{ actorId: caller.userId, outcome: 'done', guildId, channelId, reason: '' },
  names: { ...names, [caller.userId]: caller.displayName },
  ...act,
});

/** Whether the caller may read what was said before in the channel. */
export function mayReadBack({ guildId, caller, visit }: Pick<Call, 'guildId' | 'caller' | 'visit'>): boolean {
  if (visit) return false;
  const needed = PermissionFlagsBits.ViewChannel | PermissionFlagsBits.ReadMessageHistory;
  return guildId === null || ((caller.permissions ?? 0n) & needed) === needed;
}

export interface SuggestCall extends Call {
  /** What has been typed so far. */
  text: string;
}

export interface CommandCall<Values> extends Call {
  options: Values;
  source: 'slash' | 'prefix';
  /** The first call answers, later ones add. `ephemeral` defaults to the command's and is ignored for a prefix. */
  reply(message: OutgoingMessage, options?: { ephemeral?: boolean }): Promise<void>;
  /** A slash command's alone. Only as the first answer, and within a second: later the caller has been told to wait. */
  modal?(modal: APIModalInteractionResponseCallbackData): Promise<void>;
}

/** What bounds the use of a command or a component, where one use is dear to the process. */
export interface UseLimit {
  /** Uses of everything with this name count together. */
  name: string;
  /**
   * How long one person waits between two uses, anywhere. None unless given. Instance administrators do not wait, except
   * for what is heavy. A use that ends in a UserError does not count: what was asked for was not done.
   */
  cooldownMs?: number;
  /** Takes long or much memory: few run at once in a process, some wait for them, and the rest are told to try again. */
  heavy?: boolean;
  /** Of a command: the option without which the limit does not apply. */
  onlyWith?: string;
}

/** The rate behind a cooldown, for a use that is counted, or given back, by the feature itself. */
export const cooldownRate = (
  { name, cooldownMs }: { name: string; cooldownMs: number },
  userId: string,
): { key: string; count: number; periodMs: number; rule: string } => ({
  ...{ key: `user:${userId}/cooldown/${name}`, count: 1, periodMs: cooldownMs, rule: `cooldown of ${name}` },
});

/** `private`: direct messages and groups of people, where the bot is only with who installed it for themselves. */
export type CommandPlace = 'guild' | 'dm' | 'private';

/** Who may use a command, where, and who sees its answer; the same for every kind of command. */
export interface CommandRules {
  access: Access;
  /** All that its installs reach unless given. */
  places?: readonly CommandPlace[];
  /**
   * Who has it: members of servers that added the bot (unless given), users who installed the bot for themselves, or both.
   * A user has it everywhere, also where the bot is no member: see `Call.visit`.
   */
  installs?: readonly ('guild' | 'user')[];
  /** Whether the answer to an interaction is for the caller alone. */
  ephemeral: boolean;
  limit?: UseLimit;
}

type Erased<Definition> = Omit<Definition, 'run'> & {
  run(call: CommandCall<Record<string, OptionValue | undefined>>): Promise<void>;
};

export interface CommandDefinition<Specs extends OptionSpecs> extends CommandRules {
  /** Lower case, at most 32 characters, unique over all features. */
  name: string;
  /** Further names for the prefix form. */
  aliases?: readonly string[];
  /** In order, required ones first. As a prefix command the last string takes the rest of the line. */
  options: Specs;
  /** Errors: a UserError is answered as its text; anything else under an id that is logged. */
  run(call: CommandCall<OptionValues<Specs>>): Promise<void>;
}

/** A command with its option types erased, as the registry holds it. A subcommand has its full name: `image edit`. */
export type Command = Erased<CommandDefinition<OptionSpecs>>;

/** The rules that it leaves out are those of its group or command. */
export interface SubcommandDefinition<Specs extends OptionSpecs> extends Partial<CommandRules> {
  /** Further names for the prefix form, in place of the command's and its own: `draw` makes `!draw …`. */
  aliases?: readonly string[];
  options: Specs;
  run(call: CommandCall<OptionValues<Specs>>): Promise<void>;
}

export type Subcommand = Erased<SubcommandDefinition<OptionSpecs>>;

/** The rules that it leaves out are those of its command. */
export interface SubcommandGroup extends Partial<CommandRules> {
  /** At most 25, by name. */
  subcommands: Readonly<Record<string, Subcommand>>;
}

/** A command that does nothing by itself. */
export interface CommandWithSubcommands extends CommandRules {
  name: string;
  /** Further names for its prefix form: `img` makes `!img edit`. */
  aliases?: readonly string[];
  /** At most 25, by name. */
  subcommands: Readonly<Record<string, Subcommand | SubcommandGroup>>;
}

export type DeclaredCommand = Command | CommandWithSubcommands;

/**
 * Declares a command once: it works as a slash command, as a prefix command, in the help and in the docs. Its
 * description is the text `commands.<name>.description`, a subcommand's `commands.<name>.subcommands.<name>.description`.
 */
export function defineCommand<const Specs extends OptionSpecs>(definition: CommandDefinition<Specs>): Command;
export function defineCommand(definition: CommandWithSubcommands): CommandWithSubcommands;
export function defineCommand(definition: DeclaredCommand): DeclaredCommand {
  // The registry checks values against `options` before `run`, so that the erased type holds at run time.
  return definition;
}

/** Declares a subcommand, whose call has the values of its own options. */
export function defineSubcommand<const Specs extends OptionSpecs>(definition: SubcommandDefinition<Specs>): Subcommand {
  return definition;
}

/** What can be called of a command: itself, or each of its subcommands under its full name and with all of its rules. */
export function callableCommands(declared: DeclaredCommand): Command[] {
  if (!('subcommands' in declared)) return [declared];
  const { name: root, subcommands, aliases: _aliases, ...rules } = declared;
  return Object.entries(subcommands).flatMap(([name, member]): Command[] => {
    if (!('subcommands' in member)) return [{ ...rules, ...member, name: `${root} ${name}` }];
    const { subcommands: grouped, ...groupRules } = member;
    return Object.entries(grouped).map(([own, subcommand]) => ({
      ...{ ...rules, ...groupRules, ...subcommand },
      name: `${root} ${name} ${own}`,
    }));
  });
}

/** Where the texts of a command are, by its full name: `image edit` at `commands.image.subcommands.edit`. */
export const commandTextKey = (name: string): string => `commands.${name.split(' ').join('.subcommands.')}`;
