import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ICruiseResult } from 'dependency-cruiser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const projectRoot = join(import.meta.dirname, '..');
const require = createRequire(import.meta.url);
const config = require('../.dependency-cruiser.cjs') as { forbidden: { name: string; comment: string }[] };

/** One file that breaks one rule. */
interface Plant {
  rule: string;
  file: string;
  text: string;
}

const plant = (rule: string, file: string, ...imported: string[]): Plant => ({
  rule,
  file,
  text: imported.map((name) => `import '${name}';`).join('\n'),
});

const PLANTS: Plant[] = [
  plant('kernel-imports', 'src/kernel/to-platform.ts', '../platform/queue/index.ts'),
  plant('kernel-imports', 'src/kernel/to-emulator.ts', '../../emulator/contract.ts'),
  plant('kernel-without-io', 'src/kernel/reads-files.ts', 'node:fs/promises'),
  plant('kernel-without-io', 'src/kernel/opens-sockets.ts', 'net'),
  plant('kernel-packages', 'src/kernel/uses-kysely.ts', 'kysely'),
  plant('platform-imports', 'src/platform/queue/to-inside.ts', '../postgres/open.ts'),
  plant('platform-imports', 'src/platform/queue/to-service.ts', '../../services/ledger/index.ts'),
  plant('platform-imports', 'src/platform/queue/to-sdk.ts', '../../sdk/index.ts'),
  plant('services-imports', 'src/services/ledger/to-inside.ts', '../../platform/postgres/open.ts'),
  plant('services-imports', 'src/services/ledger/to-feature.ts', '../../features/chat/api.ts'),
  plant('services-imports', 'src/services/ledger/to-sdk.ts', '../../sdk/index.ts'),
  plant('sdk-imports', 'src/sdk/to-inside.ts', '../platform/postgres/open.ts'),
  plant('sdk-imports', 'src/sdk/to-inside-service.ts', '../services/ledger/store.ts'),
  plant('sdk-imports', 'src/sdk/to-feature.ts', '../features/chat/api.ts'),
  plant('features-imports', 'src/features/gif/to-platform.ts', '../../platform/postgres/index.ts'),
  plant('features-imports', 'src/features/gif/to-service.ts', '../../services/ledger/index.ts'),
  plant('features-imports', 'src/features/gif/to-inside.ts', '../chat/store.ts'),
  plant('features-imports', 'src/features/gif/to-app.ts', '../../app/main.ts'),
  plant('feature-pages-imports', 'src/features/gif/page/to-server.tsx', '../feature.ts'),
  plant('feature-pages-imports', 'src/features/gif/page/to-frame.tsx', '../../../../web/src/page.tsx'),
  plant('app-imports', 'src/app/to-bench.ts', '../../bench/run.ts'),
  plant('app-imports', 'src/app/playground.ts', '../../emulator/contract.ts'),
  plant('emulator-door', 'src/app/roles.ts', '../../emulator/index.ts'),
  plant('emulator-imports', 'emulator/to-kernel.ts', '../src/kernel/clock.ts'),
  plant('web-imports', 'web/src/to-emulator.tsx', '../../emulator/contract.ts'),
  plant('vendors-in-platform', 'src/features/gif/uses-fastify.ts', 'fastify'),
  plant('vendors-in-platform', 'src/services/ledger/uses-pg.ts', 'pg'),
  plant('vendors-in-platform', 'src/sdk/uses-rest.ts', '@discordjs/rest'),
  plant('vendors-in-platform', 'src/app/uses-pino.ts', 'pino'),
  plant('no-test-code', 'src/app/uses-harness.ts', '../testing/harness.ts'),
  plant('no-test-code', 'src/platform/queue/uses-test.ts', './queue.test.ts'),
  plant('no-test-code', 'emulator/uses-test-helper.ts', './testing/server.ts'),
  plant('no-development-packages', 'src/platform/queue/uses-vitest.ts', 'vitest'),
  plant('no-development-packages', 'emulator/uses-client.ts', 'discord.js'),
  plant('declared-packages', 'src/platform/queue/uses-undeclared.ts', 'undeclared'),
  plant('resolvable', 'src/platform/queue/leads-nowhere.ts', './missing.ts'),
  plant('resolvable', 'bench/not-installed.ts', 'not-installed'),
  plant('no-cycles', 'src/kernel/circle-a.ts', './circle-b.ts'),
  {
    rule: 'no-cycles',
    file: 'src/services/access/index.ts',
    text: "import type {} from '../limits/index.ts';",
  },
  {
    rule: 'features-imports',
    file: 'src/features/gif/only-types.ts',
    text: "import type {} from '../../platform/postgres/index.ts';",
  },
  {
    rule: 'features-imports',
    file: 'src/features/gif/passes-on.ts',
    text: "export * from '../../platform/postgres/index.ts';",
  },
  {
    rule: 'features-imports',
    file: 'src/features/gif/loads-late.ts',
    text: "await import('../../platform/postgres/index.ts');",
  },
];

/** A circle is reported once, at its first file; these close it. */
const OTHER_HALVES: Record<string, string> = {
  'src/kernel/circle-b.ts': "import './circle-a.ts';",
  'src/services/limits/index.ts': "import type {} from '../access/index.ts';",
};

const imports = (...names: string[]): string => names.map((name) => `import '${name}';`).join('\n');

