import { z } from 'zod';
import type { Json } from '../kernel/json.ts';
import type { Texts } from '../platform/texts/index.ts';

/** What a value is, and so how people give it: by a menu, a button or a form. */
export type SettingKind =
  | 'boolean'
  | 'number'
  | 'choice'
  | 'text'
  | 'emoji'
  | 'duration'
  | 'dollars'
  | 'channel'
  | 'role'
  | 'model'
  /** Groups and whatever else has no form of its own: it is in the settings file alone. */
  | 'group';

export const durationUnits = { seconds: 1, minutes: 60, hours: 3600, days: 86_400 } as const;
export type DurationUnit = keyof typeof durationUnits;

/** `server`: the administrators of a server, for it. `owner`: the bot's owner, for a server. `file`: `familiar.yaml` alone. */
export type ChangedBy = 'server' | 'owner' | 'file';

declare module 'zod' {
  /** What a feature says about a setting with `.meta(…)`. */
  interface GlobalMeta {
    /** Where the type alone does not tell: text that names a channel, a number that is dollars. */
    kind?: Extract<SettingKind, 'emoji' | 'duration' | 'dollars' | 'channel' | 'role' | 'model'>;
    /** Of a duration: what its number counts. */
    unit?: DurationUnit;
    /** `file` unless given. A setting that a server has must be read with `at` or `peek`. */
    changedBy?: ChangedBy;
    /** A server's value counts only where it is below the settings file's. Of numbers, where null is no limit. */
    tightenOnly?: boolean;
  }
}

/** One setting of a feature, as its schema describes it. */
export interface SettingField {
  key: string;
  kind: SettingKind;
  /** Several of the kind. */
  isList: boolean;
  nullable: boolean;
  default: Json;
  /** Of a choice. */
  choices: readonly string[];
  /** Of the number, the characters of a text or the entries of a list. */
  min: number | undefined;
  max: number | undefined;
  /** Of a number: without a fraction. */
  isWhole: boolean;
  unit: DurationUnit | undefined;
  changedBy: ChangedBy;
  tightenOnly: boolean;
}

export type SettingSource = 'default' | 'file' | 'server';

export interface SettingValue {
  value: Json;
  from: SettingSource;
  /** What applies without the server's own value. */
  beneath: { value: Json; from: Exclude<SettingSource, 'server'> };
}

/** The settings of one feature, for showing and changing them. */
export interface FeatureConfig {
  feature: string;
  summary: string;
  /** Of that feature: `config.<key>.name`, `.about` and, of a choice, `.values.<value>`. */
  texts: Texts;
  fields: readonly SettingField[];
  /** What applies in a guild, from memory. Throws an Error for a key that there is not. */
  valueIn(guildId: string, key: string): SettingValue;
  /** What the schema has against a value; undefined when it may be. */
  problemWith(key: string, value: Json): string | undefined;
  /** For a guild; undefined resets. Rejects with a UserError when the schema does not allow the value. */
  set(guildId: string, key: string, value: Json | undefined): Promise<void>;
}

/** Every setting of a schema, in its order. */
export function describeSettings(schema: z.ZodObject): SettingField[] {
  return Object.entries(schema.shape as Readonly<Record<string, z.ZodType>>).map(([key, field]) => ({
    key,
    default: field.parse(undefined) as Json,
    ...describe(field),
  }));
}

function describe(field: z.ZodType): Omit<SettingField, 'key' | 'default'> {
  const { inner, nullable, meta } = unwrapped(field);
  const isList = inner instanceof z.ZodArray;
  const item = inner instanceof z.ZodArray ? unwrapped(inner.element as z.ZodType) : { inner, meta };
  const kind = meta.kind ?? item.meta.kind ?? kindOf(item.inner);
  const { changedBy = 'file', tightenOnly = false } = meta;
  if (kind === 'duration' && meta.unit === undefined) throw new Error('A duration needs a unit in its meta().');
  return {
    ...{ kind, isList, nullable, tightenOnly },
    choices: item.inner instanceof z.ZodEnum ? item.inner.options.map(String) : [],
    ...boundsOf(inner),
    isWhole: inner instanceof z.ZodNumber && inner.format === 'safeint',
    unit: meta.unit,
    changedBy: kind === 'group' ? 'file' : changedBy,
  };
}

/** What is inside defaults and the like, with what they say about it; the outer ones win. */
function unwrapped(field: z.ZodType): { inner: z.ZodType; nullable: boolean; meta: z.GlobalMeta } {
  const isWrapper =
    field instanceof z.ZodDefault ||
    field instanceof z.ZodPrefault ||
    field instanceof z.ZodNullable ||
    field instanceof z.ZodOptional;
  if (!isWrapper) return { inner: field, nullable: false, meta: field.meta() ?? {} };
  const { inner, nullable, meta } = unwrapped(field.unwrap() as z.ZodType);
  return { inner, nullable: nullable || field instanceof z.ZodNullable, meta: { ...meta, ...field.meta() } };
}

function kindOf(field: z.ZodType): SettingKind {
  if (field instanceof z.ZodBoolean) return 'boolean';
  if (field instanceof z.ZodNumber) return 'number';
  if (field instanceof z.ZodEnum) return 'choice';
  return field instanceof z.ZodString ? 'text' : 'group';
}

function boundsOf(field: z.ZodType): Pick<SettingField, 'min' | 'max'> {
  if (field instanceof z.ZodNumber) return { min: finite(field.minValue), max: finite(field.maxValue) };
  if (field instanceof z.ZodString) return { min: finite(field.minLength), max: finite(field.maxLength) };
  const checks = field instanceof z.ZodArray ? (field.def.checks ?? []) : [];
  const lengths = checks.map((check) => check._zod.def as { minimum?: unknown; maximum?: unknown });
  return {
    min: finite(lengths.find(({ minimum }) => minimum !== undefined)?.minimum),
    max: finite(lengths.find(({ maximum }) => maximum !== undefined)?.maximum),
  };
}

/** Whole numbers are bounded by what is exact, which is no bound that anybody means. */
const finite = (bound: unknown): number | undefined =>
  typeof bound === 'number' && Math.abs(bound) < Number.MAX_SAFE_INTEGER ? bound : undefined;

/** A server's value where it may only be less: the lower of the two, where null is no limit. */
export function tightened(value: Json | undefined, most: Json | undefined): Json | undefined {
  if (typeof most !== 'number') return value;
  return typeof value === 'number' ? Math.min(value, most) : most;
}
