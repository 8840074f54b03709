import { countTokens } from 'gpt-tokenizer/encoding/cl100k_base';
import { beforeAll, describe, expect, it } from 'vitest';
import { estimateTokens, TokenCounter } from './tokens.ts';

const counter = new TokenCounter();
beforeAll(() => counter.ready());

const base64 = Buffer.from(
  Array.from({ length: 75_000 }, (_, index) => (index * index * 31 + index * 17) % 256),
).toString('base64');
const samples = {
  English: 'The quick brown fox jumps over the lazy dog, again and again. '.repeat(100),
  'long English': 'The quick brown fox jumps over the lazy dog, again and again. '.repeat(2000),
  Chinese: '這是一個測試文本我們看看'.repeat(200),
  emoji: '😀🎉'.repeat(2000),
  code: 'for (let i = 0; i < 10; i++) { console.log(`row ${i}`); }\n'.repeat(50),
  base64: base64.slice(0, 40_000),
  'long base64': base64,
  'special tokens': '<|im_start|>user<|endoftext|>'.repeat(50),
};

describe('tokens', () => {
  it.each(Object.entries(samples))('of %s are hardly ever counted below the truth, nor far above', (_name, text) => {
    const truth = countTokens(text, { disallowedSpecial: new Set() });
    const counted = counter.count(text);
    expect(counted).toBeGreaterThanOrEqual(truth * 0.97);
    expect(counted).toBeLessThanOrEqual(truth * 1.15);
  });

  it('of nothing are none', () => {
    expect(counter.count('')).toBe(0);
  });

  it.each([
    ['one letter', 'a'.repeat(100_000)],
    [
      'other letters',
      Array.from({ length: 100_000 }, (_, index) => String.fromCharCode(97 + ((index * 7919) % 26))).join(''),
    ],
    ['a million letters', 'z'.repeat(1_000_000)],
    ['accents', 'e\u0301\u0302\u0303'.repeat(25_000)],
  ])('of hostile texts (%s) are counted without delay', (_name, text) => {
    counter.count(text);
    const startedMs = performance.now();
    counter.count(text);
    // 4 to 40 ms were measured on an idle machine; the tokenizer alone takes seconds.
    expect(performance.now() - startedMs).toBeLessThan(500);
  });

  it.each(Object.entries(samples))(
    'of %s are estimated on the high side until the vocabulary is there',
    (_name, text) => {
      expect(estimateTokens(text)).toBeGreaterThan(countTokens(text, { disallowedSpecial: new Set() }) * 0.7);
      expect(new TokenCounter().count(text)).toBe(estimateTokens(text));
    },
  );
});
