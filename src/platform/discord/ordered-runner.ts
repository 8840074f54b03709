/**
 * Runs items of one key in order and items of different keys side by side, at most `limit` at a time. An item whose key
 * is free and for which there is room is begun before `submit` returns. It is made for events that are mostly handled
 * at once: such an item costs one entry of a map and one promise.
 */
export class OrderedRunner<T> {
  #limit: number;
  #run: (item: T) => Promise<void>;
  /** Keys with an item under way or waiting for room, and what waits behind it. */
  #lanes = new Map<string, T[] | undefined>();
  #waiting: { key: string; item: T }[] = [];
  #active = 0;
  #idlers: (() => void)[] = [];
  #dropped = false;

  /** `run` must not reject. */
  constructor(limit: number, run: (item: T) => Promise<void>) {
    this.#limit = limit;
    this.#run = run;
  }

  submit(key: string, item: T): void {
    if (this.#dropped) return;
    if (this.#lanes.has(key)) {
      const behind = this.#lanes.get(key);
      if (behind) behind.push(item);
      else this.#lanes.set(key, [item]);
      return;
    }
    this.#lanes.set(key, undefined);
    if (this.#active < this.#limit) this.#begin(key, item);
    else this.#waiting.push({ key, item });
  }

  /** Resolves when nothing is under way or waiting. */
  async idle(): Promise<void> {
    if (this.#active > 0) await new Promise<void>((resolve) => this.#idlers.push(resolve));
  }

  /** Forgets what has not begun, now and from now on. */
  drop(): void {
    this.#dropped = true;
    this.#waiting = [];
    for (const behind of this.#lanes.values()) behind?.splice(0);
  }

  #begin(key: string, item: T): void {
    this.#active += 1;
    void this.#run(item).then(() => this.#ended(key));
  }

  #ended(key: string): void {
    this.#active -= 1;
    const next = this.#lanes.get(key)?.shift();
    if (next !== undefined) {
      this.#begin(key, next);
      return;
    }
    this.#lanes.delete(key);
    const waiting = this.#waiting.shift();
    if (waiting) this.#begin(waiting.key, waiting.item);
    else if (this.#active === 0) for (const resolve of this.#idlers.splice(0)) resolve();
  }
}
