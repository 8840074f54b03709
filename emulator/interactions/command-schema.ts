import { z } from 'zod';
import { lengthOf, integer, permissionBits, problem, snowflake, text } from '../forms.ts';

/** Limits of application commands. Source: Discord's documentation, Application Commands. */
export const commandLimits = {
  /** By command type: chat input, user, message (5 each of the last two until March 2026). */
  perScope: { 1: 100, 2: 15, 3: 15 } as Readonly<Record<number, number>>,
  options: 25,
  choices: 25,
  /** Names, descriptions and values of one command together, in characters. */
  totalCharacters: 8_000,
} as const;

export const CommandType = { chatInput: 1, user: 2, message: 3 } as const;
export const OptionType = {
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

/** Source: "Application Command Naming" in Discord's documentation. */
const chatInputName = /^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$/u;

const localizations = z.record(z.string(), z.string()).nullish();

function isChatInputName(name: string): boolean {
  return chatInputName.test(name) && name === name.toLowerCase();
}

const choice = z.object({
  name: text(1, 100),
  name_localizations: localizations,
  value: z.union([z.string().max(100), z.number()]),
});

const optionFields = {
  name: text(1, 32),
  name_localizations: localizations,
  description: text(1, 100),
  description_localizations: localizations,
  required: z.boolean().nullish(),
  choices: z.array(choice).max(commandLimits.choices).nullish(),
  channel_types: z.array(integer(0, 16)).nullish(),
  min_value: z.number().nullish(),
  max_value: z.number().nullish(),
  min_length: integer(0, 6_000).nullish(),
  max_length: integer(1, 6_000).nullish(),
  autocomplete: z.boolean().nullish(),
};

const leafOption = z.object({ type: z.literal([3, 4, 5, 6, 7, 8, 9, 10, 11]), ...optionFields }).superRefine(checkLeaf);
const subcommand = z.object({
  type: z.literal(OptionType.subcommand),
  ...optionFields,
  options: z.array(leafOption).max(commandLimits.options).superRefine(checkOrder).nullish(),
});
const subcommandGroup = z.object({
  type: z.literal(OptionType.subcommandGroup),
  ...optionFields,
  options: z.array(subcommand).max(commandLimits.options).superRefine(checkOrder).nullish(),
});
const option = z.discriminatedUnion('type', [subcommandGroup, subcommand, leafOption]);

/** A declared option, as far as its place among others and its size matter. */
interface AnyOption {
  type: number;
  name: string;
  description: string;
  required?: boolean | null | undefined;
  choices?: { name: string; value: string | number }[] | null | undefined;
  options?: AnyOption[] | null | undefined;
}

/** A declared option that takes a value. */
export type LeafOptionForm = z.output<typeof leafOption>;

export const commandForm = z
  .object({
    id: snowflake.nullish(),
    type: integer(1, 3).nullish(),
    name: text(1, 32, { trimmed: true }),
    name_localizations: localizations,
    description: text(0, 100).nullish(),
    description_localizations: localizations,
    options: z.array(option).max(commandLimits.options).superRefine(checkOrder).nullish(),
    default_member_permissions: permissionBits.nullish(),
    dm_permission: z.boolean().nullish(),
    nsfw: z.boolean().nullish(),
    integration_types: z.array(integer(0, 1)).nullish(),
    contexts: z.array(integer(0, 2)).nullish(),
  })
  .superRefine(checkCommand);

export type CommandForm = z.output<typeof commandForm>;

function checkCommand(form: z.output<typeof commandForm>, context: z.RefinementCtx): void {
  const isChatInput = (form.type ?? CommandType.chatInput) === CommandType.chatInput;
  const description = form.description ?? '';
  if (isChatInput && !isChatInputName(form.name)) {
    problem(context, 'APPLICATION_COMMAND_INVALID_NAME', 'Command name is invalid', ['name']);
  }
  if (isChatInput && description === '') {
    problem(context, 'BASE_TYPE_REQUIRED', 'This field is required', ['description']);
  }
  if (!isChatInput && description !== '') {
    const message = 'Context menu commands cannot have description';
    problem(context, 'APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION_NOT_ALLOWED', message, ['description']);
  }
  if (!isChatInput && (form.options?.length ?? 0) > 0) {
    const message = 'Context menu commands cannot have options';
    problem(context, 'APPLICATION_COMMAND_CONTEXT_MENU_OPTIONS_NOT_ALLOWED', message, ['options']);
  }
  if (charactersOf(form.name, description, form.options ?? []) > commandLimits.totalCharacters) {
    const message = `Command exceeds maximum size (${String(commandLimits.totalCharacters)})`;
    problem(context, 'APPLICATION_COMMAND_TOO_LARGE', message);
  }
}

function charactersOf(name: string, description: string, options: readonly AnyOption[]): number {
  let total = lengthOf(name) + lengthOf(description);
  for (const item of options) {
    total += charactersOf(item.name, item.description, item.options ?? []);
    for (const { name: label, value } of item.choices ?? []) total += lengthOf(label) + lengthOf(String(value));
  }
  return total;
}

function checkOrder(options: readonly AnyOption[], context: z.RefinementCtx): void {
  const names = new Set<string>();
  let sawOptional = false;
  const isBranch = ({ type }: AnyOption): boolean => type <= OptionType.subcommandGroup;
  options.forEach((item, index) => {
    if (!isChatInputName(item.name)) {
      problem(context, 'APPLICATION_COMMAND_INVALID_NAME', 'Command name is invalid', [index, 'name']);
    }
    if (names.has(item.name)) {
      const message = 'Option name already exists';
      problem(context, 'APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS', message, [index, 'name']);
    }
    names.add(item.name);
    if (isBranch(item) !== isBranch(options[0] ?? item)) {
      const message = 'Sub-command and sub-command group option types are mutually exclusive to all other types';
      problem(context, 'APPLICATION_COMMAND_OPTIONS_TYPE_INVALID', message, [index, 'type']);
    }
    if (item.required === true && sawOptional) {
      const message = 'Required options must be placed before non-required options';
      problem(context, 'APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID', message, [index]);
    }
    if (item.required !== true) sawOptional = true;
  });
}

function checkLeaf(item: LeafOptionForm, context: z.RefinementCtx): void {
  const takesChoices = [3, 4, 10].includes(item.type);
  const choices = item.choices ?? [];
  if ((choices.length > 0 || item.autocomplete === true) && !takesChoices) {
    const message = 'Only string, integer and number options may have choices or autocomplete';
    problem(context, 'APPLICATION_COMMAND_OPTIONS_CHOICES_INVALID', message, ['choices']);
  }
  if (choices.length > 0 && item.autocomplete === true) {
    const message = 'Options with autocomplete may not have choices';
    problem(context, 'APPLICATION_COMMAND_AUTOCOMPLETE_WITH_CHOICES', message, ['autocomplete']);
  }
  choices.forEach(({ value }, index) => {
    const fits =
      item.type === OptionType.string
        ? typeof value === 'string'
        : typeof value === 'number' && (item.type === OptionType.number || Number.isInteger(value));
    if (!fits)
      problem(context, 'BASE_TYPE_CHOICES', 'The value is of another type than the option', ['choices', index]);
  });
}
