import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { superlinearOn } from './regex-attack.ts';
import { findRegexes } from './regexes.ts';

const ROOT = join(import.meta.dirname, '..');

/** What takes more than linear time and may, because no text of a stranger reaches it or its text is short. */
const EXEMPT: Readonly<Record<string, string>> = {
  'emulator/faults.ts /\\{[^}]*\\}|:[a-z_]+/gi': 'routes that a test names',
  'emulator/http/router.ts /\\{[^}]*\\}/g': 'routes of the emulator',
  'emulator/http/router.ts /\\{([^}]*)\\}/g': 'routes of the emulator',
  [String.raw`src/kernel/markdown/graphemes.ts /\p{RGI_Emoji}|[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{1f300}-\u{1f64f}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]/v`]:
    'one grapheme at a time, by its first characters',
  'src/kernel/money.ts /(\\.\\d\\d\\d*?)0+$/': 'six decimals of a number',
  'src/platform/config/problems.ts /tokens(Per[A-Z]\\w*)?$/i': 'names in the settings file',
  'src/platform/config/files-schema.ts /\\/+$/': 'an address in the settings',
  'src/platform/files/bucket-requests.ts /\\/+$/': 'an address in the settings',
  'src/platform/discord/http.ts /\\/+$/': 'an address in the settings',
  'src/platform/models/vendor.ts /\\/+$/': 'an address in the settings',
  'web/src/playground/client/gateway.ts /\\/+$/': 'the address of the emulator',
};
/** Migrations, which are files of the repository. */
const EXEMPT_FILES = ['src/platform/postgres/sql-statements.ts'];
/** Written out nowhere, with the reason why that is safe. */
const BUILT: Readonly<Record<string, string>> = {
  "new RegExp(pattern.source, 'gu')": 'a literal, which is tried where it is written out',
  "new RegExp(escaped(close), 'i')": 'a tag, without repetition',
  "new RegExp(tags.map(escaped).join('|'), 'i')": 'tags, without repetition',
};

const sources = globSync(['src/**/*.{ts,tsx}', 'emulator/**/*.ts', 'web/src/**/*.{ts,tsx}'], { cwd: ROOT })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => !/\.test\.tsx?$|(?:^|\/)testing\//.test(path) && !EXEMPT_FILES.includes(path));

describe('every regular expression of src, emulator and web', () => {
  const found = sources.flatMap((path) => findRegexes(path, readFileSync(join(ROOT, path), 'utf8')));
  const nameOf = ({ at, source, flags }: (typeof found)[number]) => `${at.replace(/:\d+$/, '')} /${source}/${flags}`;

  it('is found', () => {
    expect(found.length).toBeGreaterThan(200);
    expect(found.filter(({ regex, source }) => regex === null && !(source in BUILT))).toEqual([]);
  });

  it('takes time linear in its text', { timeout: 60_000 }, () => {
    const slow = found.flatMap((one) => {
      if (one.regex === null || nameOf(one) in EXEMPT) return [];
      const text = superlinearOn(one.regex);
      return text ? [`${nameOf(one)} at ${one.at} on ${JSON.stringify(text)}`] : [];
    });
    expect(slow).toEqual([]);
  });

  it('is exempt only while it exists', () => {
    const names = new Set(found.map(nameOf));
    expect(Object.keys(EXEMPT).filter((name) => !names.has(name))).toEqual([]);
  });
});

describe('the search', () => {
  it('finds literals and what is built of constants, also in JSX', () => {
    const text = [
      "const part = '\\\\s*';",
      'const one = text.replace(/a\\/b[/]c/giu, x);',
      'const two = new RegExp(`^${part}\\\\n${user.id}`, "g");',
      'const three = RegExp(/q+/.source + part);',
      'const four = new RegExp(given);',
      'const view = <p>{/z*/.test(a) / 2}</p>;',
    ].join('\n');
    expect(
      findRegexes('a.tsx', text).map(({ at, source, flags, regex }) => [at, source, flags, regex !== null]),
    ).toEqual(
      expect.arrayContaining([
        ['a.tsx:2', 'a\\/b[/]c', 'giu', true],
        ['a.tsx:3', '^\\s*\\nx1', 'g', true],
        ['a.tsx:4', 'q+\\s*', '', true],
        ['a.tsx:5', 'new RegExp(given)', '', false],
        ['a.tsx:6', 'z*', '', true],
      ]),
    );
  });

  it.each([
    /\s*\n\s*/g,
    /^\s*<@x1>[\s,:]*|\s*<@x1>\s*$/g,
    /[\s.!?]+$/,
    /^(?:a+)+$/,
    /^(?:a|a)*b/,
    /^(?:aa|a)*$/,
    /^\s*a?\s*$/,
    /<(.*)>/,
    /^(.*)a(.*)b$/,
    /\[[^\]]*\]\(https:[^)]*\)/y,
    /x(?=.*y)/g,
    /"(?:[^"\\]|\\.)*"/g,
  ])('catches %s', { timeout: 20_000 }, (regex) => {
    expect(superlinearOn(regex)).toBeDefined();
  });

  it.each([/\s+/g, /^\s*\S+\s*$/, /"[^"]{0,100}"/g, /^(?:a|b)*$/, /\bword\b/g, /(?<=\S)(?=\s)/, /<[@#][^<>]*>/g])(
    'lets %s pass',
    (regex) => {
      expect(superlinearOn(regex)).toBeUndefined();
    },
  );
});
