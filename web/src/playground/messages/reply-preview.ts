const mostCharacters = 160;

/** The start of a text on one line, with the marks inside lines and without those that make blocks. */
export function replyPreview(text: string): string {
  const line = text
    .replaceAll(/```[\w+#.-]*\n?/g, ' ')
    .replaceAll(/^[ \t]*(?:(?:-#|#{1,3}|>{1,3})[ \t]+)+/gm, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
  return line.length > mostCharacters ? `${line.slice(0, mostCharacters)}…` : line;
}
