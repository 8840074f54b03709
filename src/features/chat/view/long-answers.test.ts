import { describe, expect, it } from 'vitest';
import { splitMessage } from '../../../kernel/split.ts';
import { fileOf, layOut } from './long-answers.ts';

const t = (key: string) => `[${key}]`;
const textOf = (text: string) => {
  const { name, data } = fileOf(text);
  return { name, text: Buffer.from(data).toString('utf8') };
};

describe('the file of a long answer', () => {
  it('is Markdown', () => {
    const text = 'Look:\n```ts\nconst a = 1;\n```';
    expect(textOf(text)).toEqual({ name: 'answer.md', text });
    const two = '```ts\nconst a = 1;\n```\n```ts\nconst b = 1;\n```';
    expect(textOf(two)).toEqual({ name: 'answer.md', text: two });
  });

  it.each([
    ['python', 'py'],
    ['Rust', 'rs'],
    ['c++', 'cpp'],
    ['json', 'json'],
    ['html title="x"', 'html'],
    ['brainfuck-extended', 'txt'],
    ['md', 'md'],
  ])('is the code of an answer that is one block of %s', (language, ending) => {
    const file = textOf(`\n\`\`\`${language}\none\n\n  two\n\`\`\`\n`);
    expect(file).toEqual({ name: `answer.${ending}`, text: 'one\n\n  two\n' });
  });

  it('is plain text where the block names no language, and code where it was cut', () => {
    expect(textOf('```\none\n```')).toEqual({ name: 'answer.txt', text: 'one\n' });
    expect(textOf('~~~go\none\ntwo')).toEqual({ name: 'answer.go', text: 'one\ntwo\n' });
    expect(textOf('````md\n```js\n1\n```\n````').text).toBe('```js\n1\n```\n');
  });
});

describe('an answer on the screen', () => {
  it('is whole where there is no maxMessages, and where it fits', () => {
    const long = 'word '.repeat(3000).trim();
    expect(layOut(long, '\n-# note', { maxMessages: undefined, above: '' }, t)).toEqual({
      content: `${long}\n-# note`,
    });
    expect(layOut('short', '\n-# note', { maxMessages: 1, above: '' }, t)).toEqual({ content: 'short\n-# note' });
  });

  it('is its beginning with what is said below, and the whole as a file, where it does not', () => {
    const long = 'word '.repeat(3000).trim();
    const { content, files } = layOut(long, '\n-# note', { maxMessages: 2, above: '' }, t);
    expect(content.endsWith('word\n[long.file]\n-# note')).toBe(true);
    expect(content.length).toBeGreaterThan(3400);
    expect(Buffer.from(files?.[0]?.data ?? []).toString('utf8')).toBe(long);
  });

  it('leaves room for the line above it', () => {
    const above = '-# ↩ who is it\n'.repeat(10);
    const { content } = layOut('word '.repeat(3000), '', { maxMessages: 2, above }, t);
    expect(content.startsWith('word')).toBe(true);
    expect(splitMessage(above + content)).toHaveLength(2);
  });
});
