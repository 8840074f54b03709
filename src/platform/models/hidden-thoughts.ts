import type { Clock } from '../../kernel/clock.ts';
import type { ModelInfo } from './port.ts';

/**
 * How fast a model is taken to think where nobody sees it, in tokens a second: providers are measured at 50 to 200 for their
 * models that reason (artificialanalysis.ai, output speed, November 2026).
 */
const TOKENS_PER_SECOND = 100;
/** For as long a model may be silent to read its prompt. */
const READING_MS = 1000;

/**
 * Estimates thoughts that a provider keeps to itself by how long they take, so that stopping does not make them free. They
 * last from the sign that the model thinks, or, of a model that reasons and gives none, from when it has read its prompt,
 * to the first word that is seen.
 */
export class HiddenThoughts {
  readonly #clock: Clock;
  readonly #reasons: boolean;
  #sinceMs: number | undefined;
  #pastMs = 0;

  constructor(clock: Clock, { abilities }: ModelInfo) {
    this.#clock = clock;
    this.#reasons = abilities.reasoning;
  }

  opened(): void {
    if (this.#reasons) this.#sinceMs = this.#clock.now() + READING_MS;
  }

  begin(): void {
    this.#sinceMs = Math.min(this.#sinceMs ?? Number.POSITIVE_INFINITY, this.#clock.now());
  }

  end(): void {
    this.#pastMs += this.#lastingMs();
    this.#sinceMs = undefined;
  }

  /** Up to now. */
  tokens(): number {
    return Math.ceil(((this.#pastMs + this.#lastingMs()) / 1000) * TOKENS_PER_SECOND);
  }

  #lastingMs(): number {
    return this.#sinceMs === undefined ? 0 : Math.max(0, this.#clock.now() - this.#sinceMs);
  }
}
