import type { APIApplicationCommandOption } from 'discord-api-types/v10';
import { describe, expect, it } from 'vitest';
import { finalValues, optionProblem, valuesFromText } from './option-values.ts';

const option = (change: object): APIApplicationCommandOption =>
  ({ name: 'o', description: '', ...change }) as APIApplicationCommandOption;

describe('a command’s options', () => {
  it.each([
    [{ type: 3, required: true }, undefined, 'Needed'],
    [{ type: 3, required: true }, '', 'Needed'],
    [{ type: 3 }, undefined, null],
    [{ type: 3, min_length: 3 }, 'ab', 'At least 3 characters'],
    [{ type: 3, max_length: 3 }, 'abcd', 'At most 3 characters'],
    [{ type: 4 }, '1.5', 'A whole number, please'],
    [{ type: 4 }, 'x', 'A number, please'],
    [{ type: 10 }, '1.5', null],
    [{ type: 4, min_value: 1 }, '0', 'At least 1'],
    [{ type: 4, max_value: 5 }, '6', 'At most 5'],
    [{ type: 5, required: true }, false, null],
  ])('%j with %j', (change, value, problem) => {
    expect(optionProblem(option(change), value)).toBe(problem);
  });

  it('are sent with their own types, without those left empty', () => {
    const options = [option({ name: 'n', type: 4 }), option({ name: 's', type: 3 }), option({ name: 'e', type: 3 })];
    const values = new Map([
      ['n', '7'],
      ['s', '7'],
      ['e', ''],
    ]);
    expect([...finalValues(options, values)]).toEqual([
      ['n', 7],
      ['s', '7'],
    ]);
  });

  it('take what was typed behind the name into the first that holds text', () => {
    const options = [option({ name: 'user', type: 6 }), option({ name: 'text', type: 3 })];
    expect([...valuesFromText(options, 'a b')]).toEqual([['text', 'a b']]);
    expect(valuesFromText(options, '').size).toBe(0);
  });
});
