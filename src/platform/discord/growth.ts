import type { Clock } from '../../kernel/clock.ts';
import { discordLimits } from './limits.ts';

/** A rate taken over less than this is chance. */
const LEAST_SPAN_MS = 250;

/** How fast an answer grows, to tell how many writes its coming parts will need. */
export class Growth {
  #clock: Clock;
  #first: { atMs: number; length: number } | undefined;
  #last = { atMs: 0, length: 0 };

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  reached(length: number): void {
    this.#last = { atMs: this.#clock.now(), length };
    this.#first ??= { ...this.#last };
  }

  /**
   * Writes that the parts to come within `spanMs` will need, when the last part holds `lastLength` characters: one to
   * complete each part that fills up and one for the part after the last of them.
   */
  writesNeeded(lastLength: number, spanMs: number): number {
    const elapsedMs = this.#first ? this.#last.atMs - this.#first.atMs : 0;
    if (!this.#first || elapsedMs < LEAST_SPAN_MS) return 0;
    const perMs = (this.#last.length - this.#first.length) / elapsedMs;
    const filled = Math.floor((lastLength + perMs * spanMs) / discordLimits.messageLength);
    return filled <= 0 ? 0 : filled + 1;
  }
}
