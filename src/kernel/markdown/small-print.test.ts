import { expect, it } from 'vitest';
import { withoutSmallPrint } from './small-print.ts';

it.each([
  ['-# My answer:\nIt is 42.\n\n-# Stopped.\n-# Demo model', 'It is 42.'],
  ['One.\n-# an aside\n\nTwo.', 'One.\n-# an aside\n\nTwo.'],
  ['-# Stopped.', '-# Stopped.'],
  ['', ''],
])('%j is %j without the small print around it', (text, words) => {
  expect(withoutSmallPrint(text)).toBe(words);
});
