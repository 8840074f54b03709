import {
  closeSync,
  existsSync,
  fchmodSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { lockDataFolder } from './data-folder-lock.ts';

const MIN_COMPACTION_BYTES = 64 * 1024 * 1024;

/** Characters of a rewritten file: one call of the system for each line would take seconds for a large server. */
const WRITTEN_AT_ONCE = 1024 * 1024;

/** One change: collection, key, and the new value, or null when the key was deleted. */
export type JournalEntry = [collection: string, key: string, value: unknown];

interface JournalUser {
  load: (entry: JournalEntry) => void;
  /** All that is to be kept, as entries. */
  snapshot: () => Iterable<JournalEntry>;
  /** How many things there are now. */
  live: () => number;
}

/** A file with more entries for each thing than this is rewritten when it is opened. */
const MOST_ENTRIES_EACH = 1.5;

/**
 * An append-only file, one line per flush, each a JSON array of entries that belong together. A written line survives
 * the death of the process (it is in the kernel); a last line cut short by a crash is left out as if never begun.
 */
export class Journal {
  #path: string;
  #snapshot: () => Iterable<JournalEntry>;
  #unlock: () => void;
  #descriptor: number;
  #size: number;
  #compactAt: number;

  private constructor(path: string, snapshot: () => Iterable<JournalEntry>, unlock: () => void, isCompact: boolean) {
    this.#path = path;
    this.#snapshot = snapshot;
    this.#unlock = unlock;
    this.#size = isCompact ? statSync(path).size : compact(path, snapshot());
    this.#compactAt = nextCompaction(this.#size);
    this.#descriptor = openSync(path, 'a', 0o600);
    // An earlier version made it readable for others.
    fchmodSync(this.#descriptor, 0o600);
    rmSync(`${path}.new`, { force: true });
  }

  /** Locks the folder, hands what was stored to `load`, and rewrites a file that is mostly old states. */
  static open(dataDir: string, { load, snapshot, live }: JournalUser): Journal {
    const unlock = lockDataFolder(dataDir);
    try {
      const path = join(dataDir, 'journal.jsonl');
      const { entries, isWhole } = readEntries(path, load);
      return new Journal(path, snapshot, unlock, isWhole && entries > 0 && entries <= MOST_ENTRIES_EACH * live());
    } catch (error) {
      unlock();
      throw error;
    }
  }

  append(entries: readonly JournalEntry[]): void {
    this.#size += writeWhole(this.#descriptor, `${JSON.stringify(entries)}\n`);
    if (this.#size < this.#compactAt) return;
    const size = compact(this.#path, this.#snapshot());
    closeSync(this.#descriptor);
    this.#descriptor = openSync(this.#path, 'a', 0o600);
    this.#size = size;
    this.#compactAt = nextCompaction(size);
  }

  close(): void {
    closeSync(this.#descriptor);
    this.#unlock();
  }
}

/** Streaming edits write the same message again and again; the file is rewritten when it is mostly old states. */
function nextCompaction(sizeBytes: number): number {
  return Math.max(MIN_COMPACTION_BYTES, 4 * sizeBytes);
}

/** `isWhole` unless the last line was cut short: what is appended would join it. */
function readEntries(path: string, load: (entry: JournalEntry) => void): { entries: number; isWhole: boolean } {
  if (!existsSync(path)) return { entries: 0, isWhole: false };
  const lines = readFileSync(path, 'utf8').split('\n');
  let count = 0;
  lines.forEach((line, index) => {
    if (line === '') return;
    let entries: JournalEntry[];
    try {
      entries = JSON.parse(line) as JournalEntry[];
    } catch {
      if (index === lines.length - 1) return;
      throw new Error(`${path}, line ${index + 1} is damaged. Move the file away to start with an empty server.`);
    }
    count += entries.length;
    for (const entry of entries) load(entry);
  });
  return { entries: count, isWhole: lines.at(-1) === '' };
}

/** Writes beside the old file and renames: a crash leaves either the old or the new one, both whole. Returns the size. */
function compact(path: string, entries: Iterable<JournalEntry>): number {
  const descriptor = openSync(`${path}.new`, 'w', 0o600);
  // One that a crash left behind keeps the mode it was made with.
  fchmodSync(descriptor, 0o600);
  let size = 0;
  try {
    let lines = '';
    for (const entry of entries) {
      lines += `${JSON.stringify([entry])}\n`;
      if (lines.length < WRITTEN_AT_ONCE) continue;
      size += writeWhole(descriptor, lines);
      lines = '';
    }
    size += writeWhole(descriptor, lines);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(`${path}.new`, path);
  return size;
}

function writeWhole(descriptor: number, text: string): number {
  const data = Buffer.from(text);
  let offset = 0;
  while (offset < data.length) offset += writeSync(descriptor, data, offset);
  return data.length;
}
