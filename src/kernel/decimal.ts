/** Plain decimal digits, as people write amounts and counts: no exponent, other base, grouping or plus sign. */
const DECIMAL = /^[-−]?(?:\d{1,24}(?:\.\d{1,6})?|\.\d{1,6})$/;

/** Undefined unless the text is plain decimal digits with at most six after the point. */
export function readDecimal(text: string): number | undefined {
  if (!DECIMAL.test(text)) return undefined;
  const value = Number(text.replace('−', '-'));
  return value === 0 ? 0 : value;
}

/** Like `readDecimal`, for whole and exact numbers. */
export function readInteger(text: string): number | undefined {
  const value = text.includes('.') ? undefined : readDecimal(text);
  return Number.isSafeInteger(value) ? value : undefined;
}
