import { relativeMoment } from '../../../kernel/moments.ts';
import type { APIEmbed, APIEmbedField } from 'discord-api-types/v10';
import type { Balance, Level, Limits, Policy, Translate } from '../../../sdk/index.ts';
import { allowanceField } from './account.ts';
import { amountText, bar, beside, countText, lines, periodEnd, sections } from './figures.ts';

interface LimitsHere {
  policy: Policy;
  rates: Awaited<ReturnType<Limits['peek']>>;
  balances: readonly Balance[];
  /** The caller's further limits and the pools of the place. */
  levels: readonly Level[];
  /** What is kept of the caller's files. */
  storedBytes: number;
}

/** More patterns would fill the screen. */
const mostPatterns = 10;

/** Every figure with its rule, what is left and when it resets. */
export function limitsEmbed(here: LimitsHere, t: Translate): APIEmbed {
  const { policy, balances, levels } = here;
  const who = lines(
    policy.roles.length > 0 && t('limits.roles', { roles: policy.roles.join(', ') }),
    policy.administrator && t('limits.administrator'),
  );
  return {
    title: t('limits.title'),
    description: sections([
      { name: '', value: who },
      { name: t('limits.rates'), value: ratesText(here, t) },
      ...balances.map((balance) => withRule(allowanceField(balance, true, t), balance.allowance.rule, t)),
      { name: t('limits.storage.title'), value: storageText(here, t) },
      levels.length > 0 && {
        name: t('limits.further'),
        value: levels.map((level) => levelText(level, t)).join('\n'),
      },
      { name: t('limits.models'), value: modelsText(policy, t) },
    ]),
  };
}

function withRule(field: APIEmbedField, rule: string, t: Translate): APIEmbedField {
  return { ...field, value: lines(field.value, t('limits.rule', { rule })) };
}

function ratesText({ rates }: LimitsHere, t: Translate): string {
  if (rates.length === 0) return t('limits.no-rates');
  const texts = rates.map(({ rate, left, wholeAtMs }) => {
    const minutes = Math.round(rate.periodMs / 60_000);
    const key = minutes === 1 ? 'minute' : minutes === 60 ? 'hour' : 'minutes';
    return lines(
      t(`limits.rate.${key}`, { left, count: rate.count, minutes }),
      beside(
        t('limits.rule', { rule: rate.rule }),
        left < rate.count && t('limits.whole', { when: relativeMoment(wholeAtMs) }),
      ),
    );
  });
  return lines(...texts);
}

/** In MB, as the limit is. */
function storageText({ policy, storedBytes }: LimitsHere, t: Translate): string {
  const { value, rule } = policy.figures.imageStorageMb;
  const used = (storedBytes / 1_000_000).toFixed(1);
  if (value === null) return lines(t('limits.storage.unlimited', { used }), t('limits.rule', { rule }));
  const text = t('limits.storage.used', { used, most: countText(value) });
  return lines(`${bar(storedBytes, value * 1_000_000)} ${text}`, t('limits.rule', { rule }));
}

function levelText({ limit, spent, held, resetsAtMs }: Level, t: Translate): string {
  const { unit, cap, period, holder, rule } = limit;
  const left = amountText(unit, Math.max(0, cap - spent - held));
  const figures = { left, cap: t(`units.${unit}`, { amount: amountText(unit, cap), count: cap }) };
  return lines(
    `${bar(spent + held, cap)} ${t('limits.level', { ...figures, each: t(`each.${period}`), whose: t(`limits.whose.${holder.kind}`) })}`,
    beside(t('limits.rule', { rule }), t('limits.whole', { when: periodEnd(resetsAtMs, period) })),
  );
}

function modelsText({ allows, only, administrator }: Policy, t: Translate): string {
  if (administrator) return t('limits.any-model');
  const granted = allows.models.map(({ pattern, rule }) =>
    beside(pattern === '*' ? t('limits.any-model') : `\`${pattern}\``, t('limits.rule', { rule })),
  );
  const taken = only.models.map(({ patterns, rule }) =>
    beside(
      t('limits.only', { patterns: patterns.map((pattern) => `\`${pattern}\``).join(', ') }),
      t('limits.rule', { rule }),
    ),
  );
  if (granted.length === 0) return t('limits.no-models');
  const all = [...granted, ...taken];
  const more = all.length - mostPatterns;
  return lines(...all.slice(0, mostPatterns), more > 0 && t('limits.more', { count: more }));
}
