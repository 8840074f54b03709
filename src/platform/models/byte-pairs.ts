/** A vocabulary as `gpt-tokenizer` ships it: the text or bytes of each token, by rank. */
export type Ranks = readonly (string | readonly number[])[];

/** Pieces up to this length are remembered, so that ordinary words are merged once. */
const REMEMBERED_LENGTH = 48;
const REMEMBERED_PIECES = 50_000;
/** Above every position in a text, so that rank and position make one number that sorts by rank first. */
const POSITIONS = 2 ** 24;

/**
 * Counts exactly as byte-pair encoding does, in n log n for the longest piece: the usual implementation takes time by
 * its square, which is seconds for 100 kB of one letter. Texts cannot be cut to save time instead: a cut can make the
 * count smaller, because merging is greedy.
 */
export class BytePairs {
  /** By the bytes of a token, each as one character. */
  readonly #ranks = new Map<string, number>();
  readonly #pattern: RegExp;
  readonly #remembered = new Map<string, number>();
  readonly #longestToken: number;

  constructor(ranks: Ranks, pattern: RegExp) {
    this.#pattern = new RegExp(pattern.source, 'gu');
    let longest = 0;
    ranks.forEach((token, rank) => {
      const key = typeof token === 'string' ? bytesOf(token) : Buffer.from(token).toString('latin1');
      this.#ranks.set(key, rank);
      longest = Math.max(longest, key.length);
    });
    this.#longestToken = longest;
  }

  /** The pieces that no token reaches across, each with its tokens. */
  *pieces(text: string): Generator<{ piece: string; tokens: number }> {
    for (const [piece] of text.matchAll(this.#pattern)) yield { piece, tokens: this.#count(piece) };
  }

  #count(piece: string): number {
    const bytes = bytesOf(piece);
    if (this.#ranks.has(bytes)) return 1;
    if (bytes.length > REMEMBERED_LENGTH) return this.#merge(bytes);
    let tokens = this.#remembered.get(bytes);
    if (tokens === undefined) {
      tokens = this.#merge(bytes);
      if (this.#remembered.size >= REMEMBERED_PIECES) this.#remembered.clear();
      this.#remembered.set(bytes, tokens);
    }
    return tokens;
  }

  /** Merges the pair of lowest rank, the leftmost of several, until none is left. */
  #merge(bytes: string): number {
    const { length } = bytes;
    const next = new Int32Array(length);
    const previous = new Int32Array(length);
    /** Of the pair that begins here; -1 where there is none. */
    const pairRanks = new Int32Array(length);
    const queue = new SmallestFirst();
    const rankPair = (at: number): void => {
      const second = next[at] ?? length;
      const end = second < length ? (next[second] ?? length) : length + this.#longestToken;
      const rank = end - at > this.#longestToken ? undefined : this.#ranks.get(bytes.slice(at, end));
      pairRanks[at] = rank ?? -1;
      if (rank !== undefined) queue.add(rank * POSITIONS + at);
    };
    for (let at = 0; at < length; at++) {
      next[at] = at + 1;
      previous[at] = at - 1;
    }
    for (let at = 0; at < length; at++) rankPair(at);
    let tokens = length;
    for (let entry = queue.take(); entry !== undefined; entry = queue.take()) {
      const at = entry % POSITIONS;
      // An entry is out of date when its pair has been merged with a neighbour since.
      if (pairRanks[at] !== Math.floor(entry / POSITIONS)) continue;
      const second = next[at] ?? length;
      const after = next[second] ?? length;
      pairRanks[second] = -1;
      next[at] = after;
      if (after < length) previous[after] = at;
      tokens -= 1;
      rankPair(at);
      const before = previous[at] ?? -1;
      if (before >= 0) rankPair(before);
    }
    return tokens;
  }
}

/** The UTF-8 bytes of a text, each as one character. */
function bytesOf(text: string): string {
  return /^[\0-\x7f]*$/.test(text) ? text : Buffer.from(text, 'utf8').toString('latin1');
}

/** A binary heap of numbers. */
class SmallestFirst {
  readonly #heap: number[] = [];

  add(value: number): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(value);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent] ?? value;
      if (above <= value) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = value;
  }

  take(): number | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if ((heap[child + 1] ?? Number.POSITIVE_INFINITY) < (heap[child] ?? 0)) child += 1;
      const below = heap[child] ?? last;
      if (below >= last) break;
      heap[at] = below;
      at = child;
    }
    heap[at] = last;
    return first;
  }
}
