/** What has been opened, closed in reverse order. A failure to close one thing does not keep the rest open. */
export interface Closers {
  add(close: () => Promise<unknown>): void;
  /** Runs each closer once. Rejects with the first failure when all have run. */
  closeAll(): Promise<void>;
}

export function createClosers(): Closers {
  const closers: (() => Promise<unknown>)[] = [];
  return {
    add: (close) => void closers.push(close),
    closeAll: async () => {
      const failures: unknown[] = [];
      for (let close = closers.pop(); close; close = closers.pop()) {
        await close().catch((error: unknown) => failures.push(error));
      }
      if (failures.length > 0) throw failures[0];
    },
  };
}
