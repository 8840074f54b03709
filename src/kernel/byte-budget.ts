/** Bytes reserved from a budget. */
export interface ByteLease {
  readonly bytes: number;
  /** Returns the bytes beyond `bytes`. Never reserves more: leases that grow while others wait could deadlock. */
  shrink(bytes: number): void;
  /** Returns all bytes. Safe to call again. */
  release(): void;
}

interface Waiting {
  bytes: number;
  grant: () => void;
}

/**
 * Limits the bytes in memory over everything that reserves them here. First come, first served, even when a later and
 * smaller request would fit: otherwise a large one could wait forever.
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

  /** Throws a RangeError for more than the whole budget; rejects when the signal aborts. */
  async acquire(bytes: number, signal?: AbortSignal): Promise<ByteLease> {
    signal?.throwIfAborted();
    if (!(bytes >= 0 && bytes <= this.totalBytes)) {
      throw new RangeError(`${bytes} bytes do not fit in a budget of ${this.totalBytes}`);
    }
    if (this.waiting.length > 0 || bytes > this.free) await this.wait(bytes, signal);
    else this.free -= bytes;
    return this.lease(bytes);
  }

  /**
   * Counts bytes that are in memory already, at once, even beyond the budget: others wait until there is room again. For
   * what comes up while its owner holds a lease, who must not wait for more.
   */
  add(bytes: number): ByteLease {
    this.free -= bytes;
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
        // The next in line may fit now.
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
