import type { RunKey } from './run-store.ts';

interface Waiting {
  run: RunKey;
  resolve: (current: boolean) => void;
  reject: (error: unknown) => void;
}

/**
 * Records successful runs. Those that end during a statement share the next one, so a single end never waits and a
 * hundred at once cost one commit.
 */
export class Completions {
  readonly #write: (runs: readonly RunKey[]) => Promise<Set<string>>;
  #waiting: Waiting[] = [];
  #writing = false;

  /** `write` returns the ids of the jobs whose run was still current. */
  constructor(write: (runs: readonly RunKey[]) => Promise<Set<string>>) {
    this.#write = write;
  }

  /** Resolves once the end is on disk: true when the run was still current. */
  add(run: RunKey): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ run, resolve, reject });
      if (!this.#writing) void this.#drain();
    });
  }

  async #drain(): Promise<void> {
    this.#writing = true;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0);
      try {
        const current = await this.#write(batch.map((entry) => entry.run));
        for (const { run, resolve } of batch) resolve(current.has(run.jobId));
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.#writing = false;
  }
}
