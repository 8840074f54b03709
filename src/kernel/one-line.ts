/** Joins the lines of a text with spaces, with any line ending, and trims it. Linear time. */
export const oneLine = (text: string): string =>
  text
    .split(/[\n\r\v\f\u2028\u2029]/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join(' ');

/** Trims characters with `isOuter` from both ends. A regular expression for the end would take quadratic time. */
export function trimmed(text: string, isOuter: (character: string) => boolean): string {
  let start = 0;
  let end = text.length;
  while (start < end && isOuter(text.charAt(start))) start += 1;
  while (end > start && isOuter(text.charAt(end - 1))) end -= 1;
  return text.slice(start, end);
}
