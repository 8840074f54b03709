import { expect, it } from 'vitest';
import { pagesOf } from './help-pages.ts';

const words = (count: number) => Array.from({ length: count }, (_, index) => `line ${index}`);

it('short help is one page with every group', () => {
  const pages = pagesOf(
    [
      { title: 'A', lines: ['one'] },
      { title: 'B', lines: ['two'] },
    ],
    100,
  );
  expect(pages).toEqual([{ titles: ['A', 'B'], text: '**A**\none\n\n**B**\ntwo' }]);
});

it('long help keeps every line, each page within its length and with a title', () => {
  const groups = [
    { title: 'A', lines: words(3) },
    { title: 'B', lines: words(40) },
    { title: 'C', lines: words(2) },
  ];
  const pages = pagesOf(groups, 100);
  expect(pages.length).toBeGreaterThan(3);
  for (const { text } of pages) {
    expect(text.length).toBeLessThanOrEqual(100);
    expect(text).toMatch(/^\*\*[ABC]\*\*\n/);
  }
  const told = pages.flatMap(({ text }) => text.split('\n')).filter((line) => line.startsWith('line'));
  expect(told).toEqual(groups.flatMap(({ lines }) => lines));
});
