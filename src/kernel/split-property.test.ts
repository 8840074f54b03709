import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseForm } from '../../emulator/forms.ts';
import { messageForm } from '../../emulator/messages/schema.ts';
import { longTests, tellCases } from '../testing/long.ts';
import { isCode, linesIn } from './markdown/blocks.ts';
import { toDiscordMarkdown } from './markdown/discord.ts';
import { findSpoilers } from './markdown/spoilers.ts';
import { splitMessage, splitParts } from './split.ts';
import {
  atom,
  hostile,
  huge,
  maskedLink,
  nestedBlock,
  nestedList,
  picture,
  table,
  wellFormed,
} from './testing/generated-text.ts';

/** Number of texts; a sample from a fixed seed except in the long run. */
const TEXTS = longTests() ? 20_000 : 250;
const sampled = (share: number) => ({
  numRuns: Math.ceil(TEXTS * share),
  ...(longTests() ? {} : { seed: 20261121 }),
});
const TIMEOUT_MS = longTests() ? 1_800_000 : 60_000;
const limits = fc.constantFrom(2000, 2000, 400, 120);

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Reported about the tested texts: how many contain what, recognised roughly. */
const kinds: readonly (readonly [name: string, holds: (text: string) => boolean])[] = [
  ['code blocks', (text) => /^(?:```|~~~)/m.test(text)],
  ['code blocks in code blocks', (text) => /^(`{4,}|~~~)[^\n]*\n(?:(?!\1)[^])*?^(?:```|~~~)/m.test(text)],
  ['tables', (text) => /^\|.*\|\n\|(?: :-- \|)+/m.test(text)],
  ['joined emoji', (text) => text.includes('\u200d')],
  ['right-to-left', (text) => /[\u0590-\u08ff]/.test(text)],
  ['spoilers', (text) => /\|\|[^|]+\|\|/.test(text)],
  ['mentions', (text) => /<(?:@[!&]?|#)\d+>/.test(text)],
  ['blocks that hold blocks', (text) => /^\W*(?:```|~~~)(?:md|text|markdown)\n[^]*```bash/i.test(text)],
  ['nested lists', (text) => /^ {4}- item/m.test(text)],
  ['masked links', (text) => /\]\(<?https:/i.test(text)],
  ['addresses', (text) => text.includes('https://')],
  ['50,000 characters', (text) => text.length >= 50_000],
];
const held = new Map<string, number>();
let ran = 0;

function count(text: string): void {
  ran += 1;
  for (const [name, holds] of kinds) if (holds(text)) held.set(name, (held.get(name) ?? 0) + 1);
}

const contentOf = (text: string, part: ReturnType<typeof splitParts>[number]) =>
  part.prefix + text.slice(part.shownStart, part.shownEnd) + part.suffix;

function checkValid(text: string, limit: number): void {
  count(text);
  const parts = splitParts(text, { limit });
  expect(parts.length > 0).toBe(text.trim() !== '');
  for (const part of parts) {
    const content = contentOf(text, part);
    if (content.length > limit) throw new Error(`a part of ${content.length} units`);
    if (content.trim() === '') throw new Error('a blank part');
    if (text.isWellFormed() && !content.isWellFormed()) throw new Error('half a surrogate pair');
    parseForm(messageForm, { content });
  }
}

/** What suffixes and prefixes consist of, as `SplitPart` promises. */
const EMPHASIS = '(?:\\*{1,3}|_{1,3}|~~|\\|\\||`{1,3})*';
const ITEM = ' *(?:[-*+]|\\d{1,9}[.)]) …';
const LIST = `(?:(?:${ITEM}\\n)+ *|(?:${ITEM}\\n)*${ITEM} )?`;
const HEAD = '(?:[^\\n]*\\n(?:> )*[-|]+\\n)?';
const PREFIX = new RegExp(
  `^(?:>>> )?${LIST}${EMPHASIS}(?:(?:> ){0,3}(?:\`{3,12}|~{3,12})[\\w+#.-]{0,20}\\n${HEAD})?(?:(?:> ){1,3}|-# )?${EMPHASIS}$`,
);
const SUFFIX = new RegExp(`^(?:\\n(?:> ){0,3}(?:\`{3,12}|~{3,12}))?${EMPHASIS}$`);
const LEFT_OUT_BEFORE = /^\s*$/;
const LEFT_OUT_AFTER = /^\s*(?:[>\s]*(?:`{3,}|~{3,})\s*)?$/;

function checkExact(text: string, limit: number): void {
  count(text);
  const parts = splitParts(text, { limit });
  expect(parts.map((part) => text.slice(part.start, part.end)).join('')).toBe(parts.length > 0 ? text : '');
  for (const part of parts) {
    expect(text.slice(part.start, part.shownStart)).toMatch(LEFT_OUT_BEFORE);
    const after = text.slice(part.shownEnd, part.end);
    expect(after).toMatch(LEFT_OUT_AFTER);
    if (after.trim() !== '') expect(part.suffix).toMatch(/[`~]{3}/);
    expect(part.prefix).toMatch(PREFIX);
    expect(part.suffix).toMatch(SUFFIX);
  }
}

