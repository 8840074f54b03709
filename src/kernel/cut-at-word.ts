/** At most `length` UTF-16 units, cut at a nearby word end, with an ellipsis. */
export function cutAtWord(text: string, length: number): string {
  if (text.length <= length) return text;
  const kept = text.slice(0, length - 1);
  const end = kept.search(/\s\S*$/);
  const cut = end > length / 2 ? kept.slice(0, end) : kept;
  // Half a surrogate pair is not a character.
  return `${cut.replace(/[\uD800-\uDBFF]$/, '').trimEnd()}…`;
}
