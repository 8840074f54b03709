import { describe, expect, it } from 'vitest';
import { readDecimal, readInteger } from './decimal.ts';

const foreign = [
  ...['', ' ', ' 5 ', '+5', '--5', '1e9', '1E9', '0x5f', '0b1', '0o7', '1_000', '1,000', '1 000', '5n', '5.', '1.2.3'],
  ...['٣', '５', '②', 'Ⅴ', 'Infinity', 'NaN', '5\n', '5\u0000', '- 5', '9'.repeat(400)],
];

describe('a number as people write it', () => {
  it.each([
    ['0', 0],
    ['-0', 0],
    ['007', 7],
    ['-12', -12],
    ['−12', -12],
    ['999999999999999', 999_999_999_999_999],
  ])('is whole in %j', (text, value) => {
    expect(readInteger(text)).toBe(value);
    expect(readDecimal(text)).toBe(value);
  });

  it.each([
    ['0.25', 0.25],
    ['.5', 0.5],
    ['-1.000001', -1.000001],
  ])('is a fraction in %j', (text, value) => {
    expect(readDecimal(text)).toBe(value);
    expect(readInteger(text)).toBeUndefined();
  });

  it.each(foreign)('is not %j', (text) => {
    expect(readDecimal(text)).toBeUndefined();
    expect(readInteger(text)).toBeUndefined();
  });

  it('is not an integer beyond what is exact', () => {
    expect(readInteger('9007199254740992')).toBeUndefined();
  });
});
