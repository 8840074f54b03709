/** A character of a script without spaces between words, or a run of letters and digits of another. */
const WORD = /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}]|[[\p{L}\p{N}\p{M}]--[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}]]+/gv;

/** Words as the search compares them, without regard to case. */
function wordsOf(text: string): string[] {
  return text.toLowerCase().match(WORD) ?? [];
}

/**
 * How many words of all messages together one search compares closely. Past it, what is left counts as not found: Discord
 * says, too, that a search may find less than there is.
 */
const mostSteps = 2_000_000;

/** Looks for words in their order, with at most `slop` others between one and the next. */
export class TextSearch {
  readonly #content: string;
  readonly #words: readonly string[];
  readonly #slop: number;
  #steps = 0;

  constructor(content: string, slop: number) {
    this.#content = content.toLowerCase();
    this.#words = wordsOf(content);
    this.#slop = slop;
  }

  /** The share of the text that the words make up, more where they are repeated; 0 when it does not match. */
  scoreOf(text: string): number {
    const lowered = text.toLowerCase();
    // Nothing asked for, or signs alone.
    if (this.#words.length === 0) return lowered.includes(this.#content) ? 1 : 0;
    // Most texts hold not even the letters: asking for those is cheap.
    if (this.#steps >= mostSteps || !this.#words.every((word) => lowered.includes(word))) return 0;
    const words = wordsOf(text);
    this.#steps += words.length;
    const places = new Map<string, number[]>();
    words.forEach((word, index) => {
      const known = places.get(word);
      if (known) known.push(index);
      else places.set(word, [index]);
    });
    if (!this.#followEachOther(places)) return 0;
    const hits = [...new Set(this.#words)].reduce((sum, word) => sum + (places.get(word)?.length ?? 0), 0);
    return hits / words.length;
  }

  #followEachOther(places: ReadonlyMap<string, readonly number[]>): boolean {
    let reached: readonly number[] | null = null;
    for (const word of this.#words) {
      const candidates: readonly number[] = places.get(word) ?? [];
      this.#steps += candidates.length;
      reached = reached === null ? candidates : this.#reachable(candidates, reached);
      if (reached.length === 0 || this.#steps >= mostSteps) return false;
    }
    return true;
  }

  /** The candidates that follow one of the places reached; both lists ascend. */
  #reachable(candidates: readonly number[], reached: readonly number[]): number[] {
    let latest = -1;
    return candidates.filter((place) => {
      while (latest + 1 < reached.length && (reached[latest + 1] ?? Infinity) < place) latest += 1;
      const before = reached[latest];
      return before !== undefined && place - before <= this.#slop + 1;
    });
  }
}
