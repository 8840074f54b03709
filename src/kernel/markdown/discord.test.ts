import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hugeText, longTests, tellCases } from '../../testing/long.ts';
import { block, hostile, table, wellFormed } from '../testing/generated-text.ts';
import { toDiscordMarkdown } from './discord.ts';
import { columnsOf } from './graphemes.ts';

const lines = (...all: string[]) => all.join('\n');
const sampled = longTests() ? { numRuns: 5000 } : { numRuns: 150, seed: 20261121 };
const TIMEOUT_MS = longTests() ? 600_000 : 20_000;

describe('tables', () => {
  it('become code blocks with columns as the rule aligns them', () => {
    const source = lines(
      'Prices:',
      '| Name | Cost | Note |',
      '|:-----|-----:|:----:|',
      '| **Tea** | 2 | a |',
      '| `Cake` | 10 | b\\|c |',
      'That is all.',
    );
    expect(toDiscordMarkdown(source)).toBe(
      lines(
        'Prices:',
        '```',
        'Name | Cost | Note',
        '-----|------|-----',
        'Tea  |    2 |  a',
        'Cake |   10 | b|c',
        '```',
        'That is all.',
      ),
    );
  });

  it('align wide characters and joined emoji', () => {
    const shown = toDiscordMarkdown(lines('a | b', '-|-', '世界 | 1', '👨‍👩‍👧‍👦 | 2', 'e\u0301 | 3', '한 | 4'));
    const bars = shown
      .split('\n')
      .slice(3, -1)
      .map((line) => columnsOf(line.slice(0, line.indexOf('|'))));
    expect(bars).toEqual([5, 5, 5, 5]);
    expect(columnsOf('🇦🇹1️⃣👍🏽')).toBe(6);
  });

  it('accept rows shorter or longer than the head', () => {
    expect(toDiscordMarkdown(lines('|a|b|', '|-|-|', '|1|', '|1|2|3|'))).toBe(
      lines('```', 'a | b', '--|--', '1 |', '1 | 2', '```'),
    );
  });

  it('become lists when they are wide, hold links or are written right to left', () => {
    const long = 'a long explanation of the matter at hand that nobody can put in a column';
    expect(toDiscordMarkdown(lines('| Name | What |', '|--|--|', `| x | ${long} |`, '| y |  |'))).toBe(
      lines('- Name: **x**', `  - What: ${long}`, '- Name: **y**'),
    );
    expect(toDiscordMarkdown(lines('|Site|Who|', '|-|-|', '|https://example.org|<@1>|'))).toBe(
      lines('- Site: https://example.org', '  - Who: <@1>'),
    );
    expect(toDiscordMarkdown(lines('|שם|', '|-|', '|עולם|'))).toBe('- שם: **עולם**');
  });

  it('that become lists name columns without any cell', () => {
    expect(toDiscordMarkdown(lines('|Who|Vote|Note|', '|-|-|-|', '|<@1>|||', '|<@2>|yes||'))).toBe(
      lines('- Who: <@1>', '  - Note:', '- Who: <@2>', '  - Vote: yes', '  - Note:'),
    );
    expect(toDiscordMarkdown(lines('|שם|א|', '|-|-|', '|||'))).toBe('שם, א');
  });

  it('stay in their quote', () => {
    expect(toDiscordMarkdown(lines('> |a|b|', '> |-|-|', '> |1|2|', 'after'))).toBe(
      lines('> ```', '> a | b', '> --|--', '> 1 | 2', '> ```', 'after'),
    );
  });

  it('are rendered from their rule on while being streamed', () => {
    expect(toDiscordMarkdown('|a|b|\n|-')).toBe('|a|b|\n|-');
    expect(toDiscordMarkdown('|a|b|\n|-|-|')).toBe('```\na | b\n--|--\n```');
  });

  it('stay as they are in code, like text that only resembles one', () => {
    const code = lines('```md', '| a | b |', '|---|---|', '```');
    expect(toDiscordMarkdown(code)).toBe(code);
    for (const text of ['a || b\n---', 'either | or', 'Title\n-----\na | b', '||hidden||\n|-|']) {
      expect(toDiscordMarkdown(text)).toBe(text);
    }
  });
});

