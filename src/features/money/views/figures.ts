import type { APIEmbedField } from 'discord-api-types/v10';
import type { Period } from '../../../kernel/calendar.ts';
import { formatMicros } from '../../../kernel/money.ts';
import { dateMoment, relativeMoment } from '../../../kernel/moments.ts';
import type { Unit } from '../../../sdk/index.ts';

const cells = 10;

/** Discord's embed limits: docs.discord.com/developers/resources/message#embed-object-embed-limits. */
const longest = { description: 4096, field: 1024 };

/** `▰▰▰▱▱▱▱▱▱▱`: any use shows one cell, and the bar is full only at the cap. */
export function bar(used: number, of: number): string {
  const share = of <= 0 ? 1 : used / of;
  const filled = share <= 0 ? 0 : share >= 1 ? cells : Math.min(cells - 1, Math.max(1, Math.round(share * cells)));
  return '▰'.repeat(filled) + '▱'.repeat(cells - filled);
}

/** `$0.50`, `88,000`. */
export function amountText(unit: Unit, value: number): string {
  return unit === 'micros' ? formatMicros(value) : countText(value);
}

export function countText(value: number): string {
  return value.toLocaleString('en-US');
}

/** When a period ends: as "in 3 hours" for a day, else as a date, since "in a month" is too vague. */
export function periodEnd(unixMs: number, period: Period): string {
  return period === 'day' ? relativeMoment(unixMs) : dateMoment(unixMs);
}

/** The given parts side by side, without missing ones. */
export function beside(...parts: (string | false | undefined)[]): string {
  return parts.filter((part): part is string => typeof part === 'string' && part !== '').join(' · ');
}

/** The given lines, without missing ones. */
export function lines(...parts: (string | false | undefined)[]): string {
  return parts.filter((part): part is string => typeof part === 'string' && part !== '').join('\n');
}

export function field(name: string, value: string): APIEmbedField {
  return { name, value: clipped(value, longest.field) };
}

/** Fields as one text, which can be longer than fields and is denser on a phone. */
export function sections(fields: readonly (APIEmbedField | false | undefined)[]): string {
  const texts = fields.flatMap((one) => (one ? [one.name === '' ? one.value : `**${one.name}**\n${one.value}`] : []));
  return clipped(texts.filter((text) => text !== '').join('\n\n'), longest.description);
}

/** Cuts at whole lines, so that no mark-up is cut open. */
function clipped(text: string, length: number): string {
  if (text.length <= length) return text;
  const end = text.lastIndexOf('\n', length - 2);
  return `${text.slice(0, end === -1 ? length - 2 : end)}\n…`;
}
