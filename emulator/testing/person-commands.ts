import type { APIApplicationCommand } from 'discord-api-types/v10';

/** A file that a person sends. */
export interface PersonFile {
  name: string;
  data: Uint8Array | string;
  type?: string;
}

export type OptionInput = string | number | boolean | PersonFile;

interface Declared {
  name: string;
  type: number;
  options?: Declared[];
}

interface SentOption {
  name: string;
  type: number;
  value?: string | number | boolean;
  focused?: boolean;
  options?: SentOption[];
}

interface CommandData {
  data: Record<string, unknown>;
  files: PersonFile[];
}

const chatInput = 1;
const attachmentOption = 11;

/**
 * What a client sends for a typed command. `words` are the command's name and sub-commands. Throws when the command has
 * no such sub-command or option, naming those that it has.
 */
export function commandData(
  command: APIApplicationCommand,
  words: readonly string[],
  inputs: Readonly<Record<string, OptionInput>>,
  focused?: string,
): CommandData {
  const files: PersonFile[] = [];
  const declared = ('options' in command ? command.options : undefined) as Declared[] | undefined;
  const options = fill(declared ?? [], words.slice(1), inputs, files, focused);
  return {
    data: {
      id: command.id,
      name: command.name,
      type: chatInput,
      version: command.version,
      options,
      attachments: files.map(({ name }, index) => ({ id: String(index), filename: name })),
    },
    files,
  };
}

function fill(
  declared: readonly Declared[],
  words: readonly string[],
  inputs: Readonly<Record<string, OptionInput>>,
  files: PersonFile[],
  focused: string | undefined,
): SentOption[] {
  const [word, ...rest] = words;
  if (word !== undefined) {
    const branch = find(declared, word);
    return [{ name: word, type: branch.type, options: fill(branch.options ?? [], rest, inputs, files, focused) }];
  }
  return Object.entries(inputs).map(([name, input]) => {
    const { type } = find(declared, name);
    const isFocused = name === focused ? { focused: true } : {};
    if (typeof input !== 'object') return { name, type, value: input, ...isFocused };
    if (type !== attachmentOption) throw new Error(`The option ${name} takes no file.`);
    files.push(input);
    return { name, type, value: String(files.length - 1) };
  });
}

function find(declared: readonly Declared[], name: string): Declared {
  const found = declared.find((option) => option.name === name);
  if (found) return found;
  const names = declared.map((option) => option.name).join(', ');
  throw new Error(`The command has no option "${name}". It has: ${names || 'none'}.`);
}
