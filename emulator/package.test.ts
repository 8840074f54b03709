import { globSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

interface Package {
  dependencies: Record<string, string>;
}

const read = (path: string): string => readFileSync(join(import.meta.dirname, path), 'utf8');
const { dependencies } = JSON.parse(read('package.json')) as Package;
const { dependencies: ofRepository } = JSON.parse(read('../package.json')) as Package;
const { exclude } = JSON.parse(read('tsconfig.package.json')) as { exclude: string[] };

/** Everything that the published files import, relative paths included. */
const imported = globSync('**/*.ts', { cwd: import.meta.dirname, exclude })
  .flatMap((file) => [...read(file).matchAll(/(?:from|import\() ?'([^']+)'/g)])
  .flatMap(([, specifier]) => specifier ?? []);

describe('the package', () => {
  it('depends on what its files import, in the versions of the repository', () => {
    const names = imported
      .filter((specifier) => !specifier.startsWith('.') && !isBuiltin(specifier))
      .map((specifier) => /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0]);
    expect([...new Set(names)].toSorted()).toEqual(Object.keys(dependencies).toSorted());
    for (const [name, version] of Object.entries(dependencies)) expect(version).toBe(ofRepository[name]);
  });

  it('imports nothing from outside of its folder', () => {
    expect(imported.filter((specifier) => /^(\.\.\/)+(src|web|bench|tools)\//.test(specifier))).toEqual([]);
  });
});
