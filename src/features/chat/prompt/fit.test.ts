import { describe, expect, it } from 'vitest';
import { textOf, userMessage } from '../../../sdk/index.ts';
import { fitGroups, keepOf } from './fit.ts';
import type { Group } from './fit.ts';
import { interleave } from './interleave.ts';

describe('a window', () => {
  const history = { keep: keepOf.history, sizes: [14, 7, 14] };
  const ambient = { keep: keepOf.ambient, sizes: [7, 7, 7] };
  const fixed = 14;
  const fitted = (budgetTokens: number, groups: readonly Group[] = [history, ambient]) =>
    fitGroups(fixed, groups, budgetTokens);

  it('takes everything where there is room', () => {
    expect(fitted(1000)).toEqual({ kept: [3, 3], tokens: 70 });
  });
  it.each([
    [28, { kept: [1, 0], tokens: 28 }],
    [27, { kept: [0, 1], tokens: 21 }],
    [35, { kept: [2, 0], tokens: 35 }],
  ])('drops the oldest turns whole when there are %i tokens', (budgetTokens, expected) => {
    expect(fitted(budgetTokens)).toEqual(expected);
  });
  it.each([
    [63, 2],
    [55, 0],
    [48, 1],
  ])('drops ambient messages first (%i tokens)', (budgetTokens, kept) => {
    expect(fitted(budgetTokens).kept[1]).toBe(kept);
  });
  it('leaves no gap: an old turn that would fit is not sent after a long one that does not', () => {
    expect(fitted(40, [{ keep: 50, sizes: [1, 1000, 10] }])).toEqual({ kept: [1], tokens: 24 });
  });
  it.each([
    [14, [1, 1], 42],
    [50, [0, 2], 35],
  ])(
    'fills the group that stays longest first, and goes without a part that is too long (%i)',
    (size, kept, tokens) => {
      expect(fitted(42, [{ keep: 90, sizes: [size] }, history])).toEqual({ kept, tokens });
    },
  );
  it('fills by what stays longest, in whatever order the groups come', () => {
    expect(fitted(28, [ambient, history]).kept).toEqual([0, 1]);
  });
  it('of equals, fills the first one first', () => {
    const one = { keep: 20, sizes: [10] };
    expect(fitted(25, [one, { ...one, sizes: [9] }]).kept).toEqual([1, 0]);
  });
  it('holds what is there in any case, also when that is too much', () => {
    expect(fitted(10)).toEqual({ kept: [0, 0], tokens: 14 });
  });
});

describe('turns and ambient messages', () => {
  it('are sent in the order in which they were said', () => {
    const told = [1, 3].map((atMs) => ({ atMs, messages: [userMessage(`q${String(atMs)}`)] }));
    const heard = [
      { atMs: 1.2, line: 'Bob: h1', authorId: '1' },
      { atMs: 1.4, line: 'Eve: h2', authorId: '1' },
      { atMs: 3.1, line: 'Bob: h3', authorId: '1' },
    ];
    expect(interleave(told, heard).map(textOf)).toEqual([
      'q1',
      '[Overheard]\nBob: h1\nEve: h2',
      'q3',
      '[Overheard]\nBob: h3',
    ]);
  });
});
