import { splitMessage, splitParts } from './split.ts';

const MESSAGE_LIMIT = 2000;
/** The least room for text in its last message. */
const LEAST_ROOM = 500;

type Cut = Pick<ReturnType<typeof splitParts>[number], 'shownEnd' | 'suffix'>;

/**
 * The beginning of a text that needs more than `parts` messages: as much as fits, cut where `splitMessage` would cut,
 * its open markers closed, with `end` on a line below. Undefined when the text fits. Linear in the text.
 */
export function beginningOf(text: string, { parts, end }: { parts: number; end: string }): string | undefined {
  if (splitParts(text).length <= parts) return undefined;
  const room = Math.max(LEAST_ROOM, MESSAGE_LIMIT - end.length - '\n'.length);
  const last = splitParts(text, { lessIn: { index: parts - 1, limit: room } })[parts - 1];
  const upTo = ({ shownEnd, suffix }: Cut) => {
    const beginning = `${text.slice(0, shownEnd)}${suffix}\n${end}`;
    return splitMessage(beginning).length <= parts ? beginning : undefined;
  };
  const whole = last && upTo(last);
  if (whole !== undefined) return whole;
  // The end of the text can change where its beginning is cut, so an earlier cut may be needed.
  const cuts = splitParts(text, { limit: LEAST_ROOM }).filter((cut) => cut.end < (last?.end ?? 0));
  for (const cut of cuts.reverse()) {
    const beginning = upTo(cut);
    if (beginning !== undefined) return beginning;
  }
  return end;
}
