/** How often a text must come before the server keeps its plan: what comes once would only cost memory. */
const USES_BEFORE_NAMED = 3;
/** Each connection may hold a plan of each, some 20 kB of the server's memory. */
const MOST_NAMED = 400;
const MOST_COUNTED = 4_000;
const LONGEST = 20_000;

/**
 * Names for statements that a process sends again and again: a server that knows a statement by name parses and plans it
 * once per connection, which for our longer ones is most of their time (PostgreSQL manual, PREPARE). Bounded, since lists of
 * varying length make ever new texts.
 */
export class StatementNames {
  readonly #uses = new Map<string, number>();
  #names = new Map<string, string>();
  #generation = 0;

  /** Undefined for a text that isn't worth a name yet. */
  of(text: string): string | undefined {
    const known = this.#names.get(text);
    if (known !== undefined || text.length > LONGEST || this.#names.size >= MOST_NAMED) return known;
    const uses = (this.#uses.get(text) ?? 0) + 1;
    if (uses < USES_BEFORE_NAMED) {
      if (this.#uses.size >= MOST_COUNTED) this.#uses.clear();
      this.#uses.set(text, uses);
      return undefined;
    }
    this.#uses.delete(text);
    const name = `familiar_${this.#generation}_${this.#names.size}`;
    this.#names.set(text, name);
    return name;
  }

  /** Every statement gets another name, so that every connection plans it again. */
  renew(): void {
    this.#generation += 1;
    this.#names = new Map();
  }
}
