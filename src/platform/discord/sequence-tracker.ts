import { compareSnowflakes, snowflakeTime } from '../../kernel/snowflake.ts';

interface Entry {
  sequence: number;
  /** The event's message, if it brought one. */
  messageId: string | undefined;
  done: boolean;
}

/** Enough handled entries at the front to be worth moving the rest. */
const COMPACT_AT = 1024;

/**
 * How far a session's events have been handled: up to `sequence`, every one has, though they end in any order, with the
 * messages they brought.
 */
export class SequenceTracker {
  sequence: number;
  /** The last event that came. */
  received: number;
  #newestMessageId = '0';
  #entries: Entry[] = [];
  #front = 0;

  constructor(sequence: number) {
    this.sequence = sequence;
    this.received = sequence;
  }

  /** When the newest message among the handled was made, Unix ms; long ago when there was none. */
  get messageMs(): number {
    return snowflakeTime(this.#newestMessageId);
  }

  /** Returns what `handled` takes. */
  receive(sequence: number, messageId: string | undefined): Entry {
    const entry = { sequence, messageId, done: false };
    if (sequence > this.received) this.received = sequence;
    this.#entries.push(entry);
    return entry;
  }

  handled(entry: Entry): void {
    entry.done = true;
    for (let next = this.#entries[this.#front]; next?.done; next = this.#entries[this.#front]) {
      if (next.sequence > this.sequence) this.sequence = next.sequence;
      if (next.messageId !== undefined && compareSnowflakes(next.messageId, this.#newestMessageId) > 0) {
        this.#newestMessageId = next.messageId;
      }
      this.#front += 1;
    }
    if (this.#front === this.#entries.length) {
      this.#entries.length = 0;
      this.#front = 0;
    } else if (this.#front >= COMPACT_AT) {
      this.#entries.splice(0, this.#front);
      this.#front = 0;
    }
  }
}

export type { Entry as TrackedEvent };
