import { daysOf, type Period } from '../../kernel/calendar.ts';
import { amountOf } from './amounts.ts';
import type { Amounts, Holder, Limit, Terms, Unit } from './port.ts';

/** The name of a holder in meters and locks. */
export const holderName = ({ kind, id }: Holder): string => (kind === 'instance' ? kind : `${kind}:${id}`);

export const userName = (userId: string): string => `user:${userId}`;

/** The pools that all use under these terms is part of. */
export function poolNames({ guildId, channelId }: Pick<Terms, 'guildId' | 'channelId'>): string[] {
  const names = ['instance'];
  if (guildId !== null) names.push(`guild:${guildId}`);
  if (channelId !== null) names.push(`channel:${channelId}`);
  return names;
}

/** The pools with a limit on a unit, each once. */
export function limitedPools({ limits }: Terms, unit: Unit): string[] {
  const pools = limits.filter((limit) => limit.unit === unit && limit.holder.kind !== 'user');
  return [...new Set(pools.map((limit) => holderName(limit.holder)))];
}

/** The holders whose figures decide about these amounts, and must not change until the decision is stored. */
export function lockNames({ limits, payerId }: Terms, amounts: Amounts): string[] {
  const deciding = limits.filter((limit) => amountOf(amounts, limit.unit) > 0);
  return [...new Set([...deciding.map((limit) => holderName(limit.holder)), userName(payerId)])];
}

/**
 * Throws a RangeError for terms with a limit that would never be checked: a bug in the caller that would lift a cap.
 */
export function checkTerms(terms: Terms): void {
  const names = new Set([...poolNames(terms), userName(terms.payerId)]);
  for (const { holder, rule, cap } of terms.limits) {
    if (!names.has(holderName(holder))) {
      throw new RangeError(`The limit "${rule}" is on ${holderName(holder)}, which these terms do not concern`);
    }
    if (!Number.isSafeInteger(cap)) throw new RangeError(`The cap ${cap} of "${rule}" is not a whole number`);
  }
  for (const { unit, amount: allowance, rule } of terms.allowances) {
    if (allowance !== null && !Number.isSafeInteger(allowance)) {
      throw new RangeError(`The allowance ${allowance} of "${rule}" is not a whole number`);
    }
    if (terms.allowances.filter((allowance) => allowance.unit === unit).length > 1) {
      throw new RangeError(`These terms have more than one allowance of ${unit}`);
    }
  }
}

/** A range of days over which a holder's use is summed. */
export interface Window {
  holder: string;
  unit: Unit;
  /** A person's use paid by their allowance, or their overruns; `all` is a holder's total use. */
  source: 'allowance' | 'overrun' | 'all';
  first: string;
  last: string;
}

export const windowName = ({ holder, unit, source, first, last }: Window): string =>
  `${holder} ${unit} ${source} ${first} ${last}`;

/** The window of a limit, in the period that contains `unixMs`. */
export const limitWindow = (limit: Pick<Limit, 'holder' | 'unit' | 'period'>, unixMs: number): Window => ({
  holder: holderName(limit.holder),
  unit: limit.unit,
  source: 'all',
  ...daysOf(limit.period, unixMs),
});

/** The window of a person's allowance, in the period that contains `unixMs`. */
export const allowanceWindow = (userId: string, allowance: { unit: Unit; period: Period }, unixMs: number): Window => ({
  holder: userName(userId),
  unit: allowance.unit,
  source: 'allowance',
  ...daysOf(allowance.period, unixMs),
});

/** The window of a person's overruns, in the period that contains `unixMs`. */
export const overrunWindow = (userId: string, allowance: { unit: Unit; period: Period }, unixMs: number): Window => ({
  ...allowanceWindow(userId, allowance, unixMs),
  source: 'overrun',
});
