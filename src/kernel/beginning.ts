import { splitMessage, splitParts } from './split.ts';

/** Between the places where a text may be cut, in UTF-16 units: what may be lost of the last message. */
const STEP = 500;

/**
 * The beginning of a text that needs more than `parts` messages: as much as they hold, cut where `splitMessage` would
 * cut, its open markers closed, with `end` on a line below. Undefined when the text needs no more. Takes time linear in
 * the text.
 */
export function beginningOf(text: string, { parts, end }: { parts: number; end: string }): string | undefined {
  const whole = splitParts(text);
  if (whole.length <= parts) return undefined;
  const reached = whole[parts - 1]?.end ?? 0;
  const cuts = splitParts(text, { limit: STEP }).filter((part) => part.end <= reached);
  for (const { shownEnd, suffix } of cuts.reverse()) {
    const beginning = `${text.slice(0, shownEnd)}${suffix}\n${end}`;
    if (splitMessage(beginning).length <= parts) return beginning;
  }
  return end;
}
