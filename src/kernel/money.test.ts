import { describe, expect, it } from 'vitest';
import { formatMicros, microsOfUsd } from './money.ts';

describe('money', () => {
  it.each([
    [0, '$0.00'],
    [500_000, '$0.50'],
    [12_345_678, '$12.35'],
    [-2_000_000, '−$2.00'],
    [99_000, '$0.099'],
    [30_000, '$0.03'],
    [1234, '$0.0012'],
    [123, '$0.00012'],
    [1, '$0.000001'],
  ])('%i micro-dollars read %s', (micros, text) => {
    expect(formatMicros(micros)).toBe(text);
  });

  it('takes dollars to the nearest micro-dollar', () => {
    expect(microsOfUsd(0.1 + 0.2)).toBe(300_000);
    expect(microsOfUsd(-0.0000001)).toBe(0);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, 2_000_000, -1e300])('refuses %d dollars', (usd) => {
    expect(() => microsOfUsd(usd)).toThrow(RangeError);
  });
});
