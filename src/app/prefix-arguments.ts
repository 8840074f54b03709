import { readDecimal, readInteger } from '../kernel/decimal.ts';
import { UserError } from '../kernel/errors.ts';
import type { Translate } from '../platform/texts/index.ts';
import type { Command, CommandFile, OptionSpec, OptionValue } from '../sdk/index.ts';
import { usage } from './commands.ts';

/**
 * The command name and the rest of the line, or undefined when the text is no prefix command. After a mention of the bot it is
 * one everywhere, also where the prefix draws; `help` then needs no prefix, as people who don't know it type it.
 */
export function readPrefixCommand(
  prefix: string,
  content: string,
  selfId?: string,
): { name: string; rest: string } | undefined {
  const mention = /^<@!?(\d{17,20})>\s*/.exec(content);
  if (mention && mention[1] === selfId) {
    const after = content.slice(mention[0].length);
    return after.trim().toLowerCase() === 'help' ? { name: 'help', rest: '' } : readPrefixCommand(prefix, after);
  }
  if (!content.startsWith(prefix)) return undefined;
  const match = /^([^\s]{1,32})(?:\s+([\s\S]*))?$/.exec(content.slice(prefix.length));
  return match?.[1] === undefined ? undefined : { name: match[1], rest: match[2] ?? '' };
}

/**
 * Reads the words of a prefix command into the command's options, in their declared order. Quotes keep words together;
 * the last string option, or one that says so, takes the rest of the line as it is; files are those of the message.
 * Throws a UserError that shows the usage.
 */
export function parsePrefixArguments(
  command: Command,
  rest: string,
  prefix: string,
  t: Translate,
  files: readonly CommandFile[] = [],
): Record<string, OptionValue | undefined> {
  const values: Record<string, OptionValue | undefined> = {};
  const shape = { usage: usage(prefix, command) };
  const specs = Object.entries(command.options);
  const [file] = files;
  let left = rest.trim();
  for (const [index, [name, spec]] of specs.entries()) {
    if (spec.type === 'attachment') {
      if (spec.required && !file)
        throw new UserError('errors.option-missing', `${name} is missing`, { name, ...shape });
      values[name] = file;
      continue;
    }
    const takesRest = spec.type === 'string' && (spec.takesRest === true || index === specs.length - 1);
    const [word, after] = takesRest ? [left, ''] : nextWord(left);
    left = after;
    if (word === '') {
      if (spec.required) throw new UserError('errors.option-missing', `${name} is missing`, { name, ...shape });
      values[name] = undefined;
      continue;
    }
    values[name] = readValue(name, spec, word, shape.usage, t);
  }
  if (left !== '') {
    throw new UserError('errors.option-extra', 'too many words', { value: clip(left), ...shape });
  }
  return values;
}

function nextWord(text: string): [word: string, rest: string] {
  const match = /^"([^"]*)"\s*|^(\S+)\s*/.exec(text);
  return match ? [match[1] ?? match[2] ?? '', text.slice(match[0].length)] : ['', ''];
}

function readValue(
  name: string,
  spec: Exclude<OptionSpec, { type: 'attachment' }>,
  word: string,
  usageText: string,
  t: Translate,
): string | number | boolean {
  const refuse = (expected: string) =>
    new UserError('errors.option-type', `${name} is not ${expected}`, {
      name,
      expected,
      value: clip(word),
      usage: usageText,
    });
  switch (spec.type) {
    case 'string': {
      if (spec.choices && !spec.choices.includes(word)) {
        const choices = spec.choices.map((choice) => `\`${choice}\``).join(', ');
        throw new UserError('errors.option-choice', `${name} is not a choice`, { name, choices, usage: usageText });
      }
      return spec.maxLength === undefined ? word : word.slice(0, spec.maxLength);
    }
    case 'integer':
    case 'number': {
      const value = spec.type === 'integer' ? readInteger(word) : readDecimal(word);
      if (value === undefined) throw refuse(t(`expected.${spec.type}`));
      const outside = (spec.min !== undefined && value < spec.min) || (spec.max !== undefined && value > spec.max);
      if (outside) throw refuse(rangeText(spec, t));
      return value;
    }
    case 'boolean': {
      const lower = word.toLowerCase();
      // "!clear everyone" is how people write a switch.
      if (lower === name.toLowerCase()) return true;
      if (['yes', 'y', 'true', 'on', '1'].includes(lower)) return true;
      if (['no', 'n', 'false', 'off', '0'].includes(lower)) return false;
      throw refuse(t('expected.boolean'));
    }
    case 'user':
    case 'channel':
    case 'role': {
      const id = mention[spec.type].exec(word)?.[1];
      if (id === undefined) throw refuse(t(`expected.${spec.type}`));
      return id;
    }
  }
}

const mention = {
  user: /^(?:<@!?)?(\d{17,20})>?$/,
  channel: /^(?:<#)?(\d{17,20})>?$/,
  role: /^(?:<@&)?(\d{17,20})>?$/,
} as const;

function rangeText(spec: { min?: number; max?: number }, t: Translate): string {
  if (spec.min !== undefined && spec.max !== undefined) return t('expected.between', { min: spec.min, max: spec.max });
  return spec.min !== undefined
    ? t('expected.at-least', { min: spec.min })
    : t('expected.at-most', { max: spec.max ?? 0 });
}

/** What a refusal repeats of the person's words: short, and unable to break out of its code span. */
function clip(text: string): string {
  return text.replaceAll('`', "'").slice(0, 60);
}
