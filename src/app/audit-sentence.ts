import type { JsonObject } from '../kernel/json.ts';
import { formatMicros, microsOfUsd } from '../kernel/money.ts';
import type { Texts, Translate } from '../platform/texts/index.ts';
import type { RecordedEntry } from '../services/audit/index.ts';
import { detail } from './audit-names.ts';
import type { AuditNames } from './audit-names.ts';
import { refusalSentence } from './audit-refusal.ts';

/** `$5`, `$0.25`. */
export const dollars = (micros: number): string => formatMicros(micros).replace(/\.00$/, '');

interface Telling {
  entry: RecordedEntry;
  names: AuditNames;
  t: Translate;
  has: Texts['has'];
}

type Filled = Record<string, string | number>;

/**
 * What an entry says, as sentences with names in place of ids, what was before and after, and money in dollars. An action
 * that has no sentence of its own is told with its details.
 */
export function auditSentence(telling: Telling): string {
  const { entry, t } = telling;
  const { times } = entry.details;
  const sentence = entry.outcome === 'refused' ? refusalSentence(telling) : actSentence(telling);
  // The reason of a pause is in its sentence, and that of a refusal is its code.
  const reasoned = entry.outcome === 'done' && entry.action !== 'pause' && entry.reason !== '';
  return [
    placed(sentence, telling),
    ...(reasoned ? [t('audit.reason', { reason: entry.reason })] : []),
    ...(typeof times === 'number' && times > 0 ? [t('audit.times', { count: times })] : []),
  ].join(' ');
}

function actSentence(telling: Telling): string {
  const { entry, names, t } = telling;
  const actor = names.person(entry.actorId);
  const filled = Object.hasOwn(acts, entry.action) ? acts[entry.action]?.(telling) : undefined;
  return filled ? t(`audit.acts.${entry.action}`, { actor, ...filled }) : otherSentence(telling, actor);
}

function otherSentence({ entry, names, t }: Telling, actor: string): string {
  const { action, targetId, details } = entry;
  const on = targetId === null ? '' : t('audit.acts.other-on', { target: names.inText(names.person(targetId)) });
  const told = Object.keys(details).map((name) => `${name}: ${names.inText(detail(details, name))}`);
  return t('audit.acts.other', { actor, action, on, details: told.length === 0 ? '' : ` (${told.join(', ')})` });
}

/** Adds where it happened, unless the sentence is about that place. */
function placed(sentence: string, { entry, names, t }: Telling): string {
  const { guildId, channelId, targetId } = entry;
  const channel = channelId === null || channelId === targetId ? undefined : names.channel(channelId);
  const guild = guildId === null || guildId === targetId ? undefined : names.guild(guildId);
  if (channelId !== null && channelId === targetId) return sentence;
  const both = channel !== undefined && guild !== undefined;
  const place = both ? t('audit.places.of', { channel, guild }) : (channel ?? guild);
  if (place === undefined) return sentence;
  return t('audit.in', { sentence: sentence.replace(/\.$/, ''), place }) + (sentence.endsWith('.') ? '.' : '');
}

