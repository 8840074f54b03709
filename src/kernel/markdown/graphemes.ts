/** How far back to look for a grapheme's start. Longer ones are stacks of combining marks and may be cut. */
const LONGEST_GRAPHEME = 64;

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

/**
 * The start of the visible character around `position`, or `position` itself between two of them; at most 64 UTF-16
 * units back. Never inside a surrogate pair. Reads the text from `start`, which must begin a character.
 */
export function graphemeStart(text: string, start: number, position: number): number {
  const covering = segmenter.segment(text.slice(start, position + 2)).containing(position - start);
  const begin = start + (covering?.index ?? position - start);
  if (begin > start && position - begin < LONGEST_GRAPHEME) return begin;
  const splitsPair = /[\uD800-\uDBFF]/.test(text.charAt(position - 1)) && /[\uDC00-\uDFFF]/.test(text.charAt(position));
  return splitsPair && position - 1 > start ? position - 1 : position;
}

/** Two columns wide in fixed-width fonts: pictographs, and East Asian scripts and signs. */
const WIDE =
  /\p{RGI_Emoji}|[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{1f300}-\u{1f64f}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]/v;
const INVISIBLE = /^[\p{Cf}\p{Mn}\p{Me}\p{Cc}]+$/u;

/** The columns of a text in a fixed-width font. Wide: Unicode Standard Annex 11, "W" and "F", and emoji. */
export function columnsOf(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let columns = 0;
  for (const { segment } of segmenter.segment(text)) {
    if (!INVISIBLE.test(segment)) columns += WIDE.test(segment) ? 2 : 1;
  }
  return columns;
}
