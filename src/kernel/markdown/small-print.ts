const isSmallPrint = (line: string): boolean => line.startsWith('-# ') || line.trim() === '';

/** A text without the lines of small print with which it begins and ends; all of it when it has no other. */
export function withoutSmallPrint(text: string): string {
  const lines = text.split('\n');
  const first = lines.findIndex((line) => !isSmallPrint(line));
  if (first === -1) return text;
  return lines.slice(first, lines.findLastIndex((line) => !isSmallPrint(line)) + 1).join('\n');
}
