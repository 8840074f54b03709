/** Escaped words on one line of at most `length` characters: cut Markdown would affect the text after it. */
export function plainLine(text: string, length: number): string {
  const plain = text.replace(/\s+/g, ' ').trim();
  const cut = plain.length > length ? `${plain.slice(0, length - 1).replace(/[\uD800-\uDBFF]$/, '')}…` : plain;
  return cut.replace(/[*_~`|\\<>[\]#]/g, '\\$&');
}
