import { expect, it } from 'vitest';
import { UserError } from '../../../../kernel/errors.ts';
import { readPrompts } from './prompts.ts';

const read = (name: string, text: string) => readPrompts(name, Buffer.from(text));

it.each([
  ['a.txt', 'a cat\r\n\r\n  a dog  \nan owl, at night', ['a cat', 'a dog', 'an owl, at night']],
  ['a.TXT', '\uFEFFa cat', ['a cat']],
  ['a.csv', 'a cat,1\n"an owl, at ""night""",2\n', ['a cat', 'an owl, at "night"']],
  ['a.csv', 'id,Prompt\r\n1,a cat\r\n2,"a\ndog"\r\n3\r\n', ['a cat', 'a\ndog']],
  ['a.csv', 'a "cat" here\na dog', ['a "cat" here', 'a dog']],
  ['a.csv', '"never closed\na dog', ['"never closed', 'a dog']],
])('reads prompts of %s: %j', (name, text, expected) => {
  expect(read(name, text)).toEqual(expected);
});

it.each([
  ['nothing', '\n \n', 'batch.no-prompts'],
  ['51 lines', 'a cat\n'.repeat(51), 'batch.too-many'],
  ['zeros', 'a\0cat', 'batch.no-text'],
])('refuses a file of %s', (_, text, code) => {
  expect(() => read('a.txt', text)).toThrow(expect.objectContaining({ code }));
});

it('refuses what is no UTF-8', () => {
  expect(() => readPrompts('a.txt', Buffer.from([0xff, 0xfe, 0x61]))).toThrow(UserError);
});

it('takes no time that grows faster than the file', () => {
  const began = performance.now();
  expect(read('a.csv', '"'.repeat(200_001))).toHaveLength(1);
  expect(() => read('a.csv', '"a\n'.repeat(60_000))).toThrow(UserError);
  expect(() => read('a.csv', '"",'.repeat(60_000))).toThrow(UserError);
  expect(performance.now() - began).toBeLessThan(3000);
});
