import type { MeasuredWithin } from './tokens.ts';

/**
 * An honest server never writes more than was asked for, by its own count: this is for what differs in counting, such as
 * the tokens that end a message.
 */
const SLACK_TOKENS = 16;
/** Near the limit, what is counted again at once, in bytes: fewer tokens than the slack. */
const STEP_BYTES = 64;
/** No answer has longer tokens on average: the end of what is read, however it is counted. */
const LONGEST_TOKEN_CHARACTERS = 32;

/**
 * Where the reading of an answer ends, thoughts included, whatever the server sends. Counts only near the limit: before that
 * the bytes alone show that it is not reached. For models whose tokenizer is unknown the lowest plausible count decides,
 * so that an honest server that counts fewer tokens is not cut off; what others would count beyond the limit is told as an overrun.
 */
export class OutputLimit {
  readonly #limitTokens: number;
  readonly #measure: (text: string, limit: number) => Promise<MeasuredWithin>;
  #text = '';
  /** No fewer tokens than there are, by the lowest plausible count. */
  #mostTokens = 0;

  constructor(limitTokens: number, measure: (text: string, limit: number) => Promise<MeasuredWithin>) {
    this.#limitTokens = limitTokens + SLACK_TOKENS;
    this.#measure = measure;
  }

  /** How much of the next piece is within the limit. Less than all of it: the limit is reached. */
  async take(piece: string): Promise<string> {
    const before = this.#text.length;
    this.#mostTokens += Buffer.byteLength(piece);
    this.#text += piece;
    if (this.#mostTokens <= this.#limitTokens) return piece;
    const longest = this.#limitTokens * LONGEST_TOKEN_CHARACTERS;
    const { least, within } = await this.#measure(this.#text.slice(0, longest), this.#limitTokens);
    this.#mostTokens = Math.min(least, this.#limitTokens - STEP_BYTES);
    return within >= this.#text.length ? piece : piece.slice(0, Math.max(0, within - before));
  }
}
