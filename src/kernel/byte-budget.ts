/** What one holder has of a budget. */
export interface ByteLease {
  readonly bytes: number;
  /** Gives back what is more than `bytes`. Never takes more: what grows while others wait could wait for itself. */
  shrink(bytes: number): void;
  /** Gives all of it back. Harmless when done already. */
  release(): void;
}

interface Waiting {
  bytes: number;
  grant: () => void;
}

/**
 * Bytes that may be in memory at once, over everything that takes them from here. Who asks first is served first, also
 * where a later and smaller request would fit: otherwise a large one could wait for ever.
 */
export class ByteBudget {
  readonly totalBytes: number;
  private free: number;
  private readonly waiting: Waiting[] = [];

  constructor(totalBytes: number) {
    this.totalBytes = totalBytes;
    this.free = totalBytes;
  }

  get usedBytes(): number {
    return this.totalBytes - this.free;
  }

  /** Throws a RangeError for more than the whole budget, which could never be had; rejects when the signal aborts. */
  async acquire(bytes: number, signal?: AbortSignal): Promise<ByteLease> {
    signal?.throwIfAborted();
    if (!(bytes >= 0 && bytes <= this.totalBytes)) {
      throw new RangeError(`${bytes} bytes are not within a budget of ${this.totalBytes}`);
    }
    if (this.waiting.length > 0 || bytes > this.free) await this.wait(bytes, signal);
    else this.free -= bytes;
    return this.lease(bytes);
  }

  private wait(bytes: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const entry: Waiting = {
        bytes,
        grant: () => {
          signal?.removeEventListener('abort', giveUp);
          resolve();
        },
      };
      const giveUp = () => {
        this.waiting.splice(this.waiting.indexOf(entry), 1);
        // Whoever stood behind it may have room.
        this.serve();
        reject(signal?.reason as Error);
      };
      signal?.addEventListener('abort', giveUp, { once: true });
      this.waiting.push(entry);
    });
  }

  private serve(): void {
    for (let next = this.waiting[0]; next !== undefined && next.bytes <= this.free; next = this.waiting[0]) {
      this.waiting.shift();
      this.free -= next.bytes;
      next.grant();
    }
  }

  private lease(granted: number): ByteLease {
    let held = granted;
    const shrink = (bytes: number) => {
      const freed = held - Math.max(0, bytes);
      if (freed <= 0) return;
      held -= freed;
      this.free += freed;
      this.serve();
    };
    return {
      get bytes() {
        return held;
      },
      shrink,
      release: () => shrink(0),
    };
  }
}
