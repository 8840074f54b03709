import { capitalise } from '../../kernel/capitalise.ts';
import { cutAtWord } from '../../kernel/cut-at-word.ts';
import type { Json } from '../../kernel/json.ts';
import { formatMicros, microsOfUsd } from '../../kernel/money.ts';
import { plainLine } from '../../kernel/markdown/plain-line.ts';
import type { FeatureConfig, SettingField, Translate } from '../../sdk/index.ts';
import type { Bounds } from './rules.ts';

const id = /^\d{17,20}$/;
const mostEntries = 10;
const longestText = 200;

/** The names of a feature and of its settings, as people read them. */
export const featureName = ({ feature }: Pick<FeatureConfig, 'feature'>): string =>
  capitalise(feature.replaceAll('-', ' '));

export function settingTexts({ texts }: FeatureConfig, { key }: SettingField): { name: string; about: string } {
  const t = texts.in(undefined);
  const own = (part: string, otherwise: string) =>
    texts.has(`config.${key}.${part}`) ? t(`config.${key}.${part}`) : otherwise;
  return { name: own('name', key), about: own('about', '') };
}

export function choiceText({ texts }: FeatureConfig, { key }: SettingField, choice: string): string {
  const name = `config.${key}.values.${choice}`;
  return texts.has(name) ? texts.in(undefined)(name) : choice;
}

/** What it means that there is no value: `forever` for a time after which something ends. */
function noneText({ texts }: FeatureConfig, { key }: SettingField, t: Translate): string {
  const name = `config.${key}.none`;
  return texts.has(name) ? texts.in(undefined)(name) : t('values.none');
}

/** A value in Discord's Markdown, cut where it is long. */
export function valueText(config: FeatureConfig, field: SettingField, value: Json, t: Translate): string {
  if (value === null) return noneText(config, field, t);
  if (field.kind === 'group') return `\`${plainCode(JSON.stringify(value), 60)}\``;
  if (!Array.isArray(value)) return oneText(config, field, value, t);
  if (value.length === 0) return t('values.none');
  const shown = value.slice(0, mostEntries).map((entry) => oneText(config, field, entry, t));
  const more = value.length - shown.length;
  return [shown.join(', '), ...(more > 0 ? [t('values.more', { count: more })] : [])].join(' ');
}

function oneText(config: FeatureConfig, field: SettingField, value: Json, t: Translate): string {
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  switch (field.kind) {
    case 'boolean':
      return t(value === true ? 'values.on' : 'values.off');
    case 'choice':
      return choiceText(config, field, text);
    case 'channel':
      return id.test(text) ? `<#${text}>` : `#${plainLine(text, 100)}`;
    case 'role':
      return id.test(text) ? `<@&${text}>` : `@${plainLine(text, 100)}`;
    case 'model':
      return text === '' ? t('values.default-model') : `\`${plainCode(text, 100)}\``;
    case 'emoji':
      return text;
    case 'text':
      return text === '' ? t('values.empty') : plainLine(cutAtWord(text, longestText), longestText);
    default:
      return figureText(field, value, t);
  }
}

/** A number with its unit. */
function figureText({ kind, unit }: SettingField, value: Json, t: Translate): string {
  if (typeof value !== 'number') return JSON.stringify(value);
  if (kind === 'dollars') return formatMicros(microsOfUsd(value));
  if (kind === 'duration' && unit) return t(`units.${unit}`, { count: value });
  return value.toLocaleString('en-US');
}

const plainCode = (text: string, length: number): string => cutAtWord(text.replaceAll('`', "'"), length);

/** What a setting may be, as a part of a sentence. */
export function allowedText(config: FeatureConfig, field: SettingField, bounds: Bounds, t: Translate): string {
  const one = oneAllowed(config, field, bounds, t);
  const listed = field.isList
    ? t(field.max === undefined ? 'allowed.list' : 'allowed.list-to', { items: one, max: field.max ?? 0 })
    : one;
  const allowed = bounds.nullable ? t('allowed.or-none', { allowed: listed }) : listed;
  return bounds.isTightened ? t('allowed.tighten', { allowed }) : allowed;
}

function oneAllowed(config: FeatureConfig, field: SettingField, { min, max }: Bounds, t: Translate): string {
  const { kind } = field;
  if (kind === 'choice') {
    return t('allowed.choice', {
      choices: field.choices.map((choice) => choiceText(config, field, choice)).join(', '),
    });
  }
  if (kind === 'text') return max === undefined || field.isList ? t('allowed.text') : t('allowed.text-to', { max });
  if (kind !== 'number' && kind !== 'duration' && kind !== 'dollars') return t(`allowed.${kind}`);
  const name = kind === 'number' && field.isWhole ? 'whole' : kind;
  const figures = {
    min: min === undefined ? '' : figureText(field, min, t),
    max: max === undefined ? '' : figureText(field, max, t),
  };
  if (min !== undefined && max !== undefined) return t(`allowed.${name}-between`, figures);
  if (min !== undefined) return t(`allowed.${name}-from`, figures);
  return max === undefined ? t(`allowed.${name}`) : t(`allowed.${name}-to`, figures);
}
