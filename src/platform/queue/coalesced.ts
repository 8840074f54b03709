/** A task that never runs twice at a time. Requests during a run cause one more run after it. */
export class Coalesced {
  readonly #run: () => Promise<void>;
  #wanted = false;
  #ended = false;
  #running: Promise<void> | undefined;

  /** `run` takes at least one turn of the event loop and never rejects. */
  constructor(run: () => Promise<void>) {
    this.#run = run;
  }

  request(): void {
    if (this.#ended) return;
    this.#wanted = true;
    this.#running ??= this.#repeat();
  }

  /** Resolves when no run is active. */
  async settled(): Promise<void> {
    await this.#running;
  }

  /** Ignores further requests; resolves when no run is active. */
  async end(): Promise<void> {
    this.#ended = true;
    await this.#running;
  }

  async #repeat(): Promise<void> {
    while (this.#wanted && !this.#ended) {
      this.#wanted = false;
      await this.#run();
    }
    // In the same turn as the last check for requests, so none is lost in between.
    this.#running = undefined;
  }
}