function checkGraphemes(text: string, limit: number): void {
  count(text);
  const segments = segmenter.segment(text);
  for (const part of splitParts(text, { limit }).slice(0, -1)) {
    const covering = segments.containing(part.end);
    if (covering && covering.index < part.end) expect(covering.segment.length).toBeGreaterThanOrEqual(64);
  }
}

function checkCovered(text: string, limit: number): void {
  count(text);
  const spoilers = findSpoilers(text, 2 * limit).runs;
  const hides = (from: number, to: number) => spoilers.some((run) => run.open <= from && to <= run.close);
  for (const { start, shownStart, shownEnd, end, prefix, suffix } of splitParts(text, { limit })) {
    if (hides(start, shownStart + 1)) expect(prefix).toContain('||');
    if (end < text.trimEnd().length && hides(shownEnd - 1, end)) expect(suffix).toContain('||');
  }
}

describe('any text', { timeout: TIMEOUT_MS }, () => {
  it('gives parts that Discord accepts', () => {
    fc.assert(fc.property(hostile, limits, checkValid), sampled(0.25));
    fc.assert(fc.property(wellFormed, limits, checkValid), sampled(0.1));
  });

  it('is the same text without the added markers', () => {
    fc.assert(fc.property(hostile, limits, checkExact), sampled(0.2));
    fc.assert(fc.property(wellFormed, limits, checkExact), sampled(0.05));
  });

  it('is cut between visible characters', () => {
    fc.assert(fc.property(hostile, limits, checkGraphemes), sampled(0.1));
  });

  it('never shows spoiler text at a cut', () => {
    fc.assert(fc.property(hostile, limits, checkCovered), sampled(0.2));
  });

  it('of 50,000 characters has the same guarantees', () => {
    const checks = [checkValid, checkExact, checkGraphemes, checkCovered];
    fc.assert(
      fc.property(huge, limits, fc.constantFrom(...checks), (text, limit, check) => check(text, limit)),
      sampled(0.01),
    );
  });

  const checkKept = (text: string, until: number, limit: number) => {
    count(text);
    const shown = (source: string) =>
      splitParts(source, { limit })
        .filter((part) => part.shownStart + 2 * limit < until)
        .map((part) => contentOf(source, part));
    expect(shown(text)).toEqual(shown(text.slice(0, until)));
  };

  it('keeps a part once twice the limit follows its start, unless a spoiler ends later', () => {
    const unspoiled = fc.oneof(hostile, wellFormed).map((text) => text.replaceAll(/\|{2,}/g, '|'));
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(unspoiled, share, limits, (text, share, limit) =>
        checkKept(text, Math.floor(text.length * share), limit),
      ),
      sampled(0.1),
    );
    fc.assert(
      fc.property(wellFormed, wellFormed, limits, (text, more, limit) =>
        checkKept(`${text}\n\n${more}`, text.length, limit),
      ),
      sampled(0.05),
    );
  });

  it('without emphasis, links and code keeps all parts but the last', () => {
    const word = fc.oneof(
      fc.stringMatching(/^[a-gi-z]{1,12}$/),
      picture,
      fc.constantFrom('\n', '\n\n', '. ', '\n# T\n'),
    );
    const plain = fc.array(word, { maxLength: 300, size: 'max' }).map((words) => words.join(' '));
    fc.assert(
      fc.property(plain, plain, limits, (text, more, limit) => {
        count(text + more);
        const before = splitMessage(text, { limit }).slice(0, -1);
        expect(splitMessage(text + more, { limit }).slice(0, before.length)).toEqual(before);
      }),
      sampled(0.05),
    );
  });
});

