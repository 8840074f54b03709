import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { threadName } from '../../kernel/thread-name.ts';
import { hugeText } from '../../testing/long.ts';
import { cleanTitle } from './clean-title.ts';

const fence = '```';

describe('the title in what a model wrote', () => {
  it.each([
    ['Cats on tour', 'Cats on tour'],
    ['"Cats on tour."', 'Cats on tour'],
    ['„Katzen auf Reisen“', 'Katzen auf Reisen'],
    ['« Chats en voyage »', 'Chats en voyage'],
    ['「旅する猫」', '旅する猫'],
    ['{"title": "Cats on tour"}', 'Cats on tour'],
    ['{"title": "Cats \\"on\\" tour"}', 'Cats "on" tour'],
    [`${fence}json\n{"title": "Cats on tour"}\n${fence}`, 'Cats on tour'],
    [`Sure! Here it is:\n${fence}json\n{ "thread_title": "Cats on tour" }\n${fence}\nEnjoy!`, 'Cats on tour'],
    ['["Cats on tour", "Tours of cats"]', 'Cats on tour'],
    ['[{"id": 1, "title": "Cats on tour"}]', 'Cats on tour'],
    ['{"result": {"title": "Cats on tour"}}', 'Cats on tour'],
    ['{"title": "Cats on to', 'Cats on to'],
    ["{'title': 'Cats on tour'}", 'Cats on tour'],
    ['"{\\"title\\": \\"Cats on tour\\"}"', 'Cats on tour'],
    ['Title: Cats on tour', 'Cats on tour'],
    ['**Title:** Cats on tour', 'Cats on tour'],
    ['**Title**: "Cats on tour"', 'Cats on tour'],
    ['# Titel: Katzen auf Reisen', 'Katzen auf Reisen'],
    ['Titre : Chats en voyage', 'Chats en voyage'],
    ['标题：旅行的猫', '旅行的猫'],
    ['Suggested title: Cats on tour', 'Cats on tour'],
    ["Sure! Here's a title: Cats on tour", 'Cats on tour'],
    ['Sure, here is a title for the conversation:\n\n**Cats on tour**', 'Cats on tour'],
    ['Certainly! I suggest “Cats on tour” for this thread', 'Cats on tour'],
    ['Hier ist ein Titel:\nKatzen auf Reisen', 'Katzen auf Reisen'],
    ['<think>The user likes cats.</think>\n\nCats on tour', 'Cats on tour'],
    ['The user likes cats.\n</think>Cats on tour', 'Cats on tour'],
    ['◁think▷cats◁/think▷Cats on tour', 'Cats on tour'],
    ['<|channel|>analysis<|message|>cats<|end|><|channel|>final<|message|>Cats on tour', 'Cats on tour'],
    ['\n\n- Cats on tour\n- Tours of cats', 'Cats on tour'],
    ['## Cats on [tour](https://example.org)', 'Cats on tour'],
    ['🐈 Cats on tour 🐈', '🐈 Cats on tour 🐈'],
    ['Sure footing on ice', 'Sure footing on ice'],
    ['Subject-verb agreement', 'Subject-verb agreement'],
    ['C++ or Rust: which first', 'C++ or Rust: which first'],
    ['Arrays like a[0] in C', 'Arrays like a 0 in C'],
    ['🐈🐈', ''],
    ['', ''],
    [' \n ', ''],
    ['{}', ''],
    ['{"title": ""}', ''],
    ['""', ''],
    ['<think>never ended', ''],
    ['Cats on tour\n<thinking>never ended', 'Cats on tour'],
    ['<think>cats</think>Cats on tour<think>dogs', 'Cats on tour'],
    ['◁think▷never ended', ''],
    ['[THINK]never ended', ''],
    ['<seed:think>cats</seed:think>Cats on tour', 'Cats on tour'],
    ['<|channel|>analysis<|message|>never ended', ''],
    ['Title:', 'Title'],
    ['Sure!', ''],
  ])('%j is %j', (written, title) => {
    expect(cleanTitle(written)).toBe(title);
  });

  it('is cut at a word', () => {
    expect(cleanTitle(`Title: ${'word '.repeat(100)}`)).toMatch(/^(?:word )+word…$/);
    expect(cleanTitle('x'.repeat(500))).toHaveLength(100);
  });

  const piece = fc.oneof(
    fc.constantFrom(
      ...['{', '}', '[', ']', '"', "'", ':', 'title', 'Title: ', '\n', fence, 'json', '</think>', '**', '\\'],
    ),
    fc.constantFrom('Sure! ', 'Here is', ' ', 'Cats', 'on', 'tour', '😀', '<@1>', '\u0000', '。'),
    fc.string({ unit: 'binary', maxLength: 5 }),
  );

  it('has one line, no braces or quotes around it and at most 100 characters, whatever was written', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const title = cleanTitle(pieces.join(''));
        expect(title.length).toBeLessThanOrEqual(100);
        expect(title).not.toMatch(/[\n{}]|^["'“”:\s]|["'“”\s]$|```|<\/think>/);
        expect(title === '' || /[\p{L}\p{N}]/u.test(title)).toBe(true);
      }),
      { numRuns: 500, seed: 20261129 },
    );
  });

  it('is found in any dress', () => {
    const dress = fc.constantFrom(
      ...[(title: string) => JSON.stringify({ title }), (title: string) => `Title: ${title}`],
      ...[(title: string) => `${fence}\n${title}\n${fence}`, (title: string) => `**"${title}"**`],
      ...[(title: string) => `Sure! Here is your title:\n${title}`, (title: string) => `thoughts</think>${title}`],
    );
    const words = fc.array(fc.stringMatching(/^[b-hj-r]{2,9}$/), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(words, dress, (words, dressed) => {
        expect(cleanTitle(dressed(words.join(' ')))).toBe(words.join(' '));
      }),
      { numRuns: 300, seed: 20261129 },
    );
  });

  it.each(['{', '"', '[', 'Title:', '\n', ' ', '<think>', '```\n', '\\', '.', '*'])(
    'takes linear time over %j',
    (unit) => {
      const startMs = performance.now();
      cleanTitle(unit.repeat(hugeText.characters / unit.length));
      threadName(unit.repeat(hugeText.characters / unit.length));
      expect(performance.now() - startMs).toBeLessThan(hugeText.withinMs);
    },
  );
});
