import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'familiar-count-tests-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function count(reports: Record<string, object | null>): { line: string; code: number | null } {
  const paths = Object.entries(reports).map(([name, report]) => {
    const path = join(folder, `${name}.json`);
    if (report) writeFileSync(path, JSON.stringify(report));
    return path;
  });
  const run = spawnSync(process.execPath, [join(import.meta.dirname, 'count-tests.ts'), ...paths], {
    encoding: 'utf8',
  });
  return { line: run.stdout, code: run.status };
}

const passing = { numPassedTests: 3, numFailedTests: 0, testResults: [{ status: 'passed', assertionResults: [] }] };
const failing = {
  numPassedTests: 1,
  numFailedTests: 1,
  testResults: [{ status: 'failed', assertionResults: [{ status: 'failed' }, { status: 'passed' }] }],
};
const notLoaded = { numPassedTests: 0, numFailedTests: 0, testResults: [{ status: 'failed', assertionResults: [] }] };

it('sums the tests of all reports', () => {
  expect(count({ test: passing, browser: passing })).toEqual({ line: '6 passed, 0 failed\n', code: 0 });
});

it('fails when a test failed', () => {
  expect(count({ test: passing, browser: failing })).toEqual({ line: '4 passed, 1 failed\n', code: 1 });
});

it('counts a file that could not be loaded, and a run that left no report, as failures', () => {
  expect(count({ test: notLoaded, browser: null })).toEqual({ line: '0 passed, 2 failed\n', code: 1 });
});
