import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ESLint } from 'eslint';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const projectRoot = join(import.meta.dirname, '..');

/** A file and the rules it breaks; none for one that must pass. */
interface Plant {
  file: string;
  text: string;
  breaks: string[];
}

const inFeature = (name: string, text: string, ...breaks: string[]): Plant => ({
  file: `src/features/planted/${name}.ts`,
  text,
  breaks,
});

const USES_TIME_AND_CHANCE = `
export const values = [Date.now(), new Date(), Math.random(), crypto.randomUUID(), setTimeout(() => {}, 1)];
`;
const READS_ENVIRONMENT = 'export const home = process.env["HOME"];';

const PLANTS: Plant[] = [
  inFeature('reads-environment', READS_ENVIRONMENT, 'no-restricted-properties'),
  inFeature('takes-environment', 'const { env } = process;\nexport { env };', 'no-restricted-properties'),
  inFeature('imports-environment', "import { env } from 'node:process';\nexport { env };", 'no-restricted-imports'),
  inFeature('reads-clock', 'export const now = Date.now();', 'no-restricted-properties'),
  inFeature('makes-date', 'export const now = new Date();', 'no-restricted-syntax'),
  inFeature('calls-date', 'export const now = Date();', 'no-restricted-syntax'),
  inFeature('reads-date', 'export const day = new Date(0);'),
  inFeature('takes-chance', 'export const chance = Math.random();', 'no-restricted-properties'),
  inFeature('makes-id', 'export const id = crypto.randomUUID();', 'no-restricted-properties'),
  inFeature(
    'imports-id',
    "import { randomUUID } from 'node:crypto';\nexport const id = randomUUID();",
    'no-restricted-imports',
  ),
  inFeature('sets-timer', 'setTimeout(() => {}, 1);', 'no-restricted-globals'),
  inFeature('sets-interval', 'globalThis.setInterval(() => {}, 1);', 'no-restricted-globals'),
  inFeature(
    'imports-timer',
    "import { setTimeout } from 'node:timers/promises';\nexport const wait = setTimeout;",
    'no-restricted-imports',
  ),
  inFeature('default-export', 'export default 1;', 'no-restricted-syntax'),
  inFeature('renamed-default', 'const one = 1;\nexport { one as default };', 'no-restricted-syntax'),
  inFeature('uses-console', "console.log('hello');", 'no-console'),
  inFeature('uses-any', 'export const value: any = 1;', '@typescript-eslint/no-explicit-any'),
  inFeature('ignores-types', `// @ts-${'ignore'}\nexport const value = 1;`, '@typescript-eslint/ban-ts-comment'),
  inFeature('lets-promise-float', 'Promise.resolve(1);', '@typescript-eslint/no-floating-promises'),
  inFeature(
    'misuses-promise',
    'export const some = [1].filter(async (item) => item > 0);',
    '@typescript-eslint/no-misused-promises',
  ),
  inFeature(
    'imports-type-as-value',
    "import { Stats } from 'node:fs';\nexport type Sizes = Pick<Stats, 'size'>;",
    '@typescript-eslint/consistent-type-imports',
  ),
  inFeature(
    'forgets-case',
    "export function of(value: 'a' | 'b'): number {\n  switch (value) {\n    case 'a':\n      return 1;\n  }\n  return 0;\n}",
    '@typescript-eslint/switch-exhaustiveness-check',
  ),
  inFeature('too-long', '// line\n'.repeat(401), 'max-lines'),
  inFeature('long-function', `export function long(): void {\n${'  // line\n'.repeat(60)}}`, 'max-lines-per-function'),
  inFeature(
    'needless-exception',
    '// eslint-disable-next-line no-console\nexport const value = 1;',
    'unused exception',
  ),

  { file: 'src/platform/queue/planted.ts', text: USES_TIME_AND_CHANCE, breaks: [] },
  { file: 'src/kernel/planted.ts', text: USES_TIME_AND_CHANCE, breaks: [] },
  { file: 'emulator/planted.ts', text: USES_TIME_AND_CHANCE, breaks: [] },
  { file: 'bench/planted.ts', text: USES_TIME_AND_CHANCE + READS_ENVIRONMENT, breaks: [] },
  { file: 'src/features/planted/planted.test.ts', text: USES_TIME_AND_CHANCE + READS_ENVIRONMENT, breaks: [] },
  { file: 'src/platform/config/planted.ts', text: READS_ENVIRONMENT, breaks: [] },
  { file: 'src/platform/queue/reads-environment.ts', text: READS_ENVIRONMENT, breaks: ['no-restricted-properties'] },
  { file: 'emulator/reads-environment.ts', text: READS_ENVIRONMENT, breaks: ['no-restricted-properties'] },
  { file: 'src/app/reads-environment.ts', text: READS_ENVIRONMENT, breaks: ['no-restricted-properties'] },
  { file: 'src/services/planted.ts', text: 'export const now = Date.now();', breaks: ['no-restricted-properties'] },
  { file: 'src/sdk/planted.ts', text: 'export const now = Date.now();', breaks: ['no-restricted-properties'] },
  { file: 'src/app/planted.ts', text: 'export const now = Date.now();', breaks: ['no-restricted-properties'] },
  { file: 'example.config.ts', text: 'export default 1;', breaks: [] },
];

const TYPESCRIPT_CONFIG = {
  extends: join(projectRoot, 'tsconfig.json'),
  compilerOptions: { incremental: false },
  include: ['src', 'emulator', 'bench', '*.ts'],
};

let root: string;
let results: Map<string, ESLint.LintResult>;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'familiar-lint-rules-'));
  writeFileSync(join(root, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(root, 'tsconfig.json'), JSON.stringify(TYPESCRIPT_CONFIG));
  symlinkSync(join(projectRoot, 'node_modules'), join(root, 'node_modules'));
  for (const { file, text } of PLANTS) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), `${text}\n`);
  }
  const eslint = new ESLint({ cwd: root, overrideConfigFile: join(projectRoot, 'eslint.config.js') });
  const linted = await eslint.lintFiles(PLANTS.map(({ file }) => file));
  results = new Map(linted.map((result) => [result.filePath, result]));
}, 120_000);

afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('lint rules', () => {
  it.each(PLANTS)('find $breaks in $file', ({ file, breaks }) => {
    const messages = results.get(join(root, file))?.messages;
    const found = messages?.map(
      ({ ruleId, message }) => ruleId ?? (/unused/i.test(message) ? 'unused exception' : message),
    );
    expect([...new Set(found)]).toEqual(breaks);
  });

  it('say what to do instead', () => {
    const restricted = [...results.values()].flatMap(({ messages }) =>
      messages.filter(({ ruleId }) => ruleId?.startsWith('no-restricted-')),
    );
    expect(restricted.length).toBeGreaterThan(10);
    for (const { message } of restricted) expect(message).toMatch(/(Take|Read|Export) .+\.$/);
  });
});
