import type { Clock, Timer } from '../../kernel/clock.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { AuditEntry, Refusal } from './port.ts';

export type DatedEntry = AuditEntry & { atMs: number };

interface RefusalLogOptions {
  write: (entries: readonly DatedEntry[]) => Promise<void>;
  clock: Clock;
  logger: Logger;
}

/** How long refusals are gathered for one write. */
const GATHER_MS = 500;
/** How long repetitions of a refusal are counted instead of written. */
const FOLD_MS = 60_000;
const BATCH = 500;
/** Delays double from here: 15 s in all. */
const FIRST_RETRY_MS = 1_000;
const TRIES = 5;
/** Bounds memory while the database is away. */
const MOST_WAITING = 10_000;

/** Repetitions of a refusal since it was last written. */
interface Fold {
  times: number;
  latest: DatedEntry;
  timer: Timer;
}

/** Refusals that wait to be written, gathered and folded. */
export class RefusalLog {
  readonly #options: RefusalLogOptions;
  readonly #folds = new Map<string, Fold>();
  readonly #closing = new AbortController();
  #waiting: DatedEntry[] = [];
  #gathering: Timer | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(options: RefusalLogOptions) {
    this.#options = options;
  }

  add(refusal: Refusal): void {
    const { clock } = this.#options;
    const entry: DatedEntry = { action: 'refused', ...refusal, outcome: 'refused', atMs: clock.now() };
    if (this.#closing.signal.aborted) {
      this.#logLost([entry], 'it came after the audit was closed');
      return;
    }
    const key = sameness(entry);
    const fold = this.#folds.get(key);
    if (fold) {
      fold.times += 1;
      fold.latest = entry;
      return;
    }
    const timer = clock.after(FOLD_MS, () => this.#endFold(key));
    this.#folds.set(key, { times: 0, latest: entry, timer });
    this.#enqueue(entry);
  }

  async flush(): Promise<void> {
    for (const fold of this.#folds.values()) this.#writeRepetitions(fold);
    await this.#writeWaiting();
  }

  /** Tries once to write what is left: closing can't wait for a database that is away. */
  async close(): Promise<void> {
    for (const { timer } of this.#folds.values()) timer.cancel();
    for (const fold of this.#folds.values()) this.#writeRepetitions(fold);
    this.#folds.clear();
    this.#closing.abort();
    await this.#writeWaiting();
  }

  #endFold(key: string): void {
    const fold = this.#folds.get(key);
    this.#folds.delete(key);
    if (fold) this.#writeRepetitions(fold);
  }

  #writeRepetitions(fold: Fold): void {
    if (fold.times === 0) return;
    this.#enqueue({ ...fold.latest, details: { ...fold.latest.details, times: fold.times } });
    fold.times = 0;
  }

  #enqueue(entry: DatedEntry): void {
    if (this.#waiting.length >= MOST_WAITING) {
      this.#logLost([entry], `${MOST_WAITING} others wait for the database`);
      return;
    }
    this.#waiting.push(entry);
    this.#gathering ??= this.#options.clock.after(GATHER_MS, () => void this.#writeWaiting());
  }

  #writeWaiting(): Promise<void> {
    this.#gathering?.cancel();
    this.#gathering = undefined;
    this.#writing = this.#writing.then(async () => {
      for (let batch = this.#waiting.splice(0, BATCH); batch.length > 0; batch = this.#waiting.splice(0, BATCH)) {
        await this.#writeBatch(batch);
      }
    });
    return this.#writing;
  }

  async #writeBatch(batch: readonly DatedEntry[]): Promise<void> {
    const { signal } = this.#closing;
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.#options.write(batch);
        return;
      } catch (error) {
        if (attempt === TRIES || signal.aborted) {
          this.#logLost(batch, 'the database did not take it', error);
          return;
        }
        await this.#options.clock.sleep(FIRST_RETRY_MS * 2 ** (attempt - 1), signal).catch(() => {});
      }
    }
  }

  #logLost(entries: readonly DatedEntry[], why: string, error?: unknown): void {
    this.#options.logger.error({ entries, why, error }, 'Refusals are missing in the audit.');
  }
}

function sameness({ actorId, action, targetId, guildId, channelId, reason }: AuditEntry): string {
  return JSON.stringify([actorId, action, targetId, guildId, channelId, reason]);
}
