import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { lockDataFolder } from './data-folder-lock.ts';

/** One change: collection, key, and the new value, or null when the key was deleted. */
export type JournalEntry = [collection: string, key: string, value: unknown];

/**
 * An append-only file, one line per flush, each a JSON array of entries that belong together. A written line survives
 * the death of the process (it is in the kernel); a last line cut short by a crash is left out as if never begun.
 */
export class Journal {
  #path: string;
  #descriptor: number;
  #unlock: () => void;

  private constructor(path: string, descriptor: number, unlock: () => void) {
    this.#path = path;
    this.#descriptor = descriptor;
    this.#unlock = unlock;
  }

  /** Locks the folder, hands what was stored to `load`, and rewrites the file as `snapshot` gives it. */
  static open(dataDir: string, load: (entry: JournalEntry) => void, snapshot: () => Iterable<JournalEntry>): Journal {
    const unlock = lockDataFolder(dataDir);
    try {
      const path = join(dataDir, 'journal.jsonl');
      readEntries(path, load);
      compact(path, snapshot());
      return new Journal(path, openSync(path, 'a'), unlock);
    } catch (error) {
      unlock();
      throw error;
    }
  }

  append(entries: readonly JournalEntry[]): void {
    writeWhole(this.#descriptor, `${JSON.stringify(entries)}\n`);
  }

  close(): void {
    closeSync(this.#descriptor);
    this.#unlock();
  }

  get path(): string {
    return this.#path;
  }
}

function readEntries(path: string, load: (entry: JournalEntry) => void): void {
  if (!existsSync(path)) return;
  const lines = readFileSync(path, 'utf8').split('\n');
  lines.forEach((line, index) => {
    if (line === '') return;
    let entries: JournalEntry[];
    try {
      entries = JSON.parse(line) as JournalEntry[];
    } catch {
      if (index === lines.length - 1) return;
      throw new Error(`${path}, line ${index + 1} is damaged. Move the file away to start with an empty server.`);
    }
    for (const entry of entries) load(entry);
  });
}

/** Writes beside the old file and renames: a crash leaves either the old or the new one, both whole. */
function compact(path: string, entries: Iterable<JournalEntry>): void {
  const descriptor = openSync(`${path}.new`, 'w');
  try {
    for (const entry of entries) writeWhole(descriptor, `${JSON.stringify([entry])}\n`);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(`${path}.new`, path);
}

function writeWhole(descriptor: number, text: string): void {
  const data = Buffer.from(text);
  let offset = 0;
  while (offset < data.length) offset += writeSync(descriptor, data, offset);
}
