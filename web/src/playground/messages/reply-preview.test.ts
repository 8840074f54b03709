import { expect, it } from 'vitest';
import { replyPreview } from './reply-preview.ts';

it.each([
  [
    '-# My answer to your question above:\n> **quoted**\nIt is so.',
    'My answer to your question above: **quoted** It is so.',
  ],
  ['# Title\n5 > 3 and C# too', 'Title 5 > 3 and C# too'],
  ['```ts\nconst a = 1;\n```', 'const a = 1;'],
])('%j is previewed as %j', (text, line) => {
  expect(replyPreview(text)).toBe(line);
});

it('a long text is cut with a sign', () => {
  expect(replyPreview('long '.repeat(100))).toMatch(/long…$|long …$/);
});