/** How each act fills its sentence; `context` chooses a variant. Undefined where the details are not what it needs. */
const acts: Readonly<Record<string, (telling: Telling) => Filled | undefined>> = {
  grant: ({ entry: { targetId, details }, names, t }) => {
    const { unit, amount, before, after } = details;
    if (typeof amount !== 'number' || typeof before !== 'number' || typeof after !== 'number') return undefined;
    const figure = (value: number) => (unit === 'micros' ? dollars(value) : value.toLocaleString('en-US'));
    const given = Math.abs(amount);
    return {
      target: targetId === null ? t('audit.nobody') : names.person(targetId),
      amount: t(`audit.amounts.${detail(details, 'unit')}`, { amount: figure(given), count: given }),
      ...{ before: figure(before), after: figure(after) },
      ...(amount < 0 && { context: 'taken' }),
    };
  },
  'set-price': ({ entry: { targetId, details }, t }) => ({
    target: targetId ?? '',
    before: priceText(details['before'], t),
    after: priceText(details['after'], t),
  }),
  'set-budget': (telling) => {
    const { details } = telling.entry;
    return {
      scope: scopeOf(telling, detail(details, 'scope')),
      period: telling.t(`audit.periods.${detail(details, 'period')}`),
      ...changeOf(details, (value) => capText(value, telling.t)),
      ...(details['micros'] === null && { context: 'reset' }),
    };
  },
  'set-allowance': ({ entry: { details }, t }) => ({
    ...changeOf(details, (value) => capText(value, t)),
    ...(details['micros'] === null && { context: 'reset' }),
  }),
  'set-image-quota': ({ entry: { targetId, details }, names, t }) => ({
    target: targetId === null ? t('audit.nobody') : names.person(targetId),
    ...changeOf(details, (value) => quotaText(value as JsonObject, t)),
  }),
  resume: (telling) => ({ scope: scopeOf(telling) }),
  pause: (telling) => {
    const { untilMs } = telling.entry.details;
    if (typeof untilMs !== 'number') return undefined;
    return { scope: scopeOf(telling), until: minuteOf(untilMs), reason: telling.entry.reason };
  },
  'set-retention': (telling) => ({
    scope: scopeOf(telling, 'guild'),
    ...changeOf(telling.entry.details, (value) =>
      typeof value === 'number' ? telling.t('audit.days', { count: value }) : telling.t('audit.forever'),
    ),
  }),
  'set-keep': (telling) => ({
    scope: scopeOf(telling, 'guild'),
    ...changeOf(telling.entry.details, (value) => keepText(value as JsonObject | null, telling.t)),
  }),
  'set-listen': (telling) => ({
    scope: scopeOf(telling, 'channel'),
    ...changeOf(telling.entry.details, (value) =>
      telling.t(`audit.listen.${value === true ? 'everything' : 'addressed'}`),
    ),
  }),
  'set-server-model': (telling) => ({
    scope: scopeOf(telling, 'guild'),
    ...changeOf(telling.entry.details, String),
    ...(telling.entry.details['reset'] === true && { context: 'reset' }),
  }),
  'set-system-prompt': (telling) => {
    const { details } = telling.entry;
    const { prompt } = details;
    const place = { scope: scopeOf(telling, detail(details, 'scope')) };
    return prompt === null ? { ...place, context: 'reset' } : { ...place, after: promptText(prompt, telling.t) };
  },
  'set-setting': (telling) => ({
    ...{ scope: scopeOf(telling, 'guild'), setting: detail(telling.entry.details, 'setting') },
    ...changeOf(telling.entry.details, (value) => settingText(telling, value)),
    ...(telling.entry.details['reset'] === true && { context: 'reset' }),
  }),
  'save-prompt': libraryChange,
  'remove-prompt': libraryChange,
};

function libraryChange(telling: Telling): Filled {
  const after = promptText({ id: detail(telling.entry.details, 'promptId') }, telling.t);
  return { scope: scopeOf(telling, 'guild'), after };
}

function changeOf({ before, after }: JsonObject, text: (value: unknown) => string): { before: string; after: string } {
  return { before: text(before), after: text(after) };
}

/** The place that an act is about. Without a kind it is everything or a server. */
function scopeOf({ entry, names, t }: Telling, kind?: string): string {
  const { targetId } = entry;
  if (targetId === null || targetId === 'instance') return t('audit.places.instance');
  if (kind === 'channel' || kind === 'conversation') return names.channel(targetId);
  return kind === 'user' ? names.person(targetId) : names.guild(targetId);
}

function capText(value: unknown, t: Translate): string {
  return typeof value === 'number' ? dollars(value) : t('audit.unlimited');
}

function priceText(value: unknown, t: Translate): string {
  const { inputPerMillion, outputPerMillion, microsPerImage } = (value ?? {}) as Record<string, unknown>;
  if (typeof microsPerImage === 'number') return t('audit.prices.image', { price: dollars(microsPerImage) });
  if (typeof inputPerMillion !== 'number' || typeof outputPerMillion !== 'number') return t('audit.prices.none');
  const [input, output] = [inputPerMillion, outputPerMillion].map((usd) => dollars(microsOfUsd(usd)));
  return t('audit.prices.model', { input: input ?? '', output: output ?? '' });
}

function keepText(value: JsonObject | null, t: Translate): string {
  const { turns, hours } = value ?? {};
  const rest = typeof hours === 'number' ? t('audit.rest.hours', { hours }) : t('audit.rest.never');
  return t('audit.keep', { turns: Number(turns ?? 0), rest });
}

function settingText({ names, t }: Telling, value: unknown): string {
  if (typeof value === 'boolean') return t(`audit.settings.${value ? 'on' : 'off'}`);
  if (value === null || value === '') return t('audit.settings.none');
  if (typeof value === 'number') return String(value);
  return `“${names.inText(typeof value === 'string' ? value : JSON.stringify(value))}”`;
}

function promptText(prompt: unknown, t: Translate): string {
  const { id, name } = (prompt ?? {}) as { id?: string; name?: string };
  return name === undefined ? t('audit.prompt.id', { id: id ?? '' }) : t('audit.prompt.named', { name });
}

/** `2026-11-30 14:03`, in UTC. */
export const minuteOf = (unixMs: number): string => new Date(unixMs).toISOString().slice(0, 16).replace('T', ' ');

/** What was set for one person, by the name of its figure. */
function quotaText(quota: JsonObject, t: Translate): string {
  const figures = Object.entries(quota).map(([name, value]) =>
    typeof value === 'number'
      ? t(`audit.quota.${name}`, { amount: value.toLocaleString('en-US'), count: value })
      : t(`audit.quota.${name}_unlimited`),
  );
  return figures.length === 0 ? t('audit.quota.by-roles') : figures.join(', ');
}
