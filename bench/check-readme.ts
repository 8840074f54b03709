// Checks that the tables of README.md are what the benchmarks and proofs wrote. Part of `npm run check`.
import { readFileSync } from 'node:fs';
import { readmeFile, readRecord, withTables } from './lib/record.ts';

const readme = readFileSync(readmeFile, 'utf8');
const expected = await withTables(readme, readRecord());
if (readme === expected) {
  console.log('The figures of README.md are those that were measured.');
} else {
  const lines = readme.split('\n');
  const at = expected.split('\n').findIndex((line, index) => line !== lines[index]);
  console.error(
    `README.md:${at + 1}: this line is not what a run recorded in bench/recorded.json. Figures are written by ` +
      '`npm run bench` and `npm run proofs` alone: run what changed.',
  );
  process.exitCode = 1;
}
