import { type Amounts, type Hold, type Unit, units } from './port.ts';

export const amountOf = (amounts: Amounts, unit: Unit): number => amounts[unit] ?? 0;

/** Amounts by unit, without zeros. */
export function byUnit(amount: (unit: Unit) => number): Amounts {
  const result: Partial<Record<Unit, number>> = {};
  for (const unit of units) {
    const value = amount(unit);
    if (value !== 0) result[unit] = value;
  }
  return result;
}

export const plus = (a: Amounts, b: Amounts): Amounts => byUnit((unit) => amountOf(a, unit) + amountOf(b, unit));
export const minus = (a: Amounts, b: Amounts): Amounts => byUnit((unit) => amountOf(a, unit) - amountOf(b, unit));
export const lesser = (a: Amounts, b: Amounts): Amounts =>
  byUnit((unit) => Math.min(amountOf(a, unit), amountOf(b, unit)));
export const isNothing = (amounts: Amounts): boolean => units.every((unit) => amountOf(amounts, unit) === 0);

/** The use of a call beyond its hold. */
export const overrunOf = ({ held, charged, onInstance }: Pick<Hold, 'held' | 'charged' | 'onInstance'>): Amounts => {
  const used = plus(charged, onInstance);
  return minus(used, lesser(used, held));
};

/** Throws a RangeError unless every amount is a whole number and not negative. */
export function checkAmounts(amounts: Amounts): void {
  for (const [unit, amount] of Object.entries(amounts)) {
    if (!units.some((known) => known === unit)) throw new RangeError(`The ledger does not count ${unit}`);
    if (!Number.isSafeInteger(amount) || amount < 0) {
      throw new RangeError(`${amount} is not a valid amount of ${unit}: it must be a whole number and not negative`);
    }
  }
}
