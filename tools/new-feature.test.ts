import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFeature, featureFiles } from './new-feature.ts';
import { findProblems } from './shape.ts';
import { findWords } from './words.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'familiar-new-'));
});
afterEach(() => rmSync(root, { recursive: true }));

describe('a new feature', () => {
  it('has the shape of every other', () => {
    const folder = createFeature(root, 'good-morning');
    expect(readFileSync(join(folder, 'feature.ts'), 'utf8')).toContain("name: 'good-morning'");
    const files = Object.entries(featureFiles('good-morning')).map(([path, text]) => ({
      path: `src/features/good-morning/${path}`,
      text,
    }));
    expect(findProblems(files)).toEqual([]);
    expect(files.flatMap(({ path, text }) => findWords(path, text))).toEqual([]);
  });

  it.each(['Loud', 'two words', '-x', 'x-', 'a--b', '', 'x'.repeat(33), '../x'])('is refused the name "%s"', (name) => {
    expect(() => createFeature(root, name)).toThrow(/can't be the name/);
  });

  it('is never written over another', () => {
    createFeature(root, 'twice');
    expect(() => createFeature(root, 'twice')).toThrow(/already there/);
  });
});
