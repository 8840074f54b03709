const mostCharacters = 2000;

/** As many lines as a message takes. */
export function linesThatFit(lines: readonly string[]): string {
  let content = '';
  for (const line of lines) {
    const next = content === '' ? line : `${content}\n${line}`;
    if (next.length > mostCharacters) return content;
    content = next;
  }
  return content;
}
