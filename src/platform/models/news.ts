import type { ModelNews } from './port.ts';

/** Of what is told before anyone listens, the first are kept. */
const MOST_KEPT = 20;

export class News {
  #listener: ((news: ModelNews) => void) | undefined;
  #kept: ModelNews[] = [];

  tell(news: ModelNews): void {
    if (this.#listener) this.#listener(news);
    else if (this.#kept.length < MOST_KEPT) this.#kept.push(news);
  }

  listen(listener: (news: ModelNews) => void): void {
    this.#listener = listener;
    for (const news of this.#kept.splice(0)) listener(news);
  }
}
