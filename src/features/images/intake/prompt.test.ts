import { expect, it } from 'vitest';
import { UserError } from '../../../kernel/errors.ts';
import { readPrompt } from './prompt.ts';

it.each([
  ['a cat', { prompt: 'a cat' }],
  ['x4 a cat', { prompt: 'a cat', count: 4 }],
  ['X2', { prompt: '', count: 2 }],
  ['xylophone in the rain', { prompt: 'xylophone in the rain' }],
  ['a cat --seed 42 --ar 16:9', { prompt: 'a cat', seed: 42, aspect: '16:9' }],
  ['a cat —size 1024X768', { prompt: 'a cat', size: '1024x768' }],
  ['a cat --style Anime --strength .6', { prompt: 'a cat', style: 'anime', strength: 0.6 }],
  ['a cat --no hats, birds', { prompt: 'a cat', negativePrompt: 'hats, birds' }],
  ['a cat --spoiler', { prompt: 'a cat', spoiler: true }],
  ['a cat --spoiler on a roof', { prompt: 'a cat on a roof', spoiler: true }],
  ['a well-known cat -- in a hat', { prompt: 'a well-known cat -- in a hat' }],
  ['a cat --wow 5', { prompt: 'a cat --wow 5' }],
])('reads "%s"', (text, expected) => {
  expect(readPrompt(text)).toEqual(expected);
});

it.each([
  '--seed many',
  '--seed',
  '--ar wide',
  '--ar 99:1',
  '--size 0x0',
  '--size 16x20000',
  '--size 9x9',
  '--strength 7',
])('refuses the option in "%s"', (text) => {
  expect(() => readPrompt(`a cat ${text}`)).toThrow(UserError);
});

it('refuses 99 images', () => {
  const refusal = { code: 'bad-count', data: { written: 'x99', most: 10 } };
  expect(() => readPrompt('x99 cats')).toThrow(expect.objectContaining(refusal));
});

it('refuses a prompt of 10,000 characters', () => {
  expect(() => readPrompt('x'.repeat(10_000))).toThrow(expect.objectContaining({ code: 'prompt-too-long' }));
});

it('takes no time that grows faster than the text', () => {
  const hostile = ' --seed'.repeat(570) + ' --'.repeat(3);
  const began = performance.now();
  expect(() => readPrompt(hostile.slice(0, 4000))).toThrow(UserError);
  expect(performance.now() - began).toBeLessThan(3000);
});
