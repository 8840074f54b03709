import { isSpace, linesIn } from './blocks.ts';
import type { Run } from './inline.ts';
import { spoilerMarkersIn } from './inline.ts';

export const SPOILER = '||';

export interface Spoilers {
  /** In the order of the text; none overlap. */
  runs: Run[];
  /** Where the marker stands that may begin one when more is written. */
  opener: number | undefined;
}

/**
 * The spoilers of a whole text, however long. As in Discord, a marker ends a spoiler that is open, whatever stands
 * beside it; but more than `reach` UTF-16 units after its begin, which is in another message, one that touches only the
 * word after it begins a spoiler, and the earlier marker is text. Takes linear time.
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

/** The spoilers that show between two places. */
export function spoilersBetween({ runs }: Spoilers, start: number, end: number): Run[] {
  const first = firstIndex(runs, (run) => run.end > start);
  return runs.slice(
    first,
    firstIndex(runs, (run) => run.start >= end),
  );
}

/** The index of the first that is reached, in a list in which all after a reached one are; else its length. */
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
