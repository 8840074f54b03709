import { z } from 'zod';
import { StartError } from '../../kernel/errors.ts';
import { nearest } from './nearest.ts';
import type { Problem, SettingPath } from './yaml-file.ts';

/** Answers where a setting comes from. */
export interface Origins {
  placeOf(path: SettingPath): string;
  placeOfKey(path: SettingPath): string;
  /** Whether the value may be shown in an error. */
  mayShow(path: SettingPath): boolean;
}

/** Names of settings whose values are never printed. */
const secretName = /key|token|secret|password|url$/i;

export function isSecretPath(path: SettingPath): boolean {
  return path.some(
    (step) =>
      typeof step === 'string' && secretName.test(step) && step !== 'baseUrl' && !/tokens(Per[A-Z]\w*)?$/i.test(step),
  );
}

/** Cross-checks come after what they rest on, and rarely rest on each other. */
const MOST_ROUNDS = 10;

/**
 * Parses `value`, which stands at `path` among all settings. What is wrong is added to `problems`, apart from places that
 * these name already. What is wrong is then left out and the rest parsed again, so that checks which need a whole section
 * find the other faults in it, too. Undefined when nothing could be made of it.
 */
export function parseSettings<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  path: SettingPath,
  origins: Origins,
  problems: Problem[],
): z.output<Schema> | undefined {
  const strict = schema instanceof z.ZodObject ? schema.strict() : schema;
  const rest = structuredClone(value);
  const removed: SettingPath[] = [];
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const result = strict.safeParse(rest, { error: (issue) => allowed(issue) });
    if (result.success) return result.data as z.output<Schema>;
    const broken = new Set(problems.map((problem) => problem.place));
    const { issues } = result.error;
    // What misses a setting that was left out says nothing new.
    const fresh = issues.filter((issue) => !removed.some((gone) => startsWith(gone, issue.path as SettingPath)));
    const found = fresh.flatMap((issue) => describe(issue, schema, rest, path, origins));
    problems.push(...found.filter((problem) => !broken.has(problem.place)));
    const wrong = issues.flatMap(pathsOf);
    removed.push(...wrong);
    if (!wrong.map((one) => leaveOut(rest, one)).includes(true)) return undefined;
  }
  return undefined;
}

const startsWith = (path: SettingPath, beginning: SettingPath): boolean =>
  beginning.every((step, index) => path[index] === step);

/** What an issue is about. Of a list all of it, since its entries go by their numbers. */
function pathsOf(issue: z.core.$ZodIssue): SettingPath[] {
  const path = issue.path as SettingPath;
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => [...path, key]);
  const entry = path.findIndex((step) => typeof step === 'number');
  return [entry === -1 ? path : path.slice(0, entry)];
}

/** Whether there was something to leave out. */
function leaveOut(root: unknown, path: SettingPath): boolean {
  const holder = valueAt(root, path.slice(0, -1));
  const last = path.at(-1);
  if (last === undefined || typeof holder !== 'object' || holder === null || !Object.hasOwn(holder, last)) return false;
  return Reflect.deleteProperty(holder, last);
}

export function settingsError(problems: readonly Problem[]): StartError {
  const width = Math.max(...problems.map((problem) => problem.place.length));
  const sorted = problems.toSorted((a, b) => a.place.localeCompare(b.place, 'en', { numeric: true }));
  const lines = sorted.map((problem) => `  ${problem.place.padEnd(width)}  ${problem.message}`);
  const count = problems.length === 1 ? 'One setting is' : `${problems.length} settings are`;
  return new StartError(`${count} wrong:\n${lines.join('\n')}`);
}

