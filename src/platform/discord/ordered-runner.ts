/**
 * Runs items of one key in order and items of different keys side by side, at most `limit` at a time. An item whose key
 * is free and for which there is room is begun before `submit` returns. It is made for events that are mostly handled
 * at once: such an item is run and leaves nothing behind.
 */
export class OrderedRunner<T> {
  #limit: number;
  #run: (item: T) => Promise<void> | undefined;
  /** Keys with an item that is waited for or waits for room, and what comes behind it. */
  #lanes = new Map<string, T[]>();
  /** The key of an item that is being run and may end at once; it has no lane yet. */
  #direct: string | undefined;
  #waiting: { key: string; item: T }[] = [];
  #active = 0;
  #idlers: (() => void)[] = [];
  #dropped = false;
  #refilling = false;

  /** `run` must neither throw nor reject. */
  constructor(limit: number, run: (item: T) => Promise<void> | undefined) {
    this.#limit = limit;
    this.#run = run;
  }

  submit(key: string, item: T): void {
    if (this.#dropped) return;
    // An item that is submitted by the run of another comes behind it.
    if (this.#direct !== undefined) this.#laneOf(this.#direct);
    const behind = this.#lanes.get(key);
    if (behind) behind.push(item);
    else if (this.#active < this.#limit) this.#begin(key, item);
    else {
      this.#laneOf(key);
      this.#waiting.push({ key, item });
    }
  }

  /** Resolves when nothing is under way or waiting. */
  async idle(): Promise<void> {
    if (this.#active > 0) await new Promise<void>((resolve) => this.#idlers.push(resolve));
  }

  /** Forgets what has not begun, now and from now on. */
  drop(): void {
    this.#dropped = true;
    this.#waiting = [];
    for (const behind of this.#lanes.values()) behind.splice(0);
  }

  #laneOf(key: string): T[] {
    const lane = this.#lanes.get(key) ?? [];
    this.#lanes.set(key, lane);
    return lane;
  }

  #begin(key: string, item: T): void {
    this.#active += 1;
    this.#direct = key;
    const work = this.#run(item);
    this.#direct = undefined;
    if (work) {
      this.#laneOf(key);
      void work.then(() => this.#goOn(key));
    } else if (this.#lanes.size > 0 && this.#lanes.has(key)) this.#goOn(key);
    else this.#ended();
  }

  /** Runs what comes behind in a lane until an item has to be waited for or none is left. */
  #goOn(key: string): void {
    const lane = this.#laneOf(key);
    for (let next = lane.shift(); next !== undefined; next = lane.shift()) {
      const work = this.#run(next);
      if (work) {
        void work.then(() => this.#goOn(key));
        return;
      }
    }
    this.#lanes.delete(key);
    this.#ended();
  }

  #ended(): void {
    this.#active -= 1;
    if (this.#waiting.length > 0) this.#refill();
    const isIdle = this.#active === 0 && this.#waiting.length === 0;
    if (isIdle && this.#idlers.length > 0) for (const resolve of this.#idlers.splice(0)) resolve();
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
  }
}
