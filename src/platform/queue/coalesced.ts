/** A task that many ask for: never twice at a time, and asked for while it runs, once more after that. */
export class Coalesced {
  readonly #run: () => Promise<void>;
  #wanted = false;
  #ended = false;
  #running: Promise<void> | undefined;

  /** `run` takes at least one turn of the event loop and does not reject. */
  constructor(run: () => Promise<void>) {
    this.#run = run;
  }

  request(): void {
    if (this.#ended) return;
    this.#wanted = true;
    this.#running ??= this.#repeat();
  }

  /** Resolves when it rests. */
  async settled(): Promise<void> {
    await this.#running;
  }

  /** Ignores requests from now on; resolves when it rests. */
  async end(): Promise<void> {
    this.#ended = true;
    await this.#running;
  }

  async #repeat(): Promise<void> {
    while (this.#wanted && !this.#ended) {
      this.#wanted = false;
      await this.#run();
    }
    // In the same turn as the last look at what is wanted, so that no request falls in between.
    this.#running = undefined;
  }
}
