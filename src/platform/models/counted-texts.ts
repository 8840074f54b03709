import { hash } from 'node:crypto';
import type { Measure } from './token-worker.ts';

/** Of about 200 bytes each: the conversations of an hour, not of a day. */
const MOST_TEXTS = 5000;

/**
 * What texts were counted as, the latest used last. A prompt is counted for its window, for its reservation and for its
 * use, and most of it again with the next question. Texts are known by their hash, so that nothing people wrote is kept.
 */
export class CountedTexts {
  readonly #measures = new Map<string, Measure>();

  keyOf(kind: string, text: string): string {
    return `${kind}/${hash('sha256', text, 'base64')}`;
  }

  get(key: string): Measure | undefined {
    const measure = this.#measures.get(key);
    if (!measure) return undefined;
    this.#measures.delete(key);
    this.#measures.set(key, measure);
    return measure;
  }

  set(key: string, measure: Measure): void {
    this.#measures.delete(key);
    this.#measures.set(key, measure);
    const [oldest] = this.#measures.keys();
    if (this.#measures.size > MOST_TEXTS && oldest !== undefined) this.#measures.delete(oldest);
  }
}
