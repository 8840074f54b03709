import type { Clock } from '../../kernel/clock.ts';
import type { Tx } from '../../platform/postgres/index.ts';
import { Books } from './books.ts';
import type { Operation } from './operations.ts';
import {
  addToMeters,
  addToSavings,
  insertHolds,
  insertTransactions,
  loadFigures,
  loadHolds,
  loadSavings,
  loadTransactionKeys,
  lockHolders,
  updateHolds,
} from './store.ts';

/** One operation as a whole transaction or the last part of one. See `executeAll`. */
export async function execute<T>(tx: Tx, operation: Operation<T>, clock: Clock): Promise<T> {
  const outcomes = await executeAll(tx, [operation], clock);
  return outcomes[0] as T;
}

/**
 * Locks, loads, decides one operation after the other, each upon what those before it did, and writes all of it. Returns
 * their outcomes in the same order. Rejects with what a decision throws; nothing is written then.
 */
export async function executeAll<T>(tx: Tx, operations: readonly Operation<T>[], clock: Clock): Promise<T[]> {
  const all = (names: (operation: Operation<T>) => readonly string[] | undefined) => [
    ...new Set(operations.flatMap((operation) => names(operation) ?? [])),
  ];
  const keys = all((operation) => operation.keys);
  await lockHolders(
    tx,
    all((operation) => operation.locks),
    keys,
  );
  const nowMs = clock.now();
  const holds = await loadHolds(
    tx,
    keys,
    all((operation) => operation.requests),
  );
  const byKey = new Map(holds.map((hold) => [hold.key, hold]));
  const windows = operations.flatMap((operation) => operation.windows?.((key) => byKey.get(key), nowMs) ?? []);
  const books = new Books({
    holds,
    windows: await loadFigures(tx, windows),
    savings: await loadSavings(
      tx,
      all((operation) => operation.savingsOf),
    ),
    transactions: await loadTransactionKeys(
      tx,
      all((operation) => operation.transactions),
    ),
  });
  const outcomes = operations.map((operation) => {
    const { outcome, changes } = operation.decide(books, nowMs);
    books.apply(changes);
    return outcome;
  });
  await write(tx, books);
  return outcomes;
}

async function write(tx: Tx, books: Books): Promise<void> {
  const { newHolds, changedHolds, meters, savings, transactions } = books.changes;
  await insertHolds(tx, newHolds);
  await updateHolds(tx, changedHolds);
  await insertTransactions(tx, transactions);
  await addToSavings(tx, savings);
  // Last, since every transaction of the instance waits for its meter.
  await addToMeters(tx, meters);
}