describe('code blocks', () => {
  it('of tildes and longer fences become fences of three ticks', () => {
    expect(toDiscordMarkdown(lines('~~~py title', 'x', '~~~'))).toBe(lines('```py', 'x', '```'));
    expect(toDiscordMarkdown(lines('> ~~~', '> x', '> ~~~'))).toBe(lines('> ```', '> x', '> ```'));
    expect(toDiscordMarkdown(lines('````md', '```js', 'x', '```', '````', 'y'))).toBe(
      lines('```md', '`\u200b``js', 'x', '`\u200b``', '```', 'y'),
    );
  });

  const bash = (...code: string[]) => ['```bash', ...code, '```'];
  const broken = (text: string) => text.replaceAll('```', '`\u200b``');

  it.each([
    ['closed', ['```markdown', '# Title', ...bash('npm i'), 'More.', ...bash('npm t'), '```', 'After.']],
    ['without a name', ['```', '# Title', ...bash('npm i'), 'More.', '```', 'After.']],
    ['unclosed', ['```md', '# Title', ...bash('npm i'), 'More.']],
    ['unclosed twice', ['```md', '# Title', '```bash', 'npm i']],
    ['two deep', ['```md', 'a', '```md', ...bash('npm i'), 'b', '```', 'c', '```', 'After.']],
    ['with a list in it', ['```md', '- ```bash', '  npm i', '  ```', '- b', '```', 'After.']],
    ['with a quote in it', ['```md', '> ```bash', '> npm i', '> ```', 'b', '```', 'After.']],
    ['with a quote in it that ends early', ['```md', '> ```bash', '> npm i', 'b', '```', 'After.']],
    ['with more ticks in it', ['```md', '````bash', '```', '````', 'b', '```', 'After.']],
    ['with a name in braces', ['```rmd', '```{r, echo=FALSE}', 'x', '```', '```', 'After.']],
  ])('show the blocks in them as text: %s', (_name, source) => {
    const end = source.lastIndexOf('```');
    const isClosed = source.at(-1) === 'After.';
    const inside = source.slice(1, isClosed ? end : undefined);
    const ticks = (line: string) => broken(line).replaceAll('`\u200b```', '`\u200b`\u200b``');
    const shown = [source[0] ?? '', ...inside.map((line) => ticks(line)), ...(isClosed ? source.slice(end) : [])];
    expect(toDiscordMarkdown(lines(...source))).toBe(lines(...shown));
  });

  it('contain blocks in lists and quotes, of tildes and of more ticks', () => {
    for (const [first, rest] of [
      ['- ', '  '],
      ['1. a\n   ', '   '],
      ['> ', '> '],
    ] as const) {
      const source = ['```markdown', ...bash('npm i'), 'More.', '```'].map((line, at) => (at ? rest : first) + line);
      const shown = source.map((line, at) => (at === 0 || at === source.length - 1 ? line : broken(line)));
      expect(toDiscordMarkdown(lines(...source, '', 'After.'))).toBe(lines(...shown, '', 'After.'));
    }
    for (const ticks of ['~~~', '````', '`````']) {
      expect(toDiscordMarkdown(lines(`${ticks}md`, ...bash('x'), ticks, 'After.'))).toBe(
        lines('```md', ...bash('x').map((line) => broken(line)), '```', 'After.'),
      );
    }
    expect(toDiscordMarkdown(lines('~~~', '````js', 'x', '````', '~~~'))).toBe(
      lines('```', '`\u200b`\u200b``js', 'x', '`\u200b`\u200b``', '```'),
    );
  });

  it('that are empty do not swallow the text after them', () => {
    const link = '[a](https://evil.example)';
    expect(toDiscordMarkdown(lines('```', '```', link, '```md', link, '```'))).toBe(
      lines('```', '\u200b', '```', `${link} (evil.example)`, '```md', link, '```'),
    );
    expect(toDiscordMarkdown(lines('> ```js', '> ', '> ```'))).toBe(lines('> ```js', '> ', '> \u200b', '> ```'));
  });

  it('that follow each other stay separate', () => {
    for (const source of [
      ['```markdown', '# Title', '```', 'Then:', ...bash('npm i'), 'Done.'],
      ['```md', 'a', '```', ...bash('npm i'), '```md', 'b', '```'],
      ['```', 'a', '```', '```', 'b', '```'],
      ['```python', 'a', '```', ...bash('npm i')],
    ]) {
      expect(toDiscordMarkdown(lines(...source))).toBe(lines(...source));
    }
  });

  it('end with their quote', () => {
    expect(toDiscordMarkdown(lines('> ```', '> x', '|a|', '|-|'))).toBe(lines('> ```', '> x', '```', 'a', '-', '```'));
  });
});

