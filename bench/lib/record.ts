import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as prettier from 'prettier';
import { markdown, replaceSection } from './readme.ts';
import type { Section } from './readme.ts';

const root = join(import.meta.dirname, '..', '..');
const recordFile = join(root, 'bench', 'recorded.json');

/** The rows that the last whole run of a benchmark or a proof came to. */
interface Entry {
  day: string;
  commit: string;
  rows: string[][];
}

export type Recorded = { [section in Section]: { [name: string]: Entry } };

/** The table of a section: the rows of each in the order of `names`, with the day and the commit of their run. */
export function tableOf(record: Recorded, section: Section, head: readonly string[], names: readonly string[]): string {
  const rows = names.flatMap((name) => {
    const entry = record[section][name];
    return (entry?.rows ?? []).map((row) => [...row, `${entry?.day ?? ''}, ${entry?.commit ?? ''}`]);
  });
  return markdown([[...head, 'run'], ...rows]);
}

interface Columns {
  head: readonly string[];
  /** Every benchmark or proof, in the order of the table. */
  names: readonly string[];
}

let kept: Promise<void> = Promise.resolve();

/**
 * Keeps what a run came to, with the day and the commit, and writes the section's table in README.md again. Proofs that
 * end at the same time are kept one after the other.
 */
export function keep(section: Section, name: string, rows: string[][], columns: Columns): Promise<void> {
  kept = kept.then(() => keepNow(section, name, rows, columns));
  return kept;
}

async function keepNow(section: Section, name: string, rows: string[][], { head, names }: Columns): Promise<void> {
  const record = readRecord();
  record[section][name] = { day: new Date().toISOString().slice(0, 10), commit: commitOf(), rows };
  await writeFormatted(recordFile, JSON.stringify(record), 'json');
  const readme = join(root, 'README.md');
  const text = replaceSection(readFileSync(readme, 'utf8'), section, tableOf(record, section, head, names));
  await writeFormatted(readme, text, 'markdown');
}

function readRecord(): Recorded {
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

async function writeFormatted(file: string, text: string, parser: 'json' | 'markdown'): Promise<void> {
  const style = await prettier.resolveConfig(file);
  writeFileSync(file, await prettier.format(text, { ...style, parser }));
}
