import { readDecimal } from '../../kernel/decimal.ts';
import type { Json } from '../../kernel/json.ts';
import { durationUnits } from '../../sdk/index.ts';
import type { DurationUnit, SettingField, SettingValue } from '../../sdk/index.ts';

/** Why a text is no value, as a key of `problems` with its data. */
export interface Problem {
  code: string;
  data?: Record<string, string | number>;
}

export type ReadValue = { value: Json } | { problem: Problem };

/** What a server may choose between, given what applies there without a value of its own. */
export interface Bounds {
  min: number | undefined;
  max: number | undefined;
  nullable: boolean;
  /** The most is the settings file's, not the schema's. */
  isTightened: boolean;
}

export function boundsOf(field: SettingField, { beneath }: Pick<SettingValue, 'beneath'>): Bounds {
  const { min, max, nullable } = field;
  const most = beneath.value;
  if (!field.tightenOnly || typeof most !== 'number') return { min, max, nullable, isTightened: false };
  return { min, max: Math.min(max ?? most, most), nullable: false, isTightened: true };
}

/** The value that a person has written. Channels, roles and models are only split from each other: what they name is asked later. */
export function readWritten(field: SettingField, bounds: Bounds, written: string): ReadValue {
  const text = written.trim();
  if (field.isList) return readList(field, bounds, text);
  const hasFigure = field.kind === 'number' || field.kind === 'duration' || field.kind === 'dollars';
  if (!hasFigure) return readCharacters(bounds, text);
  if (text === '') return bounds.nullable ? { value: null } : { problem: { code: 'none' } };
  return field.kind === 'duration' && field.unit ? readTime(field.unit, bounds, text) : readFigure(field, bounds, text);
}

function readList(field: SettingField, { min, max }: Bounds, text: string): ReadValue {
  const entries = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const unique = [...new Set(entries)];
  if (max !== undefined && unique.length > max)
    return { problem: { code: 'entries', data: { length: unique.length, max } } };
  if (unique.length < (min ?? 0)) return { problem: { code: 'none' } };
  if (field.kind !== 'number') return { value: unique };
  const figures = unique.map(readDecimal);
  const wrong = figures.indexOf(undefined);
  return wrong < 0
    ? { value: figures as number[] }
    : { problem: { code: 'kind', data: { text: unique[wrong] ?? '' } } };
}

function readCharacters({ min, max }: Bounds, text: string): ReadValue {
  if (text.length < (min ?? 0)) return { problem: { code: 'none' } };
  if (max !== undefined && text.length > max)
    return { problem: { code: 'length', data: { length: text.length, max } } };
  return { value: text };
}

function readFigure(field: SettingField, bounds: Bounds, text: string): ReadValue {
  const plain = text.replace(/,(?=\d{3}(\D|$))/g, '').replace(field.kind === 'dollars' ? /^\$\s*/ : /^$/, '');
  const value = readDecimal(plain);
  if (value === undefined || (field.isWhole && !Number.isSafeInteger(value)))
    return { problem: { code: 'kind', data: { text } } };
  return within(bounds, value, text);
}

const unitOfWord: Readonly<Record<string, DurationUnit>> = { s: 'seconds', m: 'minutes', h: 'hours', d: 'days' };

/** `90`, which counts the setting's own unit, or `1d 12h`, `30 minutes`. */
function readTime(unit: DurationUnit, bounds: Bounds, text: string): ReadValue {
  const bare = readDecimal(text);
  if (bare !== undefined) return wholeUnits(unit, bounds, bare, text);
  const parts = [
    ...text.toLowerCase().matchAll(/(\d{1,9}) ?(seconds?|minutes?|hours?|days?|weeks?|[smhdw])(?![a-z])/g),
  ];
  const rest = parts.reduce((left, [part]) => left.replace(part, ''), text.toLowerCase());
  if (parts.length === 0 || !/^[\s,]*$/.test(rest)) return { problem: { code: 'kind', data: { text } } };
  const seconds = parts.reduce((sum, [, count, word = '']) => sum + Number(count) * secondsOf(word), 0);
  return wholeUnits(unit, bounds, seconds / durationUnits[unit], text);
}

function secondsOf(word: string): number {
  if (word.startsWith('w')) return 7 * durationUnits.days;
  return durationUnits[unitOfWord[word.charAt(0)] ?? 'seconds'];
}

function wholeUnits(unit: DurationUnit, bounds: Bounds, value: number, text: string): ReadValue {
  return Number.isSafeInteger(value)
    ? within(bounds, value, text)
    : { problem: { code: 'unit', data: { text, unit } } };
}

function within({ min, max }: Bounds, value: number, text: string): ReadValue {
  const isIn = value >= (min ?? value) && value <= (max ?? value);
  return isIn ? { value } : { problem: { code: 'bounds', data: { text } } };
}

/** How a value stands in a form, to be changed there: as `readWritten` takes it. */
export function writtenForm({ unit }: Pick<SettingField, 'unit'>, value: Json): string {
  if (value === null) return '';
  if (unit && typeof value === 'number') return `${value} ${value === 1 ? unit.slice(0, -1) : unit}`;
  if (Array.isArray(value)) return value.map(String).join('\n');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** Discord's limit for the options of a select menu. */
export const mostOptions = 25;

/** The entries of one page, and the page that comes after it: the first after the last, undefined where there is one page. */
export function pageOf<T>(
  entries: readonly T[],
  wanted: number,
): { shown: readonly T[]; next?: { page: number; from: number; to: number } } {
  if (entries.length <= mostOptions) return { shown: entries };
  const size = mostOptions - 1;
  const pages = Math.ceil(entries.length / size);
  const current = wanted % pages;
  const page = (current + 1) % pages;
  return {
    shown: entries.slice(current * size, (current + 1) * size),
    next: { page, from: page * size + 1, to: Math.min(entries.length, (page + 1) * size) },
  };
}

/** Whether two values are the same. */
export const isSame = (one: Json, other: Json): boolean => JSON.stringify(one) === JSON.stringify(other);
