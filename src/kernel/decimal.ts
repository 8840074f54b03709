/** Plain decimal digits, as people write amounts and counts: no exponent, no other base, no grouping, no plus sign. */
const DECIMAL = /^[-−]?(?:\d{1,24}(?:\.\d{1,6})?|\.\d{1,6})$/;

/** Undefined for anything but plain decimal digits, with at most six after the point. */
export function readDecimal(text: string): number | undefined {
  if (!DECIMAL.test(text)) return undefined;
  const value = Number(text.replace('−', '-'));
  return value === 0 ? 0 : value;
}

/** As `readDecimal`, of what is whole and exact. */
export function readInteger(text: string): number | undefined {
  const value = text.includes('.') ? undefined : readDecimal(text);
  return Number.isSafeInteger(value) ? value : undefined;
}
