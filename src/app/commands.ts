import { StartError } from '../kernel/errors.ts';
import { discordLimits } from '../platform/discord/index.ts';
import type { Texts } from '../platform/texts/index.ts';
import { callableCommands, commandTextKey } from '../sdk/index.ts';
import type { Command, CommandInfo } from '../sdk/index.ts';
import { slashCommand, titleKey, titleOf } from './command-bodies.ts';
import type { DeclaredByFeature, RegisteredMessageCommand } from './command-bodies.ts';
import { commandProblem } from './command-limits.ts';

/** What can be called, a subcommand under its full name, with the texts of its feature. */
export interface RegisteredCommand extends CommandInfo {
  texts: Texts;
}

/** What the words of a prefix command stand for: a command and the words after it, or the subcommands that fit so far. */
export type PrefixMatch = { found: RegisteredCommand; rest: string } | { among: readonly RegisteredCommand[] };

export interface CommandRegistry {
  /** What can be called: commands without subcommands, and subcommands. */
  readonly all: readonly RegisteredCommand[];
  readonly declared: readonly DeclaredByFeature[];
  readonly onMessages: readonly RegisteredMessageCommand[];
  /** By full name: `image edit`. */
  find(name: string): RegisteredCommand | undefined;
  /** By the first word of a prefix command, which may be an alias, and what follows it. */
  match(word: string, rest: string): PrefixMatch | undefined;
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
  declared: readonly DeclaredByFeature[],
  onMessages: readonly RegisteredMessageCommand[] = [],
  prefix = '!',
): CommandRegistry {
  for (const one of declared) checkDeclared(one);
  checkCount(declared.length);
  const all = declared.flatMap((one) => registeredOf(one, prefix));
  const byName = new Map(all.map((registered) => [registered.command.name, registered]));
  const byWord = indexByWord(declared, byName);
  const byTitle = indexByTitle(onMessages);
  return {
    all,
    declared,
    onMessages,
    find: (name) => byName.get(name.toLowerCase()),
    match: (word, rest) => {
      const first = byWord.get(word.toLowerCase());
      return first === undefined ? undefined : matchWords(byName, first, rest);
    },
    findOnMessages: (title) => byTitle.get(title),
    named: (name) => byName.get(name) ?? onMessages.find(({ command }) => command.name === name),
  };
}

function registeredOf({ feature, command, texts }: DeclaredByFeature, prefix: string): RegisteredCommand[] {
  const describe = texts.in(undefined);
  return callableCommands(command).map((callable) => ({
    ...{ feature, command: callable, texts, describe },
    usage: usage(prefix, callable),
  }));
}

/** Goes on from a name with the words that follow it, as far as they are names of subcommands. */
function matchWords(byName: ReadonlyMap<string, RegisteredCommand>, name: string, rest: string): PrefixMatch {
  const found = byName.get(name);
  if (found) return { found, rest };
  const [, word = '', after = ''] = /^(\S*)\s*([\s\S]*)$/.exec(rest) ?? [];
  const longer = `${name} ${word.toLowerCase()}`;
  const fits = (known: string) => known === longer || known.startsWith(`${longer} `);
  if (word !== '' && [...byName.keys()].some(fits)) return matchWords(byName, longer, after);
  return { among: [...byName.values()].filter(({ command }) => command.name.startsWith(`${name} `)) };
}

/** Full names by the first word of the prefix form. */
function indexByWord(
  declared: readonly DeclaredByFeature[],
  byName: ReadonlyMap<string, RegisteredCommand>,
): Map<string, string> {
  const byWord = new Map<string, string>();
  const owners = new Map<string, string>();
  const add = (word: string, name: string, feature: string) => {
    const other = owners.get(word);
    if (other !== undefined) {
      throw new StartError(`The features "${other}" and "${feature}" both have a command "${word}".`);
    }
    byWord.set(word, name);
    owners.set(word, feature);
  };
  for (const { feature, command } of declared) {
    for (const word of [command.name, ...(command.aliases ?? [])]) add(word, command.name, feature);
  }
  for (const [name, { feature, command }] of byName) {
    if (name.includes(' ')) for (const word of command.aliases ?? []) add(word, name, feature);
  }
  return byWord;
}

function checkDeclared(declared: DeclaredByFeature): void {
  for (const callable of callableCommands(declared.command)) {
    for (const key of textKeys(callable)) requireText(declared, key);
  }
  const problem = commandProblem(slashCommand(declared));
  if (problem === undefined) return;
  throw new StartError(`The command "${declared.command.name}" of the feature "${declared.feature}" ${problem}`);
}

function checkCount(count: number): void {
  const { globalCommands: most } = discordLimits;
  if (count > most) throw new StartError(`There are ${count} slash commands; Discord takes at most ${most}.`);
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

/** The descriptions of a command, of its options, and of the command and group that it is a part of. */
function textKeys({ name, options }: Command): string[] {
  const words = name.split(' ');
  const own = Object.entries(options).filter(([, spec]) => spec.description === undefined);
  return [
    ...words.map((_, index) => `${commandTextKey(words.slice(0, index + 1).join(' '))}.description`),
    ...own.map(([option]) => `${commandTextKey(name)}.options.${option}`),
  ];
}

/** `!model <name> [where]`, for the help and for refusals of a prefix command. */
export function usage(prefix: string, command: Command): string {
  const options = Object.entries(command.options).map(([name, spec]) => (spec.required ? `<${name}>` : `[${name}]`));
  return [`${prefix}${command.name}`, ...options].join(' ');
}
