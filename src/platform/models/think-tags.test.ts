import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ThinkTags } from './think-tags.ts';

/** What is said to oneself and aloud when a text comes in these pieces. */
function told(...pieces: string[]): { reasoning: string; text: string } {
  const tags = new ThinkTags();
  const all = { reasoning: '', text: '' };
  for (const said of [...pieces.flatMap((piece) => tags.take(piece)), ...tags.end()]) {
    if (said.type === 'reset') Object.assign(all, { reasoning: all.reasoning + all.text, text: '' });
    else all[said.type] += said.text;
  }
  return all;
}

const fence = '```';

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
    ['<thinking>\nsecret\n</thinking>\n\nGreen.', 'secret', 'Green.'],
    ['<thought>secret</thought>Green.', 'secret', 'Green.'],
    ['<Reasoning>secret</reasoning> Green.', 'secret', 'Green.'],
    ['◁think▷secret◁/think▷Green.', 'secret', 'Green.'],
    ['<antThinking>secret</antThinking>Green.', 'secret', 'Green.'],
    ['<|channel>thought secret<channel|>Green.', 'secret', 'Green.'],
    ['[THINK]secret[/THINK]Green.', 'secret', 'Green.'],
    ['<|begin_of_thought|>secret<|end_of_thought|>\nGreen.', 'secret', 'Green.'],
    ['<seed:think>secret</seed:think>Green.', 'secret', 'Green.'],
    ['<|START_THINKING|>secret<|END_THINKING|>Green.', 'secret', 'Green.'],
    ['İ<think>', '', 'İ<think>'],
    ['<think>İİİ</think>Green.', 'İİİ', 'Green.'],
  ])('of %j', (text, reasoning, aloud) => {
    expect(told(text)).toEqual({ reasoning, text: aloud });
    expect(told(...text)).toEqual({ reasoning, text: aloud });
  });

  it.each([
    ['The user wants a colour.\nBlue.\n</think>\n\nBlue.', 'The user wants a colour.\nBlue.\n', 'Blue.'],
    ['Hmm.</thinking>Blue.', 'Hmm.', 'Blue.'],
    ['Hmm.◁/think▷Blue.', 'Hmm.', 'Blue.'],
    ['Hmm.\n[/THINK]\nBlue.', 'Hmm.\n', 'Blue.'],
    ['One.\n</think>\nTwo.\n</think>\nBlue.', 'One.\nTwo.\n', 'Blue.'],
    ['<think>a<think>b</think>c</think>Blue.', 'a<think>bc', 'Blue.'],
    ['</think>\n\nBlue.', '', 'Blue.'],
    ['Blue.\n</think>\n', '', 'Blue.\n'],
    ['Sure.\n<think>\nHmm.\n</think>\nBlue.', 'Hmm.', 'Sure.\nBlue.'],
  ])('that something else has opened, of %j', (text, reasoning, aloud) => {
    expect(told(text)).toEqual({ reasoning, text: aloud });
    expect(told(...text)).toEqual({ reasoning, text: aloud });
  });

  it.each([
    'It ends with `</think>` and goes on.',
    'It ends with "</think>" and goes on.',
    'It ends with </think> and goes on.',
    'Write <think> first, then\n</think>\nto end.',
    `Look:\n${fence}xml\n<think>\nhm\n</think>\n${fence}\nThat is all.`,
    `Look:\n~~~\nhm\n</think>\n~~~\nThat is all.`,
    'Use `<|channel|>` for it.',
  ])('that are asked about stay: %j', (text) => {
    expect(told(text)).toEqual({ reasoning: '', text });
    expect(told(...text)).toEqual({ reasoning: '', text });
  });

  it.each([
    [
      '<|channel|>analysis<|message|>Hmm.<|end|><|start|>assistant<|channel|>final<|message|>Blue.<|return|>',
      'Hmm.',
      'Blue.',
    ],
    ['<|start|>assistant<|channel|>analysis<|message|>Hmm.<|end|>', 'Hmm.', ''],
    ['<|channel|>final<|message|>Blue.', '', 'Blue.'],
    [
      '<|channel|>analysis<|message|>A.<|end|><|start|>assistant<|channel|>commentary to=functions.x<|message|>B.<|call|>' +
        '<|start|>assistant<|channel|>final <|constrain|>md<|message|>\nBlue < green.',
      'A.B.',
      'Blue < green.',
    ],
    ['Hmm.<|end|><|start|>assistant<|channel|>final<|message|>Blue.', 'Hmm.<|end|>', 'Blue.'],
    ['analysisWe need a colour.assistantfinalBlue.', 'We need a colour.', 'Blue.'],
    ['analysis of colours', '', 'analysis of colours'],
  ])('in channels, of %j', (text, reasoning, aloud) => {
    expect(told(text)).toEqual({ reasoning, text: aloud });
    expect(told(...text)).toEqual({ reasoning, text: aloud });
  });

  it('are the same however the stream is cut', () => {
    const scrap = fc.constantFrom(
      ...['<think>', '</think>', '<', '</', 'think>', ' ', '\n', 'word', '😀', '`', fence, '"', '.', '◁/think▷'],
      ...['<|channel|>', '<|message|>', '<|end|>', 'final', 'analysis', '[THINK]', '[/THINK]'],
    );
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
    expect(tags.take(' <')).toEqual([{ type: 'text', text: ' ' }]);
    expect(tags.take('b>')).toEqual([{ type: 'text', text: '<b>' }]);
  });

  it('take back what was said when only their end is marked', () => {
    const tags = new ThinkTags();
    expect(tags.take('Blue is safe.')).toEqual([{ type: 'text', text: 'Blue is safe.' }]);
    expect(tags.take('</think>\n')).toEqual([]);
    expect(tags.take('\nBlue.')).toEqual([{ type: 'reset' }, { type: 'text', text: 'Blue.' }]);
  });

  it('take linear time', () => {
    const before = process.cpuUsage().user;
    expect(told(...`<think>${' '.repeat(30_000)}</think>${'\n'.repeat(30_000)}Blue.`).text).toBe('Blue.');
    for (const scrap of ['<', '<think>', '</think> ', '`</think>', '<|channel|>', '\n</think>x', '[', ' \n']) {
      told(scrap.repeat(30_000));
    }
    expect((process.cpuUsage().user - before) / 1000).toBeLessThan(3000);
  });
});
