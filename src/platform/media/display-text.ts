/** More would never fit in a line, and measuring it takes time. */
const MOST_CHARACTERS = 160;

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

/**
 * One line that can be drawn, 160 characters unless told otherwise: without control and direction characters, at most three marks per letter, and plain
 * letters instead of mathematical ones, which hardly any font has.
 */
export function displayText(text: string, mostCharacters = MOST_CHARACTERS): string {
  const line = text
    .slice(0, mostCharacters * 8)
    .toWellFormed()
    .replaceAll(/[\u{1d400}-\u{1d7ff}]/gu, (letter) => letter.normalize('NFKC'))
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .replaceAll(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu, '')
    .replaceAll(/(\p{M}{3})\p{M}+/gu, '$1')
    .trim();
  return graphemes(line).slice(0, mostCharacters).join('');
}

/** Visible characters: an emoji of several code points is one. */
export function graphemes(text: string): string[] {
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

/** The longest start of `text` within `width`, with an ellipsis when it was cut. */
export function fitText(text: string, width: number, measure: (text: string) => number): string {
  if (measure(text) <= width) return text;
  const parts = graphemes(text);
  let fits = 0;
  let tooLong = parts.length;
  while (tooLong - fits > 1) {
    const middle = (fits + tooLong) >> 1;
    if (measure(shortened(parts, middle)) <= width) fits = middle;
    else tooLong = middle;
  }
  return shortened(parts, fits);
}

function shortened(parts: readonly string[], count: number): string {
  return `${parts.slice(0, count).join('').trimEnd()}…`;
}
