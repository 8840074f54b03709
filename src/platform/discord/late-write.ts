import type { Clock, Timer } from '../../kernel/clock.ts';

const RETRY_AFTER_MS = 2000;

interface LateWriteOptions {
  clock: Clock;
  /** How long after the first change all that came are written. */
  afterMs: number;
  /** Writes what there is. One runs at a time. */
  write: () => Promise<void>;
  /** Told of a write that failed and will be tried again. */
  onFailure: (error: unknown) => void;
}

/** Writes a moment after a change, together with those that come meanwhile, until it succeeds. */
export class LateWrite {
  #options: LateWriteOptions;
  #timer: Timer | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(options: LateWriteOptions) {
    this.#options = options;
  }

  schedule(delayMs = this.#options.afterMs): void {
    this.#timer ??= this.#options.clock.after(delayMs, () => {
      this.#timer = undefined;
      this.flush().catch((error: unknown) => {
        this.#options.onFailure(error);
        this.schedule(RETRY_AFTER_MS);
      });
    });
  }

  /** Writes now. Rejects when that fails, and does not try again by itself. */
  flush(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    const write = this.#writing.then(() => this.#options.write());
    this.#writing = write.catch(() => {});
    return write;
  }
}
