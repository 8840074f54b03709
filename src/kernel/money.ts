/** A millionth of a US dollar. All money is a whole number of these. */
type Micros = number;

export const MICROS_PER_USD = 1_000_000;

/** The largest amount that a person or settings file may set: a million dollars. More is a typing error. */
export const MOST_MICROS = 1_000_000 * MICROS_PER_USD;

/** Dollars in micro-dollars, rounded to the nearest. Throws a RangeError for an invalid amount. */
export function microsOfUsd(usd: number): Micros {
  const micros = Math.round(usd * MICROS_PER_USD);
  if (!Number.isSafeInteger(micros) || Math.abs(micros) > MOST_MICROS)
    throw new RangeError(`${usd} is not a valid amount of money`);
  return micros === 0 ? 0 : micros;
}

/** `$0.50`, `$0.0012`, `−$2.00`: two decimals, more when the amount would show as zero. */
export function formatMicros(micros: Micros): string {
  const sign = micros < 0 ? '−' : '';
  const usd = Math.abs(micros) / MICROS_PER_USD;
  if (usd === 0 || usd >= 0.1) return `${sign}$${usd.toFixed(2)}`;
  // Two significant digits, since a cheap answer costs a small part of a cent.
  const places = Math.min(6, 1 - Math.floor(Math.log10(usd)));
  const text = usd.toFixed(Math.max(2, places));
  return `${sign}$${text.replace(/(\.\d\d\d*?)0+$/, '$1')}`;
}
