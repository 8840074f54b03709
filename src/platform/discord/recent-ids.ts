const LOW_DIGITS = 9;
const MOST_DIGITS = 20;
const DIGIT_ZERO = 48;
/** Knuth's multiplicative hashing: neighbouring ids lie far apart. */
const HASH_FACTOR = 0x9e3779b1;

/**
 * Remembers at least the last `capacity` ids, at most twice as many. Every message that the bot sees is added, so
 * snowflakes are kept as numbers in tables of a fixed size: a set of strings would cost several times as much, and give the
 * garbage collector thousands of strings to move.
 */
export class RecentIds {
  #capacity: number;
  /** Two generations: dropping the older as a whole is cheaper than deleting ids one by one. */
  #newer: IdTable;
  #older: IdTable;

  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#newer = new IdTable(capacity);
    this.#older = new IdTable(capacity);
  }

  /** False when it is known already. */
  add(id: string): boolean {
    if (this.#older.has(id)) return false;
    if (this.#newer.size >= this.#capacity) {
      if (this.#newer.has(id)) return false;
      [this.#older, this.#newer] = [this.#newer, this.#older];
      this.#newer.clear();
    }
    return this.#newer.add(id);
  }
}

/** A set of ids by open addressing, at most half full. */
class IdTable {
  size = 0;
  #mask: number;
  /** For each slot the digits before the last nine, plus one, and the last nine; zero where the slot is free. */
  #slots: Float64Array;
  /** What is no snowflake; Discord has no such ids. */
  #others = new Set<string>();

  constructor(capacity: number) {
    const slots = 2 ** Math.ceil(Math.log2(2 * capacity));
    this.#mask = slots - 1;
    this.#slots = new Float64Array(2 * slots);
  }

  has(id: string): boolean {
    const high = numberIn(id, 0, id.length - LOW_DIGITS) + 1;
    const low = numberIn(id, id.length - LOW_DIGITS, id.length);
    if (!isSnowflake(id, high, low)) return this.#others.has(id);
    return this.#slots[this.#slotOf(high, low)] === high;
  }

  /** False when it is there already. */
  add(id: string): boolean {
    const high = numberIn(id, 0, id.length - LOW_DIGITS) + 1;
    const low = numberIn(id, id.length - LOW_DIGITS, id.length);
    if (!isSnowflake(id, high, low)) {
      if (this.#others.has(id)) return false;
      this.#others.add(id);
    } else {
      const slot = this.#slotOf(high, low);
      if (this.#slots[slot] === high) return false;
      this.#slots[slot] = high;
      this.#slots[slot + 1] = low;
    }
    this.size += 1;
    return true;
  }

  clear(): void {
    this.size = 0;
    this.#slots.fill(0);
    this.#others.clear();
  }

  /** Where the id is, or where it belongs. */
  #slotOf(high: number, low: number): number {
    let at = (Math.imul(low ^ Math.imul(high, HASH_FACTOR), HASH_FACTOR) >>> 8) & this.#mask;
    while (this.#slots[2 * at] !== 0 && (this.#slots[2 * at] !== high || this.#slots[2 * at + 1] !== low)) {
      at = (at + 1) & this.#mask;
    }
    return 2 * at;
  }
}

const isSnowflake = (id: string, high: number, low: number): boolean =>
  id.length > LOW_DIGITS && id.length <= MOST_DIGITS && !Number.isNaN(high + low) && !id.startsWith('0');

/** The decimal number that these characters are; NaN when one is no digit. */
function numberIn(text: string, from: number, to: number): number {
  let number = 0;
  for (let at = from; at < to; at += 1) {
    const digit = text.charCodeAt(at) - DIGIT_ZERO;
    if (!(digit >= 0 && digit <= 9)) return NaN;
    number = number * 10 + digit;
  }
  return number;
}
