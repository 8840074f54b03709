import { describe, expect, it } from 'vitest';
import { findTrigger } from './trigger.ts';

describe('the word before the cursor', () => {
  it.each([
    ['@al', { kind: 'mention', query: 'al', from: 0 }],
    ['hi @', { kind: 'mention', query: '', from: 3 }],
    ['see #bot-c', { kind: 'channel', query: 'bot-c', from: 4 }],
    ['nice :ta', { kind: 'emoji', query: 'ta', from: 5 }],
    ['/', { kind: 'command', query: '', from: 0 }],
    ['/model s', { kind: 'command', query: 'model s', from: 0 }],
  ])('%j asks for help', (text, expected) => {
    expect(findTrigger(text, text.length)).toEqual(expected);
  });

  it.each(['', 'hi', 'mail me@home', 'at 10:30', 'a /path', '//comment', '@al ', ':t'])('%j asks for none', (text) => {
    expect(findTrigger(text, text.length)).toBeNull();
  });

  it('counts, not what stands behind it', () => {
    expect(findTrigger('@al and more', 3)).toEqual({ kind: 'mention', query: 'al', from: 0 });
  });
});
