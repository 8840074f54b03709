import { setImmediate as turn } from 'node:timers/promises';
import { VendorError } from '../../kernel/errors.ts';
import type { Operation } from './operations.ts';

/** Keeps a batch at a few milliseconds. */
const MOST_AT_ONCE = 128;

interface Waiting {
  operation: Operation<() => void>;
  reject: (error: unknown) => void;
}

/**
 * Runs operations. Those that arrive during a transaction share the next one. So a single operation never waits, and a
 * hundred at once, which all need the same meters, cost one commit.
 */
export class Batches {
  readonly #execute: (operations: readonly Operation<() => void>[]) => Promise<(() => void)[]>;
  readonly #waiting: Waiting[] = [];
  #running = false;
  /** Whether the last batch had several operations. */
  #together = false;

  /** `execute` runs operations in one transaction and resolves to their outcomes after the commit. */
  constructor(execute: (operations: readonly Operation<() => void>[]) => Promise<(() => void)[]>) {
    this.#execute = execute;
  }

  add<T>(operation: Operation<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const decide: Operation<() => void>['decide'] = (books, nowMs) => {
        const { outcome, changes } = operation.decide(books, nowMs);
        return { outcome: () => resolve(outcome), changes };
      };
      this.#waiting.push({ operation: { ...operation, decide }, reject });
      if (!this.#running) void this.#drain();
    });
  }

  async #drain(): Promise<void> {
    this.#running = true;
    while (this.#waiting.length > 0) {
      // Callers that were answered together ask again in the same turn of the event loop, and share the next commit. A
      // single caller never waits.
      if (this.#together) await turn();
      const batch = this.#waiting.splice(0, MOST_AT_ONCE);
      this.#together = batch.length > 1;
      await this.#run(batch);
    }
    this.#running = false;
  }

  /** Runs each operation of a failed batch by itself, so that only the faulty one fails. Never rejects. */
  async #run(batch: readonly Waiting[]): Promise<void> {
    try {
      const accepts = await this.#execute(batch.map(({ operation }) => operation));
      for (const accept of accepts) accept();
    } catch (error) {
      if (batch.length === 1 || error instanceof VendorError) for (const { reject } of batch) reject(error);
      else for (const waiting of batch) await this.#run([waiting]);
    }
  }
}
