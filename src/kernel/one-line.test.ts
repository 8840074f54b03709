import { describe, expect, it } from 'vitest';
import { oneLine, trimmed } from './one-line.ts';

describe('oneLine', () => {
  it.each([
    ['a', 'a'],
    [' a \n\n \t b\r\nc  d ', 'a b c  d'],
    ['\n \n', ''],
    ['', ''],
  ])('joins the lines of %j', (text, expected) => {
    expect(oneLine(text)).toBe(expected);
  });
});

describe('trimmed', () => {
  it.each([
    ['..a.b..', 'a.b'],
    ['...', ''],
    ['', ''],
    ['a', 'a'],
  ])('drops the outer dots of %j', (text, expected) => {
    expect(trimmed(text, (character) => character === '.')).toBe(expected);
  });
});
