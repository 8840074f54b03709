import { describe, expect, it } from 'vitest';
import { textOf, userMessage } from '../../sdk/index.ts';
import { weave } from './history/weave.ts';
import { fitWindow } from './window.ts';

describe('a window', () => {
  const sizes = { fixed: 14, summary: null, exchanges: [14, 7, 14], heard: [7, 7, 7] };
  const fitted = (budgetTokens: number, over: Partial<Parameters<typeof fitWindow>[0]> = {}) =>
    fitWindow({ ...sizes, ...over }, budgetTokens);

  it('takes everything where there is room', () => {
    expect(fitted(1000)).toEqual({ summary: false, exchanges: 3, heard: 3, tokens: 70 });
  });
  it.each([
    [28, { exchanges: 1, heard: 0, tokens: 28 }],
    [27, { exchanges: 0, heard: 1, tokens: 21 }],
    [35, { exchanges: 2, heard: 0, tokens: 35 }],
  ])('drops the oldest exchanges whole when there are %i tokens', (budgetTokens, expected) => {
    expect(fitted(budgetTokens)).toMatchObject(expected);
  });
  it.each([
    [63, 2],
    [55, 0],
    [48, 1],
  ])('drops what was overheard first (%i tokens)', (budgetTokens, heard) => {
    expect(fitted(budgetTokens).heard).toBe(heard);
  });
  it('leaves no gap: an old exchange that would fit is not told after a long one that does not', () => {
    expect(fitted(40, { exchanges: [1, 1000, 10], heard: [] })).toMatchObject({ exchanges: 1, tokens: 24 });
  });
  it('takes the summary before the exchanges, and does without one that is too long', () => {
    expect(fitted(42, { summary: 14, heard: [] })).toMatchObject({ summary: true, exchanges: 1, tokens: 42 });
    expect(fitted(42, { summary: 50, heard: [] })).toMatchObject({ summary: false, exchanges: 2, tokens: 35 });
  });
  it('holds what is there in any case, also when that is too much', () => {
    expect(fitted(10)).toEqual({ summary: false, exchanges: 0, heard: 0, tokens: 14 });
  });
});

describe('exchanges and what was overheard', () => {
  it('are told in the order in which they were said', () => {
    const told = [1, 3].map((atMs) => ({ atMs, messages: [userMessage(`q${String(atMs)}`)] }));
    const heard = [
      { atMs: 1.2, line: 'Bob: h1', authorId: '1' },
      { atMs: 1.4, line: 'Eve: h2', authorId: '1' },
      { atMs: 3.1, line: 'Bob: h3', authorId: '1' },
    ];
    expect(weave(told, heard).map(textOf)).toEqual([
      'q1',
      '[Overheard]\nBob: h1\nEve: h2',
      'q3',
      '[Overheard]\nBob: h3',
    ]);
  });
});
