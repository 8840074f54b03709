import type { APIEmbed, APIEmbedField } from 'discord-api-types/v10';
import { formatMicros } from '../../../kernel/money.ts';
import { relativeMoment } from '../../../kernel/moments.ts';
import type { Budget, Budgets, BudgetScope, Level, Pause, Translate } from '../../../sdk/index.ts';
import { bar, beside, lines, periodEnd, sections } from './figures.ts';

/** A budget with its use. */
export interface FilledBudget {
  budget: Budget;
  level: Level;
}

interface BudgetsHere {
  pools: readonly FilledBudget[];
  personal: readonly FilledBudget[];
  pause: Pause | undefined;
  downgrade: Budgets['downgrade'];
  mayResume: boolean;
}

export function scopeText({ kind, id }: BudgetScope, t: Translate): string {
  return t(`scopes.${kind}`, { id });
}

export function budgetEmbed({ pools, personal, pause, downgrade, mayResume }: BudgetsHere, t: Translate): APIEmbed {
  const groups = (['instance', 'guild', 'channel'] as const).flatMap((kind) => {
    const ofKind = pools.filter(({ budget }) => budget.scope.kind === kind);
    return ofKind[0] ? [group(scopeText(ofKind[0].budget.scope, t), ofKind, t)] : [];
  });
  const paused = pause && { name: '', value: lines(pauseText(pause, t), mayResume && t('budget.resume-hint')) };
  const cheaper = downgrade && {
    name: '',
    value: t('budget.downgrade', { percent: Math.round(downgrade.at * 100), model: downgrade.model }),
  };
  return {
    title: t('budget.title'),
    description: sections([
      paused,
      ...(groups.length > 0 ? groups : [{ name: '', value: t('budget.none') }]),
      personal.length > 0 && group(t('budget.own'), personal, t),
      groups.length > 0 && cheaper,
    ]),
  };
}

function pauseText({ scope, reason, untilMs }: Pause, t: Translate): string {
  return t(`budget.paused.${scope.kind}`, { reason, when: relativeMoment(untilMs) });
}

function group(title: string, budgets: readonly FilledBudget[], t: Translate): APIEmbedField {
  return { name: title, value: lines(...budgets.map((one) => budgetText(one, t))) };
}

export function budgetText({ budget, level }: FilledBudget, t: Translate): string {
  const { period, micros, source } = budget;
  const used = level.spent + level.held;
  const figures = { used: formatMicros(used), cap: formatMicros(micros), each: t(`each.${period}`) };
  return lines(
    `${bar(used, micros)} ${t('budget.line', figures)}`,
    beside(
      t('budget.detail', { source: t(`budget.source.${source}`), when: periodEnd(level.resetsAtMs, period) }),
      level.held > 0 && t('budget.held', { held: formatMicros(level.held) }),
    ),
  );
}
