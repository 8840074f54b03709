import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { longTests, tellCases } from '../../testing/long.ts';
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

  it('align what takes two columns, and joined emoji', () => {
    const shown = toDiscordMarkdown(lines('a | b', '-|-', '世界 | 1', '👨‍👩‍👧‍👦 | 2', 'e\u0301 | 3', '한 | 4'));
    const bars = shown
      .split('\n')
      .slice(3, -1)
      .map((line) => columnsOf(line.slice(0, line.indexOf('|'))));
    expect(bars).toEqual([5, 5, 5, 5]);
    expect(columnsOf('🇦🇹1️⃣👍🏽')).toBe(6);
  });

  it('take rows that are shorter or longer than the head', () => {
    expect(toDiscordMarkdown(lines('|a|b|', '|-|-|', '|1|', '|1|2|3|'))).toBe(
      lines('```', 'a | b', '--|--', '1 |', '1 | 2', '```'),
    );
  });

  it('become lists when they are wide, hold links or are written from the right', () => {
    const long = 'a long explanation of the matter at hand that nobody can put in a column';
    expect(toDiscordMarkdown(lines('| Name | What |', '|--|--|', `| x | ${long} |`, '| y |  |'))).toBe(
      lines('- Name: **x**', `  - What: ${long}`, '- Name: **y**'),
    );
    expect(toDiscordMarkdown(lines('|Site|Who|', '|-|-|', '|https://example.org|<@1>|'))).toBe(
      lines('- Site: https://example.org', '  - Who: <@1>'),
    );
    expect(toDiscordMarkdown(lines('|שם|', '|-|', '|עולם|'))).toBe('- שם: **עולם**');
  });

  it('that become lists name the columns that no row fills', () => {
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

  it('are shown from their rule on while they are being written', () => {
    expect(toDiscordMarkdown('|a|b|\n|-')).toBe('|a|b|\n|-');
    expect(toDiscordMarkdown('|a|b|\n|-|-|')).toBe('```\na | b\n--|--\n```');
  });

  it('are left alone in code, and so is what only looks like one', () => {
    const code = lines('```md', '| a | b |', '|---|---|', '```');
    expect(toDiscordMarkdown(code)).toBe(code);
    for (const text of ['a || b\n---', 'either | or', 'Title\n-----\na | b', '||hidden||\n|-|']) {
      expect(toDiscordMarkdown(text)).toBe(text);
    }
  });
});

describe('code blocks', () => {
  it('of tildes and longer fences become what Discord knows', () => {
    expect(toDiscordMarkdown(lines('~~~py title', 'x', '~~~'))).toBe(lines('```py', 'x', '```'));
    expect(toDiscordMarkdown(lines('> ~~~', '> x', '> ~~~'))).toBe(lines('> ```', '> x', '> ```'));
    expect(toDiscordMarkdown(lines('````md', '```js', 'x', '```', '````', 'y'))).toBe(
      lines('```md', '`\u200b``js', 'x', '`\u200b``', '```', 'y'),
    );
  });

  it('end with the quote they stand in', () => {
    expect(toDiscordMarkdown(lines('> ```', '> x', '|a|', '|-|'))).toBe(lines('> ```', '> x', '```', 'a', '-', '```'));
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

  it('keeps every word, and is not changed twice', () => {
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

  it('without tables and foreign fences stays as it is', () => {
    const plain = hostile.map((text) => text.replaceAll(/[|~`]/g, ''));
    fc.assert(
      fc.property(plain, (text) => {
        expect(shownOf(text)).toBe(text);
      }),
      sampled,
    );
    tellCases('markdown', ran);
    console.log(`the renderer took ${ran} generated texts and changed ${changed} of them`);
  });

  it.each(['|', '|-|\n', '|a|\n|-|\n', '`', '~', '> ', '- ', '*', '|a|b|\n', '```\n', '|-', '``` '])(
    'of a megabyte of %j is shown in linear time',
    (unit) => {
      const startMs = performance.now();
      toDiscordMarkdown(unit.repeat(1_000_000 / unit.length));
      expect(performance.now() - startMs).toBeLessThan(10_000);
    },
  );
});
