import { parseArgs } from 'node:util';
import type { ParseArgsConfig } from 'node:util';
import { StartError } from '../kernel/errors.ts';
import { nearest } from '../platform/config/index.ts';

export type CommandOptions = NonNullable<ParseArgsConfig['options']>;

/** Of every command. */
const helpOption = { help: { type: 'boolean', short: 'h' } } as const;

type Parsed<Options extends CommandOptions> = ReturnType<
  typeof parseArgs<{ options: Options & typeof helpOption; allowPositionals: true; strict: true }>
>;

/**
 * Reads what follows a command. `help` prints what `--help` shows and ends the command. Throws a StartError that names the
 * options that there are for one that there is not, for a value that is missing, and for words where none belong.
 */
export function readCommandLine<const Options extends CommandOptions>(
  command: string,
  args: readonly string[],
  options: Options,
  { words = false }: { words?: boolean } = {},
): 'help' | Parsed<Options> {
  const all = { ...options, ...helpOption };
  const more = `\`familiar ${command} --help\` tells more.`;
  const { tokens } = parseArgs({ args: [...args], options: all, strict: false, allowPositionals: true, tokens: true });
  const names = Object.keys(all);
  if (tokens.some((token) => token.kind === 'option' && token.name === 'help')) return 'help';
  for (const token of tokens) {
    if (token.kind === 'option' && !Object.hasOwn(all, token.name)) {
      const meant = nearest(token.name, names);
      const hint = meant === undefined ? '' : ` Did you mean --${meant}?`;
      const list = names.map((name) => `--${name}`).join(', ');
      throw new StartError(`There is no option "${token.rawName}".${hint} Options: ${list}. ${more}`);
    }
    if (token.kind === 'positional' && !words) {
      throw new StartError(`I don't know what to do with "${token.value}". ${more}`);
    }
  }
  try {
    return parseArgs({ args: [...args], options: all, allowPositionals: true, strict: true });
  } catch (error) {
    if ((error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS') !== true) throw error;
    throw new StartError(`${(error as Error).message.split('. To specify')[0] ?? ''}. ${more}`, { cause: error });
  }
}
