/**
 * Runs items of one key in order and items of different keys side by side, at most `limit` at a time. An item whose key
 * is free and for which there is room is begun before `submit` returns. It is made for events that are mostly handled
 * at once: such an item costs one entry of a map, and no promise when `run` returns none.
 */
export class OrderedRunner<T> {
  #limit: number;
  #run: (item: T) => Promise<void> | undefined;
  /** Keys with an item under way or waiting for room, and what waits behind it. */
  #lanes = new Map<string, T[] | undefined>();
  #waiting: { key: string; item: T }[] = [];
  #active = 0;
  #idlers: (() => void)[] = [];
  #dropped = false;
  #refilling = false;

  /** `run` must not reject. */
  constructor(limit: number, run: (item: T) => Promise<void> | undefined) {
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
    this.#goOn(key, item);
  }

  /** Runs the items of a lane until one has to be waited for or none is left. */
  #goOn(key: string, item: T | undefined): void {
    for (let next = item; next !== undefined; next = this.#lanes.get(key)?.shift()) {
      const work = this.#run(next);
      if (work) {
        void work.then(() => this.#goOn(key, this.#lanes.get(key)?.shift()));
        return;
      }
    }
    this.#lanes.delete(key);
    this.#active -= 1;
    this.#refill();
  }

  /** A loop instead of recursion: thousands may be waiting that are handled at once. */
  #refill(): void {
    if (this.#refilling) return;
    this.#refilling = true;
    while (this.#active < this.#limit) {
      const waiting = this.#waiting.shift();
      if (!waiting) break;
      this.#begin(waiting.key, waiting.item);
    }
    this.#refilling = false;
    if (this.#active === 0) for (const resolve of this.#idlers.splice(0)) resolve();
  }
}
