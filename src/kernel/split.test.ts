import { describe, expect, it } from 'vitest';
import { hugeText } from '../testing/long.ts';
import { splitMessage } from './split.ts';

const LIMIT = 120;
const words = (count: number, word = 'word') => Array.from({ length: count }, () => word).join(' ');

describe('splitMessage', () => {
  it('keeps texts that fit and drops blank ones', () => {
    expect(splitMessage('Hello.')).toEqual(['Hello.']);
    expect(splitMessage('x'.repeat(2000))).toEqual(['x'.repeat(2000)]);
    expect(splitMessage('')).toEqual([]);
    expect(splitMessage(' \n\t '.repeat(2000))).toEqual([]);
  });

  it('prefers paragraphs to lines, lines to sentences, sentences to spaces', () => {
    const paragraph = words(16);
    expect(splitMessage(`${paragraph}\n\n${words(4)}\n${words(10)}`, { limit: LIMIT })[0]).toBe(paragraph);
    expect(splitMessage(`${paragraph}\nAnd so. On it goes ${words(10)}`, { limit: LIMIT })[0]).toBe(paragraph);
    expect(splitMessage(`${words(16)}. And ${words(20)}`, { limit: LIMIT })[0]).toBe(`${words(16)}.`);
    expect(splitMessage(words(40), { limit: LIMIT })[0]).toBe(words(24));
    expect(splitMessage('x'.repeat(250), { limit: LIMIT }).map((part) => part.length)).toEqual([120, 120, 10]);
  });

  it('closes a code block and opens it again in the same language', () => {
    const code = Array.from({ length: 20 }, (_, index) => `let a${index} = 1;`).join('\n');
    const parts = splitMessage(`Look:\n\n\`\`\`ts\n${code}\n\`\`\`\nDone.`, { limit: LIMIT });
    expect(parts.length).toBeGreaterThan(2);
    expect(parts[0]).toMatch(/^Look:\n\n```ts\nlet a0 = 1;\n[^]*\n```$/);
    for (const part of parts.slice(1, -1)) expect(part).toMatch(/^```ts\nlet a\d+ = 1;\n[^]*\n```$/);
    expect(parts.at(-1)).toMatch(/```\nDone\.$/);
    expect(parts.join('\n').match(/let a\d+/g)).toHaveLength(20);
  });

  it("doesn't close a longer fence by shorter ones", () => {
    const inner = Array.from({ length: 8 }, (_, index) => `\`\`\`js\nline${index}\n\`\`\``).join('\n');
    const parts = splitMessage(`\`\`\`\`md\n${inner}\n\`\`\`\`\nafter`, { limit: LIMIT });
    for (const part of parts.slice(0, -1)) expect(part).toMatch(/^````md\n[^]*\n````$/);
    expect(parts.at(-1)).toMatch(/\nafter$/);
  });

  it('closes code blocks of tildes, in quotes and in lists as they are', () => {
    const code = (indent: string) => Array.from({ length: 20 }, (_, index) => `${indent}line ${index};`).join('\n');
    for (const part of splitMessage(`~~~py\n${code('')}\n~~~`, { limit: LIMIT })) {
      expect(part).toMatch(/^~~~py\nline \d+;\n[^]*;\n~~~$/);
    }
    const quoted = splitMessage(`> \`\`\`js\n${code('> ')}\n> \`\`\`\n\nafter`, { limit: LIMIT });
    expect(quoted.length).toBeGreaterThan(2);
    for (const part of quoted) expect(part).toMatch(/^> ```js\n(?:> line \d+;\n)+> ```(?:\n\nafter)?$/);
    const listed = splitMessage(`- item:\n  \`\`\`js\n${code('  ')}\n  \`\`\`\n- next`, { limit: LIMIT });
    for (const part of listed.slice(1, -1)) expect(part).toMatch(/^```js\n(?: {2}line \d+;\n)+```$/);
  });

  it('continues quotes and small print', () => {
    for (const marker of ['> ', '>>> ', '-# ']) {
      const parts = splitMessage(marker + words(60), { limit: LIMIT });
      expect(parts.length).toBeGreaterThan(2);
      for (const part of parts) expect(part.startsWith(`${marker}word`)).toBe(true);
    }
    expect(splitMessage(`> ${words(30)}\n${words(3)}`, { limit: LIMIT })[1]).toBe(`> ${words(7)}\n${words(3)}`);
  });

  it.each(['**', '*', '__', '~~', '||', '`', '***'])('closes and opens again a long run of %s', (marker) => {
    const parts = splitMessage(`So: ${marker}${words(40)}${marker} indeed`, { limit: LIMIT });
    expect(parts[0]).toBe(`So: ${marker}${words((LIMIT - 4 - 2 * marker.length + 1) / 5)}${marker}`);
    expect(parts[1]?.startsWith(`${marker}word`)).toBe(true);
    expect(parts.at(-1)).toMatch(/d[*_~|`]+ indeed$/);
    const twice = splitMessage(`||${marker === '||' ? '' : marker}${words(40)}${marker === '||' ? '' : marker}||`, {
      limit: LIMIT,
    });
    for (const part of twice) expect(part).toMatch(/^\|\|[^|]*\|\|$/);
  });

  it.each([`||${words(600, 'secret')}||`, `Psst: ||\n${words(300, 'secret')}\n\n${words(300, 'secret')}\n||\n`])(
    'covers every part of a spoiler that ends far from where it begins',
    (spoiler) => {
      const parts = splitMessage(`${words(50)} ||this|| ${spoiler} ${words(50)}`, { limit: LIMIT });
      expect(parts.length).toBeGreaterThan(30);
      for (const part of parts) expect(part.replaceAll(/\|\|[^|]*\|\|/g, '')).not.toMatch(/secret|\|/);
    },
  );

  it("doesn't take a lone || far before a spoiler for its start", () => {
    const parts = splitMessage(`Say a || b. ${words(100)} ||${words(60, 'secret')}|| end`, { limit: LIMIT });
    expect(parts[0]).toMatch(/^Say a \|\| b\. [^|]*$/);
    for (const part of parts.slice(1)) expect(part.replaceAll(/\|\|[^|]*\|\|/g, '')).not.toMatch(/secret|\|/);
  });

  it('keeps the indentation of a nested list, below the markers of its parent items', () => {
    const list = `- outer ${words(10)}\n  1. middle ${words(8)}\n     - inner ${words(8)}\n     - inner ${words(8)}`;
    const parts = splitMessage(list, { limit: 1000 });
    expect(parts).toEqual([list]);
    const long = `${list.replaceAll('word', 'wordword')}\n${`     - inner ${words(25)}\n`.repeat(30)}\n  2. middle`;
    const [first, second, ...rest] = splitMessage(`${long}\n- outer`, { limit: 400 });
    expect(first).toMatch(/^- outer [^]*\n {5}- inner [^]*\.?$/);
    expect(second).toMatch(/^- …\n {2}1\. …\n {5}- inner word/);
    for (const part of rest) expect(part).toMatch(/^- …\n {2}1\. …\n {5}- (?:inner|…) word/);
    expect(rest.at(-1)).toMatch(/\n\n {2}2\. middle\n- outer$/);
  });

  it('continues a cut nested item and its paragraphs', () => {
    const parts = splitMessage(`- a\n  - b ${words(100)}`, { limit: 200 });
    expect(parts.length).toBeGreaterThan(2);
    for (const part of parts.slice(1)) expect(part).toMatch(/^- …\n {2}- … word/);
    const paragraphs = splitMessage(`- ${words(30)}\n\n  ${words(30)}\n\n${words(20)}\n\n${words(20)}`, { limit: 200 });
    expect(paragraphs[1]).toMatch(/^- …\n {2}word/);
    expect(paragraphs[2]).toMatch(/^word/);
    expect(splitMessage(`- a\n\nThen: ${words(60)}`, { limit: 200 })[1]).toMatch(/^word/);
    expect(splitMessage(`\t- a\n\t\t- b ${words(25)}\n\t\t- b ${words(25)}`, { limit: 200 })[1]).toMatch(
      /^- …\n {4}- b word/,
    );
  });

  it.each(['', '> '])('repeats the head of a table after %j', (quote) => {
    const rows = Array.from({ length: 40 }, (_, index) => `${quote}row${index} | ${index}`);
    const head = `${quote}Name | No\n${quote}-----|---`;
    const source = `Look:\n\n${quote}\`\`\`\n${head}\n${rows.join('\n')}\n${quote}\`\`\`\n\nDone.`;
    const parts = splitMessage(source, { limit: 200 });
    expect(parts.length).toBeGreaterThan(2);
    for (const part of parts) expect(part).toContain(`${quote}\`\`\`\n${head}\n${quote}row`);
    expect(parts.join('\n').match(/row\d+/g)).toHaveLength(40);
    const before = `${words(34)}\n`;
    for (const cut of [0, 5, 10, 15, 20, 25]) {
      const [first = '', second = ''] = splitMessage(before.slice(cut) + source.slice(7), { limit: 200 });
      expect(first).not.toMatch(/(?:No|---)\n(?:> )?```$/);
      expect(second).toContain(`${head}\n${quote}row`);
    }
  });

  it("doesn't repeat the head of other blocks, or after the table", () => {
    const table = '```\nName | No\n-----|---\na | 1\n```';
    const code = Array.from({ length: 40 }, (_, index) => `line ${index};`).join('\n');
    for (const other of [`\`\`\`js\n${code}\n\`\`\``, `\`\`\`\n${code}\n\`\`\``, words(80)]) {
      for (const part of splitMessage(`${table}\n${other}`, { limit: 200 }).slice(1)) expect(part).not.toContain('|');
    }
  });

  it('treats a marker without a partner as text', () => {
    for (const text of ['2 * 3 and snake_case ', 'a ** b ', '\\*not so ', 'a | b ']) {
      const parts = splitMessage(text.repeat(20), { limit: LIMIT });
      expect(parts.join(' ')).toBe(text.repeat(20).trim());
    }
  });

  it('keeps a heading with the text below it', () => {
    expect(splitMessage(`${words(15)}\n\n## Title\n\n${words(15)}`, { limit: LIMIT })).toEqual([
      words(15),
      `## Title\n\n${words(15)}`,
    ]);
  });

  it("doesn't end a part with an empty code block", () => {
    const parts = splitMessage(`${words(22)}\n\`\`\`py\n${words(10)}\n\`\`\``, { limit: LIMIT });
    expect(parts).toEqual([words(22), `\`\`\`py\n${words(10)}\n\`\`\``]);
  });

  it('closes a code block that the text leaves open', () => {
    expect(splitMessage('```ts\nconst a = 1')).toEqual(['```ts\nconst a = 1\n```']);
    expect(splitMessage('Here:\n```ts')).toEqual(['Here:\n```ts']);
  });

  it.each([
    ['a mention', '<@!123456789012345678>'],
    ['a role', '<@&123456789012345678>'],
    ['a custom emoji', '<a:party_parrot:123456789012345678>'],
    ['a timestamp', '<t:1700000000:R>'],
    ['a command', '</remind me later:123456789012345678>'],
    ['an address', 'https://example.org/a/b?c=d&e=f#g'],
    ['a link', '[a text here](https://example.org/a)'],
    ['a link with its host', '[a text here](https://example.org/a) (example.org)'],
    ['a link in emphasis with its host', '**[a text](https://example.org/a)** (example.org)'],
    ['a link with a title and brackets', '[a [text] here](<https://example.org/a> "the title") (example.org)'],
    ['a spoiler', '||the butler did it, as ever||'],
    ['a family', '👨‍👩‍👧‍👦'],
    ['a flag', '🇦🇹🇩🇪'.slice(0, 4)],
    ['a skin tone', '👍🏽'],
    ['a letter with marks', 'e\u0301\u0323'],
  ])('never cuts %s', (_name, piece) => {
    for (let before = LIMIT - piece.length - 3; before <= LIMIT + 1; before += 1) {
      for (const filler of [`${'x'.repeat(before - 1)}(`, `${'x'.repeat(before - 1)} `]) {
        const parts = splitMessage(`${filler}${piece} ${'y'.repeat(150)}`, { limit: LIMIT });
        expect(parts.some((part) => part.includes(piece))).toBe(true);
      }
    }
  });

  it('cuts an address only when it alone is longer than a part', () => {
    const address = `https://example.org/${'a'.repeat(200)}`;
    const parts = splitMessage(`See ${address}`, { limit: LIMIT });
    expect(parts).toEqual(['See', address.slice(0, LIMIT), address.slice(LIMIT)]);
  });

  it('rejects a limit that leaves no room for text', () => {
    expect(() => splitMessage('text', { limit: 20 })).toThrow(RangeError);
  });

  it.each([
    'a',
    ' ',
    '\n',
    '`',
    '|',
    '<',
    '[',
    'h',
    '```\n',
    '👨‍👩‍👧‍👦',
    '🇦🇹',
    'a\u0301',
    'https://',
    '||a',
    '||a ',
    '|| ',
    '` ||',
    '``||`\n\n',
  ])('takes time linear in the length of %j', (unit) => {
    const startMs = performance.now();
    const parts = splitMessage(unit.repeat(hugeText.characters / unit.length));
    expect(Math.max(0, ...parts.map((part) => part.length))).toBeLessThanOrEqual(2000);
    expect(performance.now() - startMs).toBeLessThan(hugeText.withinMs);
  });

  it.each(['a_(b)', 'a*(b)', 'a__(b)__c', 'a~~(b)'])(
    "doesn't take a character in a link's address for a marker: %s",
    (path) => {
      const first = `[two\nlines](HTTPS://one.example/${path}#c) (one.example)`;
      const second = `[paypal.com](https://paypal.com@two.example/${path}) (two.example)`;
      expect(splitMessage(`${first} ${second}`, { limit: first.length + second.length })).toEqual([first, second]);
    },
  );

  it.each(['```', '````md', '~~~ts'])(
    'keeps the first line of a block while blank lines grow below it: %s',
    (fence) => {
      const blanks = `${fence}\n${' '.repeat(300)}`;
      const [first] = splitMessage(`${blanks}words `.padEnd(900, 'and more '), { limit: 120 });
      expect(splitMessage(blanks, { limit: 120 })).toEqual([first]);
    },
  );
});
