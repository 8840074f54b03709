import type { Random } from '../../kernel/random.ts';

interface BackoffOptions {
  random: Random;
  firstMs: number;
  longestMs: number;
  /** Tries in a row that do not wait at all. */
  free?: number;
}

/** How long to wait before each try: twice as long each time, spread so that many do not come back at the same moment. */
export class Backoff {
  readonly #options: BackoffOptions;
  #tries = 0;

  constructor(options: BackoffOptions) {
    this.#options = options;
  }

  /** Milliseconds before the next try, which counts as made. */
  next(): number {
    const { random, firstMs, longestMs, free = 0 } = this.#options;
    const waited = this.#tries - free;
    this.#tries += 1;
    if (waited < 0) return 0;
    return Math.min(longestMs, firstMs * 2 ** Math.min(waited, 40)) * (0.5 + random.next() / 2);
  }

  /** What was tried has worked. */
  reset(): void {
    this.#tries = 0;
  }
}