describe('masked links', () => {
  it.each([
    ['[text](https://evil.example/x)', 'evil.example'],
    ['[https://paypal.com](https://evil.example)', 'evil.example'],
    ['[paypal.com](https://paypal.com@evil.example/)', 'evil.example'],
    ['[https://paypal.com@evil.example/](https://paypal.com@evil.example/)', 'evil.example'],
    ['[apple](https://\u0430pple.com)', 'xn--pple-43d.com'],
    ['[https://\u0430pple.com](https://\u0430pple.com)', 'xn--pple-43d.com'],
    ['[googIe.com](https://googie.com)', 'googie.com'],
    ['[a](https://evil.example:8443/b)', 'evil.example:8443'],
    ['[a](https://evil.example "paypal.com")', 'evil.example'],
    ["[a](https://evil.example 'paypal.com (safe)')", 'evil.example'],
    ['[a](<https://evil.example/b c>)', undefined],
    ['[a](<https://evil.example/b>)', 'evil.example'],
    ['[a]( https://evil.example )', 'evil.example'],
    ['[a](HTTPS://EVIL.EXAMPLE)', 'evil.example'],
    ['[a](https:evil.example)', 'evil.example'],
    ['[a](https\\://evil.example)', 'evil.example'],
    ['[a](https://%65vil.example)', 'evil.example'],
    ['[a](https://2130706433/)', '127.0.0.1'],
    ['[a](http://[::1]:80/)', '[::1]'],
    ['[a](https://evil.example/b_(c))', 'evil.example'],
    ['[a](https://good.example\\@evil.example)', 'good.example, evil.example'],
    ['[a](https://__b__*.evil.example)', '%5F%5Fb%5F%5F%2A.evil.example'],
    ['[a [b] c](https://evil.example)', 'evil.example'],
    ['[a] b](https://evil.example)', 'evil.example'],
    ['[a \\] b](https://evil.example)', 'evil.example'],
    ['[two\n\nlines](https://evil.example)', 'evil.example'],
    ['[`code`](https://evil.example)', 'evil.example'],
    ['[a `]` b](https://evil.example)', 'evil.example'],
    ['![picture](https://evil.example/a.png)', 'evil.example'],
    ['\\\\[a](https://evil.example)', 'evil.example'],
    ['</a [a](https://evil.example)', 'evil.example'],
    ['https://paypal.com/[a](https://evil.example)', 'evil.example'],
  ])('show where they lead: %s', (link, host) => {
    const noted = host === undefined ? link : `${link} (${host})`;
    for (const [before, after] of [
      ['', ''],
      ['So: ', '.'],
      ['> ', '\nmore'],
      ['- **', '**'],
      ['||', '||'],
    ] as const) {
      expect(toDiscordMarkdown(before + link + after)).toBe(before + noted + after);
      expect(toDiscordMarkdown(before + noted + after)).toBe(before + noted + after);
    }
  });

  it.each([
    '[example.org](https://example.org/a)',
    '[https://example.org/a](https://example.org/a)',
    '[https://example.org](https://example.org/)',
    '[example.org:81](https://example.org:81)',
    '`[a](https://evil.example)`',
    'see [1] and ``[a](https://evil.example) ` ``',
    '```\n[a](https://evil.example)\n```',
    '\\[a](https://evil.example)',
    '[a] (https://evil.example)',
    '[a](evil.example) [b](#c) [c](mailto:a@b.example)',
    '[a](https://evil.exam',
    '[a](https://',
    'https://example.org <https://example.org/>',
    '**[a](https://evil.example)** (evil.example)',
    '[a](https://evil.example)(evil.example)',
  ])('stay as they are when they already show it, like text that is not a link: %j', (text) => {
    expect(toDiscordMarkdown(text)).toBe(text);
  });

  it('show it in text that is code in Markdown but not in Discord', () => {
    const link = '[a](https://evil.example)';
    const noted = `${link} (evil.example)`;
    const source = ['Write ``` so:', '```', link, '```', link];
    expect(toDiscordMarkdown(lines(...source))).toBe(lines('Write ``` so:', '```', noted, '```', noted));
    const code = ['Write `` ``` `` so:', '```', link, '```', 'Or ```x``` so:', '~~~', link, '~~~'];
    expect(toDiscordMarkdown(lines(...code))).toBe(lines(...code).replaceAll('~~~', '```'));
  });

  it('show it once while being streamed too', () => {
    const text = '[a](https://evil.example/b) (evil.example)';
    const link = text.indexOf(' (');
    for (let end = 0; end <= text.length; end += 1) {
      expect(toDiscordMarkdown(text.slice(0, end))).toBe(end < link ? text.slice(0, end) : text);
    }
    expect(toDiscordMarkdown('[a](https://evil.example) (ev\nil')).toBe(
      '[a](https://evil.example) (evil.example) (ev\nil',
    );
  });

  it('in wide tables show it in the list', () => {
    expect(toDiscordMarkdown(lines('|Site|', '|-|', '|[a](https://evil.example)|'))).toBe(
      '- Site: [a](https://evil.example) (evil.example)',
    );
  });
});

