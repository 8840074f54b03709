import { expect, it } from 'vitest';
import { previewLine } from './preview-line.ts';

it.each([
  ['# Title\n\n**bold**, *slanted*, __under__ and ~~gone~~', 'Title bold, slanted, under and gone'],
  ['***both*** and **bold with *slanted* in it**', 'both and bold with slanted in it'],
  ['- one\n- two\n> said', '• one • two said'],
  ['see [the page](https://example.org/a_b)', 'see the page'],
  ['run `npm test` and\n```ts\nlet a = b * c;\n```\nthen', 'run npm test and let a = b \\* c; then'],
  ['an unfinished ```ts\nlet x = 1', 'an unfinished let x = 1'],
  ['the killer is ||the butler||', 'the killer is ▮▮▮'],
  ['it is ||`rosebud`, see https://example.org/rosebud||, and `a || b || c`', 'it is ▮▮▮, and a \\|\\| b \\|\\| c'],
  ['2 * 3 * 4 and snake_case_name', '2 \\* 3 \\* 4 and snake\\_case\\_name'],
  [
    'ask <@123456789012345678> at <t:1700000000:R> <:wave:123456789012345678>',
    'ask <@123456789012345678> at <t:1700000000:R> :wave:',
  ],
  ['https://example.org/a_b_c is *it*', 'https://example.org/a_b_c is it'],
  ['a \\*star\\*', 'a \\*star\\*'],
  ['', ''],
])('says %j in plain words', (text, expected) => {
  expect(previewLine(text, 200)).toBe(expected);
});

it('cuts longer texts, and reads pages of markers quickly', () => {
  expect(previewLine('**one two three**', 8)).toBe('one two…');
  expect(previewLine('**[`||'.repeat(100_000), 300).length).toBeLessThan(700);
});
