/** Something to be done; what it rejects with is for `onError`. */
export type Task = () => Promise<void>;

/**
 * Runs tasks of one key in order and tasks of different keys side by side, at most `limit` at a time. A task whose key is
 * free and for which there is room begins before `submit` returns.
 */
export class OrderedRunner {
  #limit: number;
  #onError: (error: unknown) => void;
  /** Keys with a task under way or waiting for room, and what waits behind it. */
  #lanes = new Map<string, Task[]>();
  #waiting: { key: string; task: Task }[] = [];
  #active = 0;
  #idlers: (() => void)[] = [];
  #dropped = false;

  constructor(limit: number, onError: (error: unknown) => void) {
    this.#limit = limit;
    this.#onError = onError;
  }

  submit(key: string, task: Task): void {
    if (this.#dropped) return;
    const lane = this.#lanes.get(key);
    if (lane) {
      lane.push(task);
      return;
    }
    this.#lanes.set(key, []);
    if (this.#active < this.#limit) this.#run(key, task);
    else this.#waiting.push({ key, task });
  }

  /** Resolves when nothing is under way or waiting. */
  async idle(): Promise<void> {
    if (this.#active > 0) await new Promise<void>((resolve) => this.#idlers.push(resolve));
  }

  /** Forgets what has not begun, now and from now on. */
  drop(): void {
    this.#dropped = true;
    this.#waiting = [];
    for (const lane of this.#lanes.values()) lane.length = 0;
  }

  #run(key: string, task: Task): void {
    this.#active += 1;
    task().then(
      () => this.#ended(key),
      (error: unknown) => {
        this.#onError(error);
        this.#ended(key);
      },
    );
  }

  #ended(key: string): void {
    this.#active -= 1;
    const next = this.#lanes.get(key)?.shift();
    if (next) {
      this.#run(key, next);
      return;
    }
    this.#lanes.delete(key);
    const waiting = this.#waiting.shift();
    if (waiting) this.#run(waiting.key, waiting.task);
    else if (this.#active === 0) for (const resolve of this.#idlers.splice(0)) resolve();
  }
}
