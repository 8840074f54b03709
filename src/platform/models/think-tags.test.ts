import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ThinkTags } from './think-tags.ts';

/** What is said to oneself and aloud when a text comes in these pieces. */
function told(...pieces: string[]): { reasoning: string; text: string } {
  const tags = new ThinkTags();
  const all = { reasoning: '', text: '' };
  for (const { type, text } of [...pieces.flatMap((piece) => tags.take(piece)), ...tags.end()]) all[type] += text;
  return all;
}

describe('thoughts in tags', () => {
  it.each([
    ['<think>Hmm, well.</think>Yes.', 'Hmm, well.', 'Yes.'],
    ['\n<think>\nHmm.\n</think>\n\nYes.\n', 'Hmm.', 'Yes.\n'],
    ['<think>\n\n</think>\n\nYes.', '', 'Yes.'],
    ['<think>One.</think>\n<think>Two.</think>\nYes.', 'One.Two.', 'Yes.'],
    ['<think>Never ends < </thin', 'Never ends < </thin', ''],
    ['Yes. <think> is a tag.', '', 'Yes. <think> is a tag.'],
    ['<thing>', '', '<thing>'],
    ['<thi', '', '<thi'],
    ['  indented', '', '  indented'],
    ['<think>a </b> </think >', 'a </b> </think >', ''],
    ['', '', ''],
  ])('of %j', (text, reasoning, aloud) => {
    expect(told(text)).toEqual({ reasoning, text: aloud });
    expect(told(...text)).toEqual({ reasoning, text: aloud });
  });

  it('are the same however the stream is cut', () => {
    const scrap = fc.constantFrom('<think>', '</think>', '<', '</', 'think>', ' ', '\n', 'word', '😀');
    fc.assert(
      fc.property(fc.array(scrap, { maxLength: 20 }), fc.array(fc.nat({ max: 8 })), (scraps, lengths) => {
        const text = scraps.join('');
        const pieces: string[] = [];
        let at = 0;
        for (const length of lengths) pieces.push(text.slice(at, (at += length)));
        expect(told(...pieces, text.slice(at))).toEqual(told(text));
      }),
      { numRuns: 500, seed: 20261121 },
    );
  });

  it('are told as they come, and nothing is held back that cannot be a tag', () => {
    const tags = new ThinkTags();
    expect(tags.take('<think>Let me')).toEqual([{ type: 'reasoning', text: 'Let me' }]);
    expect(tags.take(' see <')).toEqual([{ type: 'reasoning', text: ' see' }]);
    expect(tags.take('b> ok</think>')).toEqual([{ type: 'reasoning', text: ' <b> ok' }]);
    expect(tags.take('Yes')).toEqual([{ type: 'text', text: 'Yes' }]);
    expect(tags.take('<')).toEqual([{ type: 'text', text: '<' }]);
  });
});