function describe(
  issue: z.core.$ZodIssue,
  schema: z.ZodType,
  root: unknown,
  prefix: SettingPath,
  origins: Origins,
): Problem[] {
  const inner = issue.path as SettingPath;
  const path = [...prefix, ...inner];
  const name = path.join('.') || 'settings';
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(schema, inner);
    return issue.keys.map((key) => ({
      place: origins.placeOfKey([...path, key]),
      message: `${[...path, key].join('.')}: unknown setting. ${suggestion(key, known)}`,
    }));
  }
  if (issue.code === 'invalid_key') {
    const message = issue.issues[0]?.message ?? issue.message;
    return [{ place: origins.placeOfKey(path), message: `${name}: this name is not allowed. Allowed: ${message}.` }];
  }
  const value = valueAt(root, inner);
  const place = origins.placeOf(path);
  if (issue.code === 'custom' && typeof value === 'object') return [{ place, message: `${name}: ${issue.message}.` }];
  if (value === undefined) return [{ place, message: `${name}: is missing. Allowed: ${issue.message}.` }];
  const shown = origins.mayShow(path) ? `${display(value)} is not allowed` : 'this value (not shown) is not allowed';
  const meant = typeof value === 'string' ? nearest(value, choices(issue)) : undefined;
  const hint = meant === undefined ? '' : ` Did you mean ${meant}?`;
  return [{ place, message: `${name}: ${shown}.${hint} Allowed: ${issue.message}.` }];
}

/** What a wrong text may have been meant to be. Checks of a schema's own name it in `params.choices`. */
function choices(issue: z.core.$ZodIssue): readonly string[] {
  if (issue.code === 'custom') return (issue.params?.['choices'] as readonly string[] | undefined) ?? [];
  return issue.code === 'invalid_value' ? issue.values.map(String) : [];
}

function suggestion(key: string, known: readonly string[]): string {
  const meant = nearest(key, known);
  return meant === undefined ? `Allowed: ${known.join(', ')}.` : `Did you mean ${meant}?`;
}

function display(value: unknown): string {
  // JSON has no word for .inf and .nan.
  const text = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value));
  return text.length <= 60 ? text : `${text.slice(0, 57)}…`;
}

/** What zod's own checks allow, in words. Messages written in a schema come before this. */
function allowed(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return typeNames[issue.expected] ?? issue.expected;
    case 'invalid_value':
      return issue.values.map(String).join(', ');
    case 'too_small':
      return `${issue.inclusive === false ? 'more than' : 'at least'} ${String(issue.minimum)}${unit(issue.origin)}`;
    case 'too_big':
      return `${issue.inclusive === false ? 'less than' : 'at most'} ${String(issue.maximum)}${unit(issue.origin)}`;
    default:
      return undefined;
  }
}

const typeNames: Readonly<Record<string, string>> = {
  object: 'a group of settings, indented below this name',
  record: 'a group of names, indented below this name',
  array: 'a list: [one, two], or one "- item" a line',
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
};

function unit(origin: string): string {
  if (origin === 'string') return ' characters';
  return origin === 'array' ? ' entries' : '';
}

function valueAt(root: unknown, path: SettingPath): unknown {
  let value = root;
  for (const step of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string | number, unknown>)[step];
  }
  return value;
}

/** The keys that the object at `path` in a schema accepts. */
function knownKeys(schema: z.ZodType, path: SettingPath): string[] {
  let current: z.core.$ZodType | undefined = unwrap(schema);
  for (const step of path) {
    if (current instanceof z.ZodObject) current = (current.shape as Record<string, z.core.$ZodType>)[String(step)];
    else if (current instanceof z.ZodRecord) current = current.valueType;
    else if (current instanceof z.ZodArray) current = current.element;
    else return [];
    current = current && unwrap(current);
  }
  return current instanceof z.ZodObject ? Object.keys(current.shape) : [];
}

function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  // What is parsed before it is transformed, or after it was prepared.
  if (schema instanceof z.ZodPipe) return unwrap(schema.in instanceof z.ZodTransform ? schema.out : schema.in);
  if (
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodReadonly
  ) {
    return unwrap(schema.unwrap());
  }
  return schema;
}
