import type { Clock } from '../../kernel/clock.ts';
import type { Tx } from '../../platform/postgres/index.ts';
import { Books } from './books.ts';
import type { Operation } from './operations.ts';
import { load, write } from './store.ts';

/** Runs one operation as a whole transaction, or as the last part of one. See `executeAll`. */
export async function execute<T>(tx: Tx, operation: Operation<T>, clock: Clock): Promise<T> {
  const outcomes = await executeAll(tx, [operation], clock);
  return outcomes[0] as T;
}

/**
 * Locks, loads, decides the operations one after the other, each on top of the changes before it, and writes
 * everything. Returns the outcomes in the same order. Rejects with the error of a decision and then writes nothing.
 */
export async function executeAll<T>(tx: Tx, operations: readonly Operation<T>[], clock: Clock): Promise<T[]> {
  const all = (names: (operation: Operation<T>) => readonly string[] | undefined) => [
    ...new Set(operations.flatMap((operation) => names(operation) ?? [])),
  ];
  const nowMs = clock.now();
  const loaded = await load(tx, {
    locks: all((operation) => operation.locks),
    keys: all((operation) => operation.keys),
    requests: all((operation) => operation.requests),
    savingsOf: all((operation) => operation.savingsOf),
    transactions: all((operation) => operation.transactions),
    windows: operations.flatMap((operation) => operation.windows?.(nowMs) ?? []),
  });
  const books = new Books(loaded);
  const outcomes = operations.map((operation) => {
    const { outcome, changes } = operation.decide(books, nowMs);
    books.apply(changes);
    return outcome;
  });
  await write(tx, books.changes);
  return outcomes;
}
