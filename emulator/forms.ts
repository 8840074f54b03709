import { z } from 'zod';
import { FormErrors } from './errors.ts';

/**
 * Shapes of request bodies, and their problems told as Discord tells them. Discord is lenient with scalars: numbers are
 * taken for strings, digits for numbers.
 */

/** Characters as Discord counts them: code points, not UTF-16 units. */
export function lengthOf(text: string): number {
  let length = 0;
  for (const _character of text) length += 1;
  return length;
}

function isTooLong(value: string, max: number): boolean {
  return value.length > max && (value.length > 2 * max || lengthOf(value) > max);
}

/** A string of `min` to `max` characters; `trimmed` ones lose the blanks around them first. */
export function text(min: number, max: number, options: { trimmed?: boolean } = {}) {
  const convert = (value: unknown): unknown => {
    const string = typeof value === 'number' ? String(value) : value;
    return options.trimmed === true && typeof string === 'string' ? string.trim() : string;
  };
  return z.preprocess(
    convert,
    z.string().superRefine((value, context) => {
      const isShort = value.length < min;
      if (!isShort && !isTooLong(value, max)) return;
      if (isShort && min === 1 && value === '') problem(context, 'BASE_TYPE_REQUIRED', 'This field is required');
      else if (min > 0) problem(context, 'BASE_TYPE_BAD_LENGTH', `Must be between ${min} and ${max} in length.`);
      else problem(context, 'BASE_TYPE_MAX_LENGTH', `Must be ${max} or fewer in length.`);
    }),
  );
}

export function integer(min: number, max: number) {
  const convert = (value: unknown): unknown =>
    typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value;
  return z.preprocess(convert, z.int().min(min).max(max));
}

/** An id; numbers are taken too, as far as they are exact. */
export const snowflake = z.preprocess(
  (value) => (typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value),
  z.string().superRefine((value, context) => {
    if (!/^\d{1,20}$/.test(value))
      problem(context, 'NUMBER_TYPE_COERCE', `Value "${value.slice(0, 100)}" is not snowflake.`);
  }),
);

/** Whether a parameter of the query is on. Python writes `True`, others write 1. */
export function isOn(value: string | undefined): boolean {
  return value !== undefined && ['true', '1'].includes(value.toLowerCase());
}

/** Permission bits as a decimal string. */
export const permissionBits = z.preprocess(
  (value) => (typeof value === 'number' ? String(value) : value),
  z.string().regex(/^\d{1,20}$/),
);

/** An address; `attachment://` names a file of the same message. */
export const url = z.preprocess(
  (value) => value,
  z.string().superRefine((value, context) => {
    const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(value)?.[1]?.toLowerCase();
    if (scheme === undefined || value.length > 2048 || (scheme !== 'attachment' && !URL.canParse(value))) {
      problem(context, 'URL_TYPE_INVALID_URL', 'Not a well formed URL.');
    } else if (!['http', 'https', 'attachment', 'discord'].includes(scheme)) {
      const message = `Scheme "${scheme}" is not supported. Scheme must be one of ('http', 'https').`;
      problem(context, 'URL_TYPE_INVALID_SCHEME', message);
    }
  }),
);

/** Adds a problem under Discord's own code and words. */
export function problem(context: z.RefinementCtx, code: string, message: string, path?: PropertyKey[]): void {
  context.addIssue({ code: 'custom', message, params: { code }, ...(path === undefined ? {} : { path }) });
}

/** The parsed body, or a 50035 with everything that is wrong with it. A missing body counts as an empty object. */
export function parseForm<T extends z.ZodType>(schema: T, body: unknown): z.output<T> {
  const result = schema.safeParse(body ?? {});
  if (result.success) return result.data;
  const errors = new FormErrors();
  for (const issue of result.error.issues) {
    const { code, message } = describe(issue, valueAt(body, issue.path));
    errors.add(issue.path, code, message);
  }
  throw errors.toError();
}

function valueAt(body: unknown, path: readonly PropertyKey[]): unknown {
  let value = body;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value;
}

const CONVERSIONS: Readonly<Record<string, { code: string; message: string }>> = {
  object: { code: 'DICT_TYPE_CONVERT', message: 'Only dictionaries may be used in a DictType' },
  record: { code: 'DICT_TYPE_CONVERT', message: 'Only dictionaries may be used in a DictType' },
  array: { code: 'LIST_TYPE_CONVERT', message: 'Only iterables may be used in a ListType' },
  boolean: { code: 'BOOLEAN_TYPE_CONVERT', message: 'Must be either true or false.' },
};

function describe(issue: z.core.$ZodIssue, value: unknown): { code: string; message: string } {
  if (issue.code === 'custom')
    return { code: String(issue.params?.['code'] ?? 'BASE_TYPE_CHOICES'), message: issue.message };
  if (value === undefined || value === null) return { code: 'BASE_TYPE_REQUIRED', message: 'This field is required' };
  const shown = (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, 100);
  switch (issue.code) {
    case 'invalid_type': {
      const known = CONVERSIONS[issue.expected];
      if (known !== undefined) return known;
      if (issue.expected === 'string') {
        return { code: 'STRING_TYPE_CONVERT', message: `Could not interpret "${shown}" as string.` };
      }
      return { code: 'NUMBER_TYPE_COERCE', message: `Value "${shown}" is not int.` };
    }
    case 'too_big':
      if (issue.origin === 'array') {
        return { code: 'BASE_TYPE_MAX_LENGTH', message: `Must be ${issue.maximum} or fewer in length.` };
      }
      return { code: 'NUMBER_TYPE_MAX', message: `int value should be less than or equal to ${issue.maximum}.` };
    case 'too_small':
      if (issue.origin === 'array') {
        return { code: 'BASE_TYPE_MIN_LENGTH', message: `Must be ${issue.minimum} or more in length.` };
      }
      return { code: 'NUMBER_TYPE_MIN', message: `int value should be greater than or equal to ${issue.minimum}.` };
    case 'invalid_value':
      return { code: 'BASE_TYPE_CHOICES', message: `Value must be one of {${issue.values.map(String).join(', ')}}.` };
    default:
      return { code: 'ENUM_TYPE_COERCE', message: `Value "${shown}" is not a valid value.` };
  }
}
