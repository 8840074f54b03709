import { setImmediate as turn } from 'node:timers/promises';

/** Small enough that a batch holds up nothing else. */
const batchSize = 20;

/** Maps in order, a few items at a time, and yields to the event loop between batches. */
export async function mapInBatches<Item, Result>(
  items: readonly Item[],
  run: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (let from = 0; from < items.length; from += batchSize) {
    if (from > 0) await turn();
    results.push(...(await Promise.all(items.slice(from, from + batchSize).map(run))));
  }
  return results;
}

/** Yields to the event loop once. */
export const yieldToOthers = (): Promise<void> => turn();
