import { daysOf, type Period } from '../../kernel/calendar.ts';
import { amountOf } from './amounts.ts';
import type { Amounts, Holder, Limit, Terms, Unit } from './port.ts';

/** How meters and locks name a holder. */
export const holderName = ({ kind, id }: Holder): string => (kind === 'instance' ? kind : `${kind}:${id}`);

export const userName = (userId: string): string => `user:${userId}`;

/** The holders whose use everybody's use under these terms is part of. */
export function poolNames({ guildId, channelId }: Pick<Terms, 'guildId' | 'channelId'>): string[] {
  const names = ['instance'];
  if (guildId !== null) names.push(`guild:${guildId}`);
  if (channelId !== null) names.push(`channel:${channelId}`);
  return names;
}

/** The pools that have a limit on a unit, each once. */
export function limitedPools({ limits }: Terms, unit: Unit): string[] {
  const pools = limits.filter((limit) => limit.unit === unit && limit.holder.kind !== 'user');
  return [...new Set(pools.map((limit) => holderName(limit.holder)))];
}

/** Whose figures decide about these amounts, so who must not change meanwhile. */
export function lockNames({ limits, payerId }: Terms, amounts: Amounts): string[] {
  const deciding = limits.filter((limit) => amountOf(amounts, limit.unit) > 0);
  return [...new Set([...deciding.map((limit) => holderName(limit.holder)), userName(payerId)])];
}

/** Throws a RangeError for terms whose limits would not be counted: a fault of the caller that would lift a cap. */
export function checkTerms(terms: Terms): void {
  const names = new Set([...poolNames(terms), userName(terms.payerId)]);
  for (const { holder, rule, cap } of terms.limits) {
    if (!names.has(holderName(holder))) {
      throw new RangeError(`The limit "${rule}" is on ${holderName(holder)}, which these terms do not concern`);
    }
    if (!Number.isSafeInteger(cap)) throw new RangeError(`The cap ${cap} of "${rule}" is not a whole number`);
  }
  for (const { unit, allowance, rule } of terms.purses) {
    if (allowance !== null && !Number.isSafeInteger(allowance)) {
      throw new RangeError(`The allowance ${allowance} of "${rule}" is not a whole number`);
    }
    if (terms.purses.filter((purse) => purse.unit === unit).length > 1) {
      throw new RangeError(`These terms have more than one purse of ${unit}`);
    }
  }
}

/** A stretch of days over which a holder's use is summed. */
export interface Window {
  holder: string;
  unit: Unit;
  /** Of a person what their allowance paid, or what nobody was charged for; or all of a holder's use. */
  source: 'allowance' | 'overrun' | 'all';
  first: string;
  last: string;
}

export const windowName = ({ holder, unit, source, first, last }: Window): string =>
  `${holder} ${unit} ${source} ${first} ${last}`;

/** What a limit counts, in the period in which `unixMs` lies. */
export const limitWindow = (limit: Pick<Limit, 'holder' | 'unit' | 'period'>, unixMs: number): Window => ({
  holder: holderName(limit.holder),
  unit: limit.unit,
  source: 'all',
  ...daysOf(limit.period, unixMs),
});

/** What a person used of their allowance, in the period in which `unixMs` lies. */
export const allowanceWindow = (userId: string, purse: { unit: Unit; period: Period }, unixMs: number): Window => ({
  holder: userName(userId),
  unit: purse.unit,
  source: 'allowance',
  ...daysOf(purse.period, unixMs),
});

/** What a person used beyond what was held for it, in the period in which `unixMs` lies. */
export const overrunWindow = (userId: string, purse: { unit: Unit; period: Period }, unixMs: number): Window => ({
  ...allowanceWindow(userId, purse, unixMs),
  source: 'overrun',
});
