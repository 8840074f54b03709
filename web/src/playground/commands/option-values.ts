import type { APIApplicationCommandOption } from 'discord-api-types/v10';
import { OptionKind, type OptionValue, type RunnableCommand } from '../client/interactions.ts';

export interface OptionContext {
  readonly channelId: string;
  readonly runnable: RunnableCommand;
  readonly values: ReadonlyMap<string, OptionValue>;
}

export interface OptionChoice {
  readonly name: string;
  readonly value: string | number;
}

/** Fixed choices of an option; empty when anything may be written. */
export function fixedChoices(option: APIApplicationCommandOption): readonly OptionChoice[] {
  return 'choices' in option ? (option.choices ?? []) : [];
}

export function hasAutocomplete(option: APIApplicationCommandOption): boolean {
  return 'autocomplete' in option && option.autocomplete === true;
}

/** What is wrong with the value as it stands, in words for the person; null when it may be sent. */
export function optionProblem(option: APIApplicationCommandOption, value: OptionValue | undefined): string | null {
  if (value === undefined || value === '') return option.required === true ? 'Needed' : null;
  const kind = option.type as number;
  if (kind === OptionKind.integer || kind === OptionKind.number) return numberProblem(option, value, kind);
  if (kind === OptionKind.string && typeof value === 'string') return lengthProblem(option, value);
  return null;
}

function numberProblem(option: APIApplicationCommandOption, value: OptionValue, kind: number): string | null {
  const number = Number(value);
  if (!Number.isFinite(number)) return 'A number, please';
  if (kind === OptionKind.integer && !Number.isInteger(number)) return 'A whole number, please';
  const least = 'min_value' in option ? option.min_value : undefined;
  const most = 'max_value' in option ? option.max_value : undefined;
  if (least !== undefined && number < least) return `At least ${least}`;
  if (most !== undefined && number > most) return `At most ${most}`;
  return null;
}

function lengthProblem(option: APIApplicationCommandOption, value: string): string | null {
  const least = 'min_length' in option ? option.min_length : undefined;
  const most = 'max_length' in option ? option.max_length : undefined;
  if (least !== undefined && value.length < least) return `At least ${least} characters`;
  if (most !== undefined && value.length > most) return `At most ${most} characters`;
  return null;
}

/** The values as the API wants them: numbers as numbers, nothing for what was left empty. */
export function finalValues(
  options: readonly APIApplicationCommandOption[],
  values: ReadonlyMap<string, OptionValue>,
): ReadonlyMap<string, OptionValue> {
  const final = new Map<string, OptionValue>();
  for (const option of options) {
    const value = values.get(option.name);
    if (value === undefined || value === '') continue;
    const kind = option.type as number;
    final.set(option.name, kind === OptionKind.integer || kind === OptionKind.number ? Number(value) : value);
  }
  return final;
}

/** Text typed behind a command's name becomes the value of its first option that takes text or a number. */
export function valuesFromText(
  options: readonly APIApplicationCommandOption[],
  typed: string,
): ReadonlyMap<string, OptionValue> {
  const writable: readonly number[] = [OptionKind.string, OptionKind.integer, OptionKind.number];
  const first = options.find((option) => writable.includes(option.type));
  return first === undefined || typed === '' ? new Map() : new Map([[first.name, typed]]);
}