describe('text as models write it', { timeout: TIMEOUT_MS }, () => {
  it('keeps mentions, links, pictures and short runs in one part', () => {
    const words = fc.array(fc.oneof(atom, atom, picture, fc.stringMatching(/^[a-z]{1,60}$/)), {
      maxLength: 200,
      size: 'max',
    });
    fc.assert(
      fc.property(words, limits, fc.constantFrom(' ', '\n', ' x'), (atoms, limit, separator) => {
        const text = atoms.join(separator);
        count(text);
        const parts = splitMessage(text, { limit });
        for (const one of atoms) {
          if (one.length > (/^(?:<|http|\[)/.test(one) ? limit : limit / 4)) continue;
          if (!parts.some((part) => part.includes(one))) throw new Error(`${one} is cut`);
        }
      }),
      sampled(0.08),
    );
  });

  it('closes every code block and covers every spoiler in each part', () => {
    const secret = fc
      .array(fc.constantFrom('secret', 'secret.', 'secret\n', '<@1>', '**secret**'), {
        minLength: 1,
        maxLength: 1500,
        size: 'max',
      })
      .map((words) => `||${words.join(' ').trim()}||`)
      .map((text) => text.replace(/\*{1,2}\|\|$/, '||'));
    const texts = fc.array(fc.oneof(secret, wellFormed), { maxLength: 4 }).map((texts) => texts.join('\n\n'));
    fc.assert(
      fc.property(texts, fc.constantFrom(2000, 1000), (text, limit) => {
        count(text);
        for (const part of splitMessage(text, { limit })) {
          const lines = linesIn(part, 0, null, false);
          expect(lines.at(-1)?.after).toBe(null);
          const prose = lines.filter((line) => !isCode(line)).map(({ start, end }) => part.slice(start, end));
          const open = prose.join('\n').replaceAll(/\|\|[^]*?\|\|/g, '');
          expect(open).not.toContain('secret');
        }
      }),
      sampled(0.06),
    );
  });

  it("is still valid when rendered in Discord's dialect", () => {
    fc.assert(
      fc.property(fc.oneof(wellFormed, table, hostile), (text) => {
        const shown = toDiscordMarkdown(text);
        checkExact(shown, 2000);
        for (const content of splitMessage(shown)) parseForm(messageForm, { content });
      }),
      sampled(0.05),
    );
  });

  it('shows nested blocks as the text of one block in each part', () => {
    fc.assert(
      fc.property(nestedBlock, limits, ({ text, isClosed }, limit) => {
        const shown = toDiscordMarkdown(`before\n\n${text}${isClosed ? '\n\nafter' : ''}`);
        count(text);
        const parts = splitMessage(shown, { limit });
        // Code as Discord finds it: from three ticks to the next three, wherever they are.
        const prose = parts.map((part) => part.replaceAll(/```[^]*?```/g, '')).join('\n');
        expect(prose.match(/before|inner|after|`/g)).toEqual(isClosed ? ['before', 'after'] : ['before']);
        expect(parts.join('\n').match(/inner/g)).toEqual(text.match(/inner/g));
      }),
      sampled(0.05),
    );
  });

  it('keeps the indentation of list items', () => {
    fc.assert(
      fc.property(nestedList, fc.constantFrom(2000, 1000), (text, limit) => {
        count(text);
        for (const part of splitMessage(text, { limit })) {
          for (const [, space = '', depth] of part.matchAll(/^( *)(?:[-*]|1\.) item (\d)-/gm)) {
            expect(space.length).toBe(4 * Number(depth));
          }
          expect(part).not.toMatch(/^ /);
        }
      }),
      sampled(0.05),
    );
  });

  it("repeats a table's head in each part of the table", () => {
    const rows = fc.array(fc.tuple(fc.stringMatching(/^[a-z]{1,20}$/), fc.nat()), { maxLength: 200, size: 'max' });
    fc.assert(
      fc.property(rows, fc.constantFrom('', '> '), limits, (rows, quote, limit) => {
        const source = ['| Name | No |', '|--|--:|', ...rows.map(([name, no], at) => `| ${at}x${name} | ${no} |`)];
        const shown = toDiscordMarkdown(source.map((line) => quote + line).join('\n'));
        count(shown);
        const parts = splitMessage(shown, { limit: Math.max(limit, 400) });
        for (const part of parts) expect(part).toMatch(/^(?:> )?```\n(?:> )?Name +\| +No\n(?:> )?-+\|-+\n/);
        const ids = parts.flatMap((part) => part.match(/\d+(?=x)/g) ?? []);
        expect(ids).toEqual(rows.map((_row, at) => String(at)));
      }),
      sampled(0.05),
    );
  });

  it('shows the host of every masked link in the same part, also while the text grows', () => {
    const texts = fc
      .array(fc.oneof(maskedLink, fc.stringMatching(/^[a-z]{1,60}$/), picture), { maxLength: 60, size: 'max' })
      .map((pieces) => pieces.join(' '));
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(texts, share, limits, (text, share, limit) => {
        const written = text.slice(0, Math.ceil(text.length * share));
        const shown = toDiscordMarkdown(written);
        count(written);
        expect(toDiscordMarkdown(shown)).toBe(shown);
        const link = /\]\(<?https:[^\s<>]*?evil\.example[^\s<>]*?>?(?: ["'][^"']*["'])?\)(?=$|\s)/gi;
        const linkCount = written.match(link)?.length ?? 0;
        expect(shown.match(/\) \(evil\.example\)/g) ?? []).toHaveLength(linkCount);
        const parts = splitMessage(shown, { limit });
        expect(parts.flatMap((part) => part.match(/\) \(evil\.example\)/g) ?? [])).toHaveLength(linkCount);
        expect(parts.flatMap((part) => part.match(link) ?? [])).toHaveLength(linkCount);
      }),
      sampled(0.08),
    );
  });

  it('was tested on the stated number of texts of every kind', () => {
    const figures = kinds.map(([name]) => `${name} in ${held.get(name) ?? 0}`).join(', ');
    console.log(`the splitter took ${ran} generated texts, with ${figures}`);
    expect(ran).toBeGreaterThanOrEqual(TEXTS);
    tellCases('splitter', ran);
    expect(kinds.filter(([name]) => (held.get(name) ?? 0) === 0).map(([name]) => name)).toEqual([]);
  });
});
