/** Remembers at least the last `capacity` ids, at most twice as many. */
export class RecentIds {
  #capacity: number;
  /** Two generations: dropping the older as a whole is cheaper than deleting ids one by one. */
  #newer = new Set<string>();
  #older = new Set<string>();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** False when it is known already. */
  add(id: string): boolean {
    if (this.#newer.has(id) || this.#older.has(id)) return false;
    if (this.#newer.size >= this.#capacity) {
      this.#older = this.#newer;
      this.#newer = new Set();
    }
    this.#newer.add(id);
    return true;
  }
}
