import { describe, expect, it } from 'vitest';
import { findProblems, type SourceFile } from './shape.ts';

const file = (path: string, text = ''): SourceFile => ({ path, text });

const A_FEATURE = [
  file('src/features/echo/feature.ts', 'export const echo = 1;\n'),
  file('src/features/echo/README.md', '# Echo\n'),
  file('src/features/echo/locales/en.json', '{}\n'),
  file('src/features/echo/migrations/001-echo.sql', 'select 1;\n'),
  file('src/features/echo/feature.test.ts', "it('echoes', () => expect(1).toBe(1));\n"),
];

describe('the shape of the files', () => {
  it('is accepted as agreed', () => {
    const files = [
      ...A_FEATURE,
      file('src/features/echo/store.ts', 'db.selectFrom(name)'),
      file('src/features/echo/history/waiting-store.ts', 'sql`SELECT 1`'),
      file('src/services/echo/echo.test.ts', "expect(db.selectFrom('echo_word'))"),
      file('src/app/some.test.ts', 'expect(sql`SELECT 1 FROM pg_stat_activity`)'),
      file('docs/ARCHITECTURE.md'),
      file('docs/decisions/2026-11-20-postgres.md'),
      file('.github/PULL_REQUEST_TEMPLATE.md'),
      file('src/kernel/long.ts', 'x\n'.repeat(400)),
      file('docs/long.md', 'x\n'.repeat(4000)),
      file('src/kernel/some.test.ts', "it.skipIf(!root)('works', () => expect(1).toBe(1));"),
      file('Dockerfile', 'WORKDIR /home/node/familiar\n'),
    ];
    expect(findProblems(files)).toEqual([]);
  });

  it.each<[string, SourceFile, RegExp]>([
    ['a long file', file('src/kernel/long.ts', 'x\n'.repeat(401)), /401 lines.*file of its own/],
    ['a long page', file('web/src/page.tsx', 'x\n'.repeat(401)), /401 lines/],
    ['a capital in a name', file('src/kernel/someThing.ts'), /kebab-case/],
    ['a capital in a folder', file('web/src/Parts/list.tsx'), /"Parts" in kebab-case/],
    ['a note to oneself', file('src/a.ts', `\n// ${'TO'}DO later`), /^src\/a\.ts:2: .*do it now/],
    ['another note to oneself', file('emulator/a.ts', `// ${'FIX'}ME`), /do it now/],
    ['an error that is silenced', file('src/a.ts', `// @ts-${'ignore'}`), /give the value its type/],
    ['a type that is thrown away', file('src/a.ts', `export const a = b as ${'any'};`), /narrow it/],
    ['a lone test', file('src/a.test.ts', `it.${'only'}('x', () => expect(1));`), /let every test/],
    ['a lone group', file('src/a.test.ts', `describe.${'only'}('x', () => expect(1));`), /let every test/],
    ['a skipped test', file('src/a.test.ts', `it.${'skip'}('x', () => expect(1));`), /mend the test/],
    [
      'a skipped concurrent test',
      file('src/a.test.ts', `it.concurrent.${'skip'}('x', () => expect(1));`),
      /mend the test/,
    ],
    ['a planned test', file('src/a.test.ts', `expect(1); it.${'todo'}('x');`), /let every test/],
    ['a test that asserts nothing', file('src/a.test.ts', "it('x', () => {});"), /asserts nothing/],
    [
      'a query outside a store',
      file('src/features/echo/jobs.ts', 'db\n  .selectFrom(name)'),
      /jobs\.ts:2: .*store\.ts/,
    ],
    ['SQL outside a store', file('src/features/echo/jobs.ts', 'sql<{ a: 1 }>`SELECT 1`'), /store\.ts/],
    [
      'a test that reads a table',
      file('src/features/echo/a.test.ts', "expect(await db\n  .selectFrom('echo_word'))"),
      /a\.test\.ts:2: .*what people see/,
    ],
    [
      'a test that reads a table by SQL',
      file('src/app/a.test.ts', 'expect(sql`SELECT 1 FROM echo_word`)'),
      /what people see/,
    ],
    [
      'a test that writes into a table',
      file('src/features/echo/a.test.ts', "expect(await db.updateTable('echo_word'))"),
      /what people see/,
    ],
    ['a migration without its place', file('src/features/echo/migrations/echo.sql'), /NNN-name\.sql/],
    ['a migration of another kind', file('src/platform/queue/migrations/001-jobs.ts'), /NNN-name\.sql/],
    ['a path of one machine', file('README.md', `cd /ho${'me'}/alice/familiar`), /relative, or a setting/],
    ['a registry of one machine', file('.npmrc', 'registry=http://registry.example\n'), /delete the line/],
    ['a registry in the lock file', file('package-lock.json', '"resolved": "https://registry.example"'), /delete/],
  ])('%s is found', (_name, planted, expected) => {
    expect(findProblems([...A_FEATURE, planted])).toEqual([expect.stringMatching(expected)]);
  });

  it.each(['feature.ts', 'README.md', 'locales/en.json', 'feature.test.ts'])(
    'a feature without %s is found',
    (missing) => {
      const files = A_FEATURE.filter(({ path }) => path !== `src/features/echo/${missing}`);
      expect(findProblems(files)).toEqual([expect.stringContaining(missing)]);
    },
  );
});
