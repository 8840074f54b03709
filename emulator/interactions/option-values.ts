import type { APIApplicationCommand } from 'discord-api-types/v10';
import { z } from 'zod';
import { FormErrors } from '../errors.ts';
import { lengthOf } from '../forms.ts';
import { OptionType, type LeafOptionForm } from './command-schema.ts';
import type { Resolver } from './resolve.ts';

/** An option as a client sends it and as the application gets it. */
export interface OptionValue {
  name: string;
  type: number;
  value?: string | number | boolean | undefined;
  focused?: boolean | undefined;
  options?: OptionValue[] | undefined;
}

/** The same shape at every depth; which fields count is decided by the declaration. */
export const optionValues: z.ZodType<OptionValue[]> = z.lazy(() =>
  z.array(
    z.object({
      name: z.string(),
      type: z.number(),
      value: z.union([z.string(), z.number(), z.boolean()]).optional(),
      focused: z.boolean().optional(),
      options: optionValues.optional(),
    }),
  ),
);

type DeclaredOption = Omit<LeafOptionForm, 'type'> & { type: number; options?: DeclaredOption[] };

interface Check {
  resolver: Resolver;
  viewerId: string;
  errors: FormErrors;
  /** While the user types, required options may be missing and the focused value may be anything. */
  isAutocomplete: boolean;
}

/**
 * Compares what a client sent with what the command declares and answers it as the application gets it: in the given
 * order, uploads as attachment ids. Throws 50035 with each problem at its path.
 */
export function checkOptions(
  command: APIApplicationCommand,
  given: OptionValue[],
  context: Omit<Check, 'errors'>,
): OptionValue[] {
  const check: Check = { ...context, errors: new FormErrors() };
  const declared = ('options' in command ? command.options : undefined) as DeclaredOption[] | undefined;
  const checked = checkLevel(declared ?? [], given, check, ['data', 'options']);
  check.errors.throwIfAny();
  return checked;
}

function checkLevel(
  declared: DeclaredOption[],
  given: OptionValue[],
  check: Check,
  path: PropertyKey[],
): OptionValue[] {
  const hasBranches = declared.some(isBranch);
  if (hasBranches && given.length !== 1) {
    const message = 'Exactly one sub-command or sub-command group has to be chosen';
    check.errors.add(path, 'APPLICATION_COMMAND_OPTIONS_SUBCOMMAND_REQUIRED', message);
    return [];
  }
  const checked = given.flatMap((option, index) => {
    const declaration = declared.find(({ name }) => name === option.name);
    if (!declaration || declaration.type !== option.type) {
      const message = `The command has no such option: ${option.name}`;
      check.errors.add([...path, index, 'name'], 'APPLICATION_COMMAND_OPTIONS_UNKNOWN', message);
      return [];
    }
    if (isBranch(declaration)) {
      const options = checkLevel(declaration.options ?? [], option.options ?? [], check, [...path, index, 'options']);
      return [{ name: option.name, type: option.type, options }];
    }
    return [checkLeaf(declaration, option, check, [...path, index, 'value'])];
  });
  if (!hasBranches && !check.isAutocomplete) checkRequired(declared, given, check, path);
  return checked;
}

function isBranch({ type }: { type: number }): boolean {
  return type === OptionType.subcommand || type === OptionType.subcommandGroup;
}

function checkRequired(declared: DeclaredOption[], given: OptionValue[], check: Check, path: PropertyKey[]): void {
  for (const { name, required } of declared) {
    if (required !== true || given.some((option) => option.name === name)) continue;
    check.errors.add(path, 'APPLICATION_COMMAND_OPTIONS_REQUIRED', `The option ${name} is required`);
  }
}

function checkLeaf(declaration: DeclaredOption, given: OptionValue, check: Check, path: PropertyKey[]): OptionValue {
  const { name, type } = declaration;
  const isFocused = given.focused === true;
  if (check.isAutocomplete && isFocused) {
    if (declaration.autocomplete !== true) {
      const message = `The option ${name} has no autocomplete`;
      check.errors.add(path, 'APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_INVALID', message);
    }
    return { name, type, value: String(given.value ?? ''), focused: true };
  }
  const { value } = given;
  const problem = value === undefined ? 'This field is required' : problemWith(declaration, value, check);
  if (problem !== null) {
    check.errors.add(path, 'APPLICATION_COMMAND_OPTIONS_VALUE_INVALID', problem);
    return given;
  }
  if (type === OptionType.attachment) {
    const attachmentId = check.resolver.addAttachment(String(value));
    if (attachmentId !== null) return { name, type, value: attachmentId };
    check.errors.add(path, 'APPLICATION_COMMAND_OPTIONS_ATTACHMENT_UNKNOWN', 'No file was uploaded for this option');
  }
  return { name, type, ...(value === undefined ? {} : { value }) };
}

type Value = string | number | boolean;

function problemWith(declaration: DeclaredOption, value: Value, check: Check): string | null {
  switch (declaration.type) {
    case OptionType.string:
      return problemWithText(declaration, value);
    case OptionType.integer:
    case OptionType.number:
      return problemWithNumber(declaration, value);
    case OptionType.boolean:
      return typeof value === 'boolean' ? null : 'Must be either true or false.';
    case OptionType.attachment:
      return null;
    default:
      return problemWithEntity(declaration, String(value), check);
  }
}

function problemWithText({ choices, min_length: min, max_length: max }: DeclaredOption, value: Value): string | null {
  if (typeof value !== 'string') return 'Must be a string.';
  if (choices?.length && !choices.some((choice) => choice.value === value)) return 'Must be one of the choices.';
  const length = lengthOf(value);
  // Source: the longest text that Discord's own client lets into an option.
  const longest = max ?? 6_000;
  return length < (min ?? 0) || length > longest
    ? `Must be between ${String(min ?? 0)} and ${String(longest)} in length.`
    : null;
}

function problemWithNumber(declaration: DeclaredOption, value: Value): string | null {
  const { type, choices, min_value: min, max_value: max } = declaration;
  if (typeof value !== 'number' || !Number.isFinite(value)) return 'Must be a number.';
  if (type === OptionType.integer && !Number.isSafeInteger(value)) return 'Must be an integer.';
  if (choices?.length && !choices.some((choice) => choice.value === value)) return 'Must be one of the choices.';
  if (min != null && value < min) return `Must be greater than or equal to ${String(min)}.`;
  if (max != null && value > max) return `Must be less than or equal to ${String(max)}.`;
  return null;
}

function problemWithEntity(declaration: DeclaredOption, id: string, { resolver, viewerId }: Check): string | null {
  const isThere =
    declaration.type === OptionType.user
      ? resolver.addUser(id)
      : declaration.type === OptionType.role
        ? resolver.addRole(id)
        : declaration.type === OptionType.channel
          ? resolver.addChannel(id, viewerId, declaration.channel_types ?? undefined)
          : resolver.addUser(id) || resolver.addRole(id);
  return isThere ? null : `Nothing suitable has the id ${id.slice(0, 30)}.`;
}
