interface Entry {
  sequence: number;
  /** When the event's message was made; 0 for other events. */
  messageMs: number;
  done: boolean;
}

/** Enough handled entries at the front to be worth moving the rest. */
const COMPACT_AT = 1024;

/**
 * How far a session's events have been handled: up to `sequence`, every one has, though they end in any order. Messages
 * made before `messageMs` are among them.
 */
export class SequenceTracker {
  sequence: number;
  messageMs = 0;
  /** The last event that came. */
  received: number;
  #entries: Entry[] = [];
  #front = 0;

  constructor(sequence: number) {
    this.sequence = sequence;
    this.received = sequence;
  }

  /** Returns what `handled` takes. */
  receive(sequence: number, messageMs: number): Entry {
    const entry = { sequence, messageMs, done: false };
    this.received = Math.max(this.received, sequence);
    this.#entries.push(entry);
    return entry;
  }

  handled(entry: Entry): void {
    entry.done = true;
    for (let next = this.#entries[this.#front]; next?.done; next = this.#entries[this.#front]) {
      this.sequence = Math.max(this.sequence, next.sequence);
      this.messageMs = Math.max(this.messageMs, next.messageMs);
      this.#front += 1;
    }
    if (this.#front === this.#entries.length || this.#front >= COMPACT_AT) {
      this.#entries.splice(0, this.#front);
      this.#front = 0;
    }
  }
}

export type { Entry as TrackedEvent };
