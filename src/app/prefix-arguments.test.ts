import { describe, expect, it } from 'vitest';
import { UserError } from '../kernel/errors.ts';
import { defineCommand } from '../sdk/index.ts';
import { parsePrefixArguments, readPrefixCommand } from './prefix-arguments.ts';

const command = defineCommand({
  name: 'remind',
  options: {
    who: { type: 'user', required: true },
    hours: { type: 'integer', min: 1, max: 24 },
    loud: { type: 'boolean' },
    kind: { type: 'string', choices: ['dm', 'here'] },
    text: { type: 'string', maxLength: 10 },
  },
  access: 'everyone',
  ephemeral: false,
  run: () => Promise.resolve(),
});
const t = (key: string) => key;
const parse = (rest: string) => parsePrefixArguments(command, rest, '!', t);

describe('recognising a prefix command', () => {
  it.each([
    ['!help', { name: 'help', rest: '' }],
    ['!model openai/x y', { name: 'model', rest: 'openai/x y' }],
    ['! help', undefined],
    ['help', undefined],
    ['!', undefined],
    ['<@123456789012345678> !help', { name: 'help', rest: '' }],
    ['<@!123456789012345678>!model x', { name: 'model', rest: 'x' }],
    ['<@123456789012345678> Help ', { name: 'help', rest: '' }],
    ['<@123456789012345678> help me', undefined],
    ['<@123456789012345678> why', undefined],
    ['<@999999999999999999> !help', undefined],
  ])('%j', (content, expected) => expect(readPrefixCommand('!', content, '123456789012345678')).toEqual(expected));
});

describe('reading the words of a prefix command', () => {
  it('takes options in order and the rest of the line for the last string', () => {
    expect(parse('<@123456789012345678> 3 yes dm buy milk')).toEqual({
      who: '123456789012345678',
      hours: 3,
      loud: true,
      kind: 'dm',
      text: 'buy milk',
    });
  });
  it('takes the name of a switch for a yes', () => {
    expect(parse('123456789012345678 3 loud here')).toMatchObject({ loud: true, kind: 'here' });
  });
  it('leaves out what is not given', () => {
    expect(parse('123456789012345678')).toMatchObject({ who: '123456789012345678', hours: undefined });
  });
  it('cuts at the longest length', () => {
    expect(parse('123456789012345678 3 no here 1234567890123')).toMatchObject({ text: '1234567890' });
  });
  it.each([
    ['', 'errors.option-missing'],
    ['alice', 'errors.option-type'],
    ['123456789012345678 1.5', 'errors.option-type'],
    ['123456789012345678 25', 'errors.option-type'],
    ...['1e1', '0x5', '0b1', '+5', '-1', '1_0', '٣', 'Infinity', '" 5 "', '9'.repeat(400)].map(
      (hours): [string, string] => [`123456789012345678 ${hours}`, 'errors.option-type'],
    ),
    ['123456789012345678 3 maybe', 'errors.option-type'],
    ['123456789012345678 3 yes mail', 'errors.option-choice'],
  ])('refuses %j as %s', (rest, code) => {
    expect(() => parse(rest)).toThrow(expect.objectContaining({ code }) as UserError);
  });
  it('refuses words that nothing takes', () => {
    const bare = defineCommand({ ...command, options: {}, run: () => Promise.resolve() });
    expect(() => parsePrefixArguments(bare, 'extra', '!', t)).toThrow(UserError);
  });
  it('shows the usage and cannot be made to break out of a code span', () => {
    try {
      parse('`@everyone`');
      expect.unreachable();
    } catch (error) {
      expect((error as UserError).data).toMatchObject({
        usage: '!remind <who> [hours] [loud] [kind] [text]',
        value: "'@everyone'",
      });
    }
  });
});

describe('an option that takes the rest of the line, and a file', () => {
  const asking = defineCommand({
    name: 'ask',
    options: {
      prompt: { type: 'string', required: true, takesRest: true },
      model: { type: 'string' },
      file: { type: 'attachment' },
    },
    access: 'everyone',
    ephemeral: true,
    run: () => Promise.resolve(),
  });
  const files = ['a.txt', 'b.txt'].map((filename) => ({ url: '', filename, size: 1, contentType: 'text/plain' }));

  it('leaves no words for other options, and gives the first file of the message', () => {
    const [first] = files;
    expect(parsePrefixArguments(asking, 'what is "this" thing?', '!', t, files)).toEqual({
      prompt: 'what is "this" thing?',
      model: undefined,
      file: first,
    });
  });

  it('needs no file', () => {
    expect(parsePrefixArguments(asking, 'hello', '!', t)).toMatchObject({ prompt: 'hello', file: undefined });
  });
});
