import type { Period } from '../../kernel/calendar.ts';
import { UserError } from '../../kernel/errors.ts';
import { clockMoment, dateMoment, relativeMoment } from '../../kernel/moments.ts';
import { formatMicros } from '../../kernel/money.ts';
import type { Refusal, Unit } from '../ledger/index.ts';
import type { TakeResult } from '../limits/index.ts';
import type { Pause } from '../budgets/index.ts';

/** When a period ends: for a week or a month as a date, since "in a month" is too vague. */
export const periodEnd = (unixMs: number, period: Period): string =>
  period === 'day' ? relativeMoment(unixMs) : dateMoment(unixMs);

export const amount = (unit: Unit, value: number): string =>
  unit === 'micros' ? formatMicros(value) : value.toLocaleString('en-US');

/** What ran out, when it comes back and, by its text, what can be done. */
export function refusedByLedger(refusal: Refusal, payerId: string): UserError {
  const { holder, unit, period, cap, spent, held, resetsAtMs } = refusal;
  const left = cap - spent - held;
  const own = holder.kind === 'user' && holder.id === payerId;
  const data = { cap: amount(unit, cap), spent: amount(unit, spent), needed: amount(unit, refusal.needed), period };
  const fills = {
    ...data,
    rule: refusal.rule,
    reset: periodEnd(resetsAtMs, period),
    // What is left is too little for this request, and may do for another: the text under the code with `_left`.
    ...(left > 0 && { left: amount(unit, left), context: 'left' }),
  };
  if (refusal.passing) return new UserError('refused.held', 'other requests hold the rest', fills);
  if (!own)
    return new UserError(`refused.pool.${holder.kind}`, `the budget of the ${holder.kind} does not cover it`, fills);
  const code = refusal.rule === 'personal cap' ? 'refused.personal' : `refused.own.${unit}`;
  return new UserError(code, `your ${unit} of the ${period} do not cover it`, fills);
}

/** Rates are per minute or per hour. */
export function refusedByRate({ rate, nextAtMs }: Extract<TakeResult, { status: 'refused' }>): UserError {
  if (rate.count === 0) return new UserError('refused.rate.none', 'no requests at all', { rule: rate.rule });
  const period = rate.periodMs < 60 * 60_000 ? 'minute' : 'hour';
  const data = { count: rate.count, next: clockMoment(nextAtMs), rule: rate.rule };
  return new UserError(`refused.rate.${period}`, 'too many requests', data);
}

export function refusedByPause({ scope, reason, untilMs }: Pause): UserError {
  return new UserError(`refused.paused.${scope.kind}`, 'paused', { reason, until: relativeMoment(untilMs) });
}
