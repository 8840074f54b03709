/**
 * Whether a name matches a pattern. `*` stands for any text without a slash; at the end of a pattern it stands for any
 * text. Linear in both lengths for every pattern, because guild administrators may write them.
 */
export function matches(pattern: string, name: string): boolean {
  if (pattern === '*' || pattern === name) return true;
  const wanted = pattern.split('/');
  const given = name.split('/');
  if (given.length < wanted.length) return false;
  if (pattern.endsWith('*')) given.push(given.splice(wanted.length - 1).join('/'));
  return (
    wanted.length === given.length && wanted.every((segment, index) => matchesSegment(segment, given[index] ?? ''))
  );
}

/** As `matches`; a pattern for a command fits all of its subcommands too: `image` and `image edit` both fit `image edit`. */
export function matchesCommand(pattern: string, name: string): boolean {
  const words = name.split(' ');
  return words.some((_, index) => matches(pattern, words.slice(0, index + 1).join(' ')));
}

/** Takes each piece between stars at its first position, which leaves the most text for the pieces after it. */
function matchesSegment(pattern: string, text: string): boolean {
  const [first = '', ...pieces] = pattern.split('*');
  const last = pieces.pop();
  if (last === undefined) return pattern === text;
  const end = text.length - last.length;
  if (end < first.length || !text.startsWith(first) || !text.endsWith(last)) return false;
  let at = first.length;
  for (const piece of pieces) {
    const found = text.indexOf(piece, at);
    if (found === -1 || found + piece.length > end) return false;
    at = found + piece.length;
  }
  return true;
}