/** What each place may do; also what the planted files reach for. */
const ALLOWED: Record<string, string> = {
  'src/kernel/clock.ts': imports('node:timers/promises', 'zod'),
  'src/kernel/ids.ts': imports('./clock.ts', 'node:crypto'),
  'src/platform/postgres/open.ts': imports('pg'),
  'src/platform/postgres/index.ts': imports('./open.ts', '../../kernel/clock.ts'),
  'src/platform/queue/index.ts': imports('../postgres/index.ts', 'node:fs', 'kysely'),
  'src/platform/queue/queue.test.ts': imports('../postgres/open.ts', '../../testing/harness.ts', 'vitest', 'pg'),
  'src/services/ledger/index.ts': imports(
    './store.ts',
    '../../platform/postgres/index.ts',
    '../../kernel/clock.ts',
    'zod',
  ),
  'src/services/ledger/store.ts': imports('kysely'),
  'src/sdk/index.ts': imports(
    '../platform/postgres/index.ts',
    '../services/ledger/index.ts',
    'discord-api-types',
    'zod',
  ),
  'src/features/chat/feature.ts': imports(
    './store.ts',
    '../../sdk/index.ts',
    '../../kernel/clock.ts',
    'zod',
    'discord-api-types',
  ),
  'src/features/chat/store.ts': imports('kysely'),
  'src/features/chat/api.ts': imports('./store.ts'),
  'src/features/chat/chat.test.ts': imports(
    '../../testing/harness.ts',
    '../../platform/postgres/open.ts',
    'discord.js',
  ),
  'src/features/gif/feature.ts': imports('../chat/api.ts', '../../sdk/index.ts'),
  'src/features/gif/page/index.tsx': imports('react', '../../../../web/src/dashboard/kit/index.ts'),
  'web/src/dashboard/kit/index.ts': imports('react'),
  'src/app/main.ts': imports(
    './emulator-command.ts',
    '../platform/postgres/open.ts',
    '../services/ledger/index.ts',
    '../sdk/index.ts',
  ),
  'src/app/emulator-command.ts': imports('../../emulator/index.ts'),
  'src/testing/harness.ts': imports('../app/main.ts', '../../emulator/server.ts', 'vitest', 'fastify'),
  'emulator/index.ts': imports('./server.ts', './contract.ts'),
  'emulator/contract.ts': imports('zod'),
  'emulator/server.ts': imports('./contract.ts', 'fastify', 'node:http'),
  'emulator/testing/server.ts': imports('../server.ts', 'discord.js'),
  'web/src/main.tsx': imports('./page.tsx', 'react'),
  'web/src/page.tsx': '',
  'bench/run.ts': imports('../src/app/main.ts', '../emulator/index.ts', 'discord.js'),
};

const PACKAGES = ['zod', 'kysely', 'discord-api-types', 'pg', 'fastify', 'pino', '@discordjs/rest'];
const DEVELOPMENT_PACKAGES = ['vitest', 'discord.js', 'react'];

let root: string;
let broken: { rule: string; file: string }[];

function write(path: string, text: string): void {
  const target = join(root, path);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, `${text}\nexport {};\n`);
}

function installPackage(name: string): void {
  const folder = join(root, 'node_modules', name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, version: '1.0.0', main: 'index.js' }));
  writeFileSync(join(folder, 'index.js'), '');
}

function declare(names: string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, '1.0.0']));
}

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'familiar-import-rules-'));
  cpSync(join(projectRoot, '.dependency-cruiser.cjs'), join(root, '.dependency-cruiser.cjs'));
  const manifest = { type: 'module', dependencies: declare(PACKAGES), devDependencies: declare(DEVELOPMENT_PACKAGES) };
  writeFileSync(join(root, 'package.json'), JSON.stringify(manifest));
  for (const name of [...PACKAGES, ...DEVELOPMENT_PACKAGES, 'undeclared']) installPackage(name);
  for (const [file, text] of Object.entries({ ...ALLOWED, ...OTHER_HALVES })) write(file, text);
  for (const { file, text } of PLANTS) write(file, text);
  const cruise = spawnSync(
    process.execPath,
    [
      join(projectRoot, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs'),
      ...['--config', '.dependency-cruiser.cjs', '--output-type', 'json', 'src', 'emulator', 'web', 'bench'],
    ],
    { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  );
  if (!cruise.stdout.startsWith('{')) throw new Error(`dependency-cruiser did not run: ${cruise.stderr}`);
  const result = JSON.parse(cruise.stdout) as ICruiseResult;
  broken = result.summary.violations.map(({ rule, from }) => ({ rule: rule.name, file: from }));
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('import rules', () => {
  it.each(PLANTS)('$rule catches $file', ({ rule, file }) => {
    expect(broken).toContainEqual({ rule, file });
  });

  it('let pass what each place may import', () => {
    expect(broken.filter(({ file }) => file in ALLOWED)).toEqual([]);
  });

  it('each have a planted violation and say what to do', () => {
    expect([...new Set(PLANTS.map(({ rule }) => rule))].sort()).toEqual(
      config.forbidden.map(({ name }) => name).sort(),
    );
    for (const { name, comment } of config.forbidden) expect(comment, name).toMatch(/\w.{20,}[:;,].{10,}\.$/);
  });

  it('are part of npm run check, over every folder that they speak of', () => {
    const { scripts } = require('../package.json') as { scripts: Record<string, string> };
    const { check, 'check:imports': imports } = scripts;
    expect(check).toContain('check:imports');
    expect(imports?.split(' ')).toEqual(expect.arrayContaining(['src', 'emulator', 'web', 'bench']));
  });
});
