import { isSpace, linesIn } from './blocks.ts';
import type { Run } from './inline.ts';
import { spoilerMarkersIn } from './inline.ts';

export const SPOILER = '||';

export interface Spoilers {
  /** In text order, without overlaps. */
  runs: Run[];
  /** A marker that may begin a spoiler when more is written. */
  opener: number | undefined;
}

/**
 * The spoilers of a whole text. As in Discord, a marker closes an open spoiler, whatever is next to it. But a marker
 * more than `reach` UTF-16 units after the opening one is in another message: if it touches only the word after it, it
 * opens a new spoiler, and the earlier marker is text. Linear time.
 */
export function findSpoilers(text: string, reach: number): Spoilers {
  const runs: Run[] = [];
  if (!text.includes(SPOILER)) return { runs, opener: undefined };
  let opener: number | undefined;
  for (const at of spoilerMarkersIn(text, linesIn(text, 0, null, false), reach)) {
    const touchesBefore = at > 0 && !isSpace(text.charAt(at - 1));
    const after = at + SPOILER.length;
    const touchesAfter = after < text.length && !isSpace(text.charAt(after));
    const begins = touchesAfter && !touchesBefore;
    const ends = touchesBefore && !touchesAfter;
    if (opener !== undefined && (at - opener <= reach || !begins)) {
      runs.push({ marker: SPOILER, start: opener, open: opener + SPOILER.length, close: at, end: after });
      opener = undefined;
    } else if (!ends) {
      opener = at;
    }
  }
  return { runs, opener };
}

/** The spoilers that show in a range. */
export function spoilersBetween({ runs }: Spoilers, start: number, end: number): Run[] {
  const first = firstIndex(runs, (run) => run.end > start);
  return runs.slice(
    first,
    firstIndex(runs, (run) => run.start >= end),
  );
}

/** Index of the first item with `isReached`, or the length. All items after it must be reached too. */
export function firstIndex<Item>(items: readonly Item[], isReached: (item: Item) => boolean): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const item = items[middle];
    if (item !== undefined && isReached(item)) high = middle;
    else low = middle + 1;
  }
  return low;
}
