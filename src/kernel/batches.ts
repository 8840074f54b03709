import { setImmediate as turn } from 'node:timers/promises';

/** So few that what is done with them holds nobody up. */
const batchSize = 20;

/** Maps in order, a few at a time, and lets everything else of the process have its turn in between. */
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

/** Lets everything else of the process have its turn. */
export const yieldToOthers = (): Promise<void> => turn();
