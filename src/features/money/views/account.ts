import type { APIEmbedField } from 'discord-api-types/v10';
import { dayAt } from '../../../kernel/calendar.ts';
import { shortLabel } from '../../../kernel/long-names.ts';
import { formatMicros } from '../../../kernel/money.ts';
import { relativeMoment } from '../../../kernel/moments.ts';
import type { Balance, BarChart, DayOfUse, MoneyMovement, Texts, Translate } from '../../../sdk/index.ts';
import { amountText, bar, beside, countText, lines, periodEnd } from './figures.ts';

const longestModel = 60;

/** An allowance with its use, and savings. Others' allowances are unknown here and left out. */
export function allowanceField(balance: Balance, own: boolean, t: Translate): APIEmbedField {
  const { allowance, savings } = balance;
  const { unit } = allowance;
  const held = balance.held + savings.held;
  const saved = savings.granted - savings.spent - savings.held;
  const showsSavings = saved > 0 || unit === 'micros';
  return {
    name: t(`allowance.${unit}.title`, { now: t(`now.${allowance.period}`) }),
    value: lines(
      allowanceText(balance, own, t),
      held > 0 && t('allowance.held', { held: amountText(unit, held) }),
      balance.overrun > 0 &&
        t('allowance.overrun', {
          amount: amountText(unit, balance.overrun),
          when: periodEnd(balance.resetsAtMs, allowance.period),
        }),
      showsSavings && t(`allowance.${unit}.savings`, { amount: amountText(unit, saved) }),
    ),
  };
}

function allowanceText(balance: Balance, own: boolean, t: Translate): string {
  const { allowance, held, resetsAtMs } = balance;
  const { unit, amount, period } = allowance;
  const spent = balance.spent + balance.overrun;
  const text = (value: number) => amountText(unit, value);
  if (!own) return t('allowance.others', { spent: text(spent) });
  if (amount === null) return t('allowance.unlimited', { spent: text(spent) });
  if (amount === 0) return t('allowance.none');
  if (spent + held === 0) return t('allowance.whole', { allowance: text(amount) });
  const left = Math.max(0, amount - spent - held);
  const figures = { left: text(left), allowance: text(amount), when: periodEnd(resetsAtMs, period) };
  return `${bar(spent + held, amount)}\n${t('allowance.left', figures)}`;
}

/** `answers 12 · pictures 3` by kind of request; below it, what the bot does by itself, with its cost. */
export function generationsText(today: DayOfUse | undefined, texts: Texts, t: Translate): string {
  const kinds = Object.entries(today?.calls ?? {}).sort(([, a], [, b]) => b - a);
  if (kinds.length === 0) return t('usage.none');
  const nameOf = (kind: string) => (texts.has(`kinds.${kind}`) ? t(`kinds.${kind}`) : kind);
  const asked = kinds
    .filter(([kind]) => kind !== 'summary')
    .map(([kind, count]) => `${nameOf(kind)} ${countText(count)}`);
  const summaries = today?.calls['summary'] ?? 0;
  const cost = formatMicros(today?.costs['summary'] ?? 0);
  return lines(beside(...asked), summaries > 0 && t('usage.summaries', { count: summaries, cost }));
}

/** One line each: when, what, how much and what was left after it. */
export function movementsText(movements: readonly MoneyMovement[], texts: Texts, t: Translate): string {
  if (movements.length === 0) return t('balance.no-transactions');
  const rows = movements.map(({ kind, atMs, request, model, amount, left }) => {
    const name =
      kind === 'grant' ? `grant.${amount > 0 ? 'given' : 'taken'}` : kind === 'refund' ? kind : (request ?? '');
    const key = `balance.kinds.${name}`;
    const sign = amount < 0 ? '−' : '+';
    return beside(
      relativeMoment(atMs),
      beside(texts.has(key) ? t(key) : name, model !== null && `\`${shortLabel(model, longestModel)}\``),
      `**${sign}${formatMicros(Math.abs(amount))}**`,
      left !== null && t('balance.left', { left: formatMicros(left) }),
    );
  });
  return rows.join('\n');
}

const dayMs = 86_400_000;

/** The last days including today, oldest first. */
export function lastDays(count: number, nowMs: number): string[] {
  return Array.from({ length: count }, (_, index) => dayAt(nowMs - (count - 1 - index) * dayMs));
}

/** Money per day; when nothing cost anything, generations per day. */
export function usageChart(
  days: readonly string[],
  use: readonly DayOfUse[],
  allowance: number | null,
  t: Translate,
): BarChart {
  const byDay = new Map(use.map((one) => [one.day, one]));
  const costly = use.some(({ spent }) => (spent.micros ?? 0) > 0);
  const valueOf = (one: DayOfUse | undefined): number => {
    if (costly) return one?.spent.micros ?? 0;
    return Object.values(one?.calls ?? {}).reduce((total, calls) => total + calls, 0);
  };
  const title = t(costly ? 'usage.chart.title' : 'usage.chart.calls');
  return {
    title,
    subtitle: t('usage.chart.subtitle', { days: days.length }),
    // The month is named only where it begins, so labels stay narrow.
    bars: days.map((day, index) => ({ label: dayLabel(day, index), values: [valueOf(byDay.get(day))] })),
    series: [{ name: title }],
    format: costly ? formatMicros : countText,
    ...(costly && allowance !== null && allowance > 0
      ? { limit: { label: t('usage.chart.free'), value: allowance } }
      : {}),
  };
}

function dayLabel(day: string, index: number): string {
  const [, month = '', date = ''] = day.split('-');
  return index === 0 || date === '01' ? `${month}-${date}` : String(Number(date));
}
