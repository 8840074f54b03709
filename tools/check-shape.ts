// Checks what no linter sees: names, lengths, the files that each feature must have, words. Part of `npm run check`.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findProblems, type SourceFile } from './shape.ts';
import { findWords, isCode, isForReaders } from './words.ts';

const BINARY = /\.(png|jpe?g|gif|webp|ico|woff2?|wasm|gz)$/;

/** Files of the checkout: what git tracks, and what it would track once added. */
function listFiles(root: string): string[] {
  const listed = execFileSync(
    'git',
    ['-c', 'safe.directory=*', 'ls-files', '-z', '--cached', '--others', '--exclude-standard'],
    { cwd: root, encoding: 'utf8' },
  );
  return listed.split('\0').filter((path) => path !== '' && existsSync(join(root, path)));
}

const root = join(import.meta.dirname, '..');
const files: SourceFile[] = listFiles(root).map((path) => ({
  path,
  text: BINARY.test(path) ? '' : readFileSync(join(root, path), 'utf8'),
}));
const words = files
  .filter(({ path }) => isForReaders(path) || isCode(path))
  .flatMap(({ path, text }) => findWords(path, text));
const problems = [...findProblems(files), ...words];
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exitCode = 1;
else console.log(`The shape of ${files.length} files is as agreed.`);
