import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Logger } from '../kernel/logger.ts';
import { ensurePage } from './page.ts';

/** Stands in for Vite: writes what the source says, or fails when the source says so. */
const BUILDER = `
const { mkdirSync, readFileSync, writeFileSync } = require('node:fs');
const [command, folder] = process.argv.slice(2);
const source = readFileSync(folder + '/src/main.tsx', 'utf8');
if (command !== 'build' || source === 'broken') throw new Error('syntax error in main.tsx');
mkdirSync(folder + '/dist', { recursive: true });
writeFileSync(folder + '/dist/index.html', source);
`;

let root: string;
let lines: string[];
let logger: Logger;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'familiar-page-'));
  lines = [];
  const write = (_fields: object, message: string): void => void lines.push(message);
  logger = { debug: write, info: write, warn: write, error: write, child: () => logger };
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

function put(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

function installBuilder(): void {
  put('node_modules/vite/package.json', '{ "name": "vite" }');
  put('node_modules/vite/bin/vite.js', BUILDER);
}

/** Changes a source so that it is newer than anything before, however coarse the clock of the file system is. */
function change(path: string, text: string): void {
  put(path, text);
  const later = new Date(Date.now() + 60_000);
  utimesSync(join(root, path), later, later);
}

const page = (): string => readFileSync(join(root, 'web/dist/index.html'), 'utf8');

describe('ensurePage', () => {
  it('builds the page on the first start and keeps it on the next', async () => {
    installBuilder();
    put('web/src/main.tsx', 'first');
    expect(await ensurePage({ root, logger })).toBe(join(root, 'web/dist'));
    expect(page()).toBe('first');
    expect(await ensurePage({ root, logger })).toBe(join(root, 'web/dist'));
    expect(lines).toEqual(['Building the page (first start)…']);
  });

  it('builds it again when a source has changed', async () => {
    installBuilder();
    put('web/src/main.tsx', 'first');
    await ensurePage({ root, logger });
    change('web/src/main.tsx', 'second');
    await ensurePage({ root, logger });
    expect(page()).toBe('second');
    await ensurePage({ root, logger });
    expect(lines).toHaveLength(2);
  });

  it('builds it again when the page of a feature has changed', async () => {
    installBuilder();
    put('web/src/main.tsx', 'first');
    put('src/features/levels/page/index.tsx', 'first');
    await ensurePage({ root, logger });
    change('src/features/levels/page/index.tsx', 'second');
    await ensurePage({ root, logger });
    await ensurePage({ root, logger });
    expect(lines).toHaveLength(2);
  });

  it('serves the older page when the build fails, and says how to see why', async () => {
    installBuilder();
    put('web/src/main.tsx', 'first');
    await ensurePage({ root, logger });
    change('web/src/main.tsx', 'broken');
    expect(await ensurePage({ root, logger })).toBe(join(root, 'web/dist'));
    expect(page()).toBe('first');
    expect(lines.at(-1)).toContain('npm run build');
  });

  it('goes on without a page when there is none and nothing to build it with', async () => {
    put('web/src/main.tsx', 'first');
    expect(await ensurePage({ root, logger })).toBeNull();
    expect(existsSync(join(root, 'web/dist'))).toBe(false);
    expect(lines).toEqual([expect.stringContaining('npm install')]);
  });

  it('serves a page that was built elsewhere', async () => {
    put('web/dist/index.html', 'shipped');
    expect(await ensurePage({ root, logger })).toBe(join(root, 'web/dist'));
    expect(lines).toEqual([]);
  });
});