describe('any text', { timeout: TIMEOUT_MS }, () => {
  let ran = 0;
  let changed = 0;
  const shownOf = (text: string) => {
    const shown = toDiscordMarkdown(text);
    ran += 1;
    if (shown !== text) changed += 1;
    return shown;
  };

  it('keeps every word, and a second pass changes nothing', () => {
    fc.assert(
      fc.property(fc.oneof(wellFormed, table, block), (text) => {
        const shown = shownOf(text);
        const words = (source: string) =>
          source.match(/[a-z]{3,}|[\u0590-\u08ff]+|[\u3040-\u9fff]+/g)?.toSorted() ?? [];
        const kept = new Set(words(shown));
        expect(words(text).filter((word) => !kept.has(word))).toEqual([]);
        expect(toDiscordMarkdown(shown)).toBe(shown);
      }),
      sampled,
    );
  });

  it('leaves text without tables, links and unknown fences as it is', () => {
    const plain = hostile.map((text) => text.replaceAll(/[|~`]|\]\(/g, ''));
    fc.assert(
      fc.property(plain, (text) => {
        expect(shownOf(text)).toBe(text);
      }),
      sampled,
    );
    tellCases('markdown', ran);
    console.log(`the renderer took ${ran} generated texts and changed ${changed} of them`);
  });

  it.each([
    '|',
    '|-|\n',
    '|a|\n|-|\n',
    '`',
    '~',
    '> ',
    '- ',
    '*',
    '|a|b|\n',
    '```\n',
    '|-',
    '``` ',
    '[',
    '[a](https://b',
    '```md\n',
  ])('of many %j is shown in linear time', (unit) => {
    const startMs = performance.now();
    toDiscordMarkdown(unit.repeat(hugeText.characters / unit.length));
    expect(performance.now() - startMs).toBeLessThan(hugeText.withinMs);
  });
});
