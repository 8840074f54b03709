import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as prettier from 'prettier';
import { columns } from './columns.ts';
import type { Columns } from './columns.ts';
import { markdown, replaceSection } from './readme.ts';
import type { Section } from './readme.ts';

const root = join(import.meta.dirname, '..', '..');
const recordFile = join(root, 'bench', 'recorded.json');
export const readmeFile = join(root, 'README.md');

/** The rows that the last whole run of a benchmark or a proof came to. */
interface Entry {
  day: string;
  commit: string;
  rows: string[][];
}

export type Recorded = { [section in Section]: { [name: string]: Entry } };

/** The table of a section: the rows of each benchmark or proof, with the day and the commit of their run. */
export function tableOf(record: Recorded, section: Section, { head, names }: Columns): string {
  const rows = names.flatMap((name) => {
    const entry = record[section][name];
    return (entry?.rows ?? []).map((row) => [...row, `${entry?.day ?? ''}, ${entry?.commit ?? ''}`]);
  });
  return markdown([[...head, 'run'], ...rows]);
}

/** README.md with the tables as the runs wrote them. */
export async function withTables(readme: string, record: Recorded): Promise<string> {
  let text = readme;
  for (const section of ['figures', 'proofs'] as const) {
    text = replaceSection(text, section, tableOf(record, section, columns[section]));
  }
  return prettier.format(text, { ...(await prettier.resolveConfig(readmeFile)), parser: 'markdown' });
}

let kept: Promise<void> = Promise.resolve();

/**
 * Keeps what a run came to, with the day and the commit, and writes the tables in README.md again. Proofs that
 * end at the same time are kept one after the other.
 */
export function keep(section: Section, name: string, rows: string[][]): Promise<void> {
  kept = kept.then(() => keepNow(section, name, rows));
  return kept;
}

async function keepNow(section: Section, name: string, rows: string[][]): Promise<void> {
  const record = readRecord();
  record[section][name] = { day: new Date().toISOString().slice(0, 10), commit: commitOf(), rows };
  const style = await prettier.resolveConfig(recordFile);
  writeFileSync(recordFile, await prettier.format(JSON.stringify(record), { ...style, parser: 'json' }));
  writeFileSync(readmeFile, await withTables(readFileSync(readmeFile, 'utf8'), record));
}

export function readRecord(): Recorded {
  if (!existsSync(recordFile)) return { figures: {}, proofs: {} };
  return JSON.parse(readFileSync(recordFile, 'utf8')) as Recorded;
}

/** Marked where files differ from it, other than those that runs write. */
function commitOf(): string {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
  const written = [':!README.md', ':!bench/recorded.json'];
  const isChanged = git('status', '--porcelain', '--untracked-files=no', '--', '.', ...written) !== '';
  return git('rev-parse', '--short', 'HEAD') + (isChanged ? ' with changes' : '');
}
