import { describe, expect, it } from 'vitest';
import { findWords, isForReaders } from './words.ts';

describe('the word list', () => {
  it('finds an old word with its place and what to write instead', () => {
    expect(findWords('README.md', 'Fine.\nThe till knows.')).toEqual([
      'README.md:2: "The till" reads badly; write "billing".',
    ]);
  });

  it('reads the texts of a catalogue, not their keys', () => {
    expect(findWords('src/app/locales/en.json', '  "somebody": "A member"')).toEqual([]);
    expect(findWords('src/app/locales/en.json', '  "who": "Somebody"')).toHaveLength(1);
  });

  it('finds an old name in code', () => {
    expect(findWords('src/a.ts', 'const purse = 1;')).toEqual([
      'src/a.ts:1: "purse" reads badly; write `allowance`, `Allowance`.',
    ]);
    expect(findWords('src/a.ts', 'const allowance = 1; // meanwhile')).toEqual([]);
  });

  it.each([
    ['README.md', true],
    ['src/features/chat/README.md', true],
    ['src/features/chat/locales/en.json', true],
    ['docs/extending/web.md', true],
    ['docs/decisions/2026-11-21-lanes.md', false],
    ['src/features/chat/feature.ts', false],
  ])('is for what people read: %s', (path, expected) => {
    expect(isForReaders(path)).toBe(expected);
  });
});
