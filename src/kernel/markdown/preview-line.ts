import { plainLine } from './plain-line.ts';

/** Bounds the time for finding markers. */
const mostRead = 4000;

/** Code (fenced or inline), which contains no markers, and spoilers with anything in them. */
const whole = /```(?:[\w+#-]{0,20}\n)?([^]*?)(?:```|$)|(`{1,2})([^`\n]+)\2|\|\|[^]+?\|\|/g;
const link = /!?\[([^[\]\n]+)\]\([^()\s]*\)/g;
/** Mentions and times, which Discord shows as words. */
const shownAsWords = /(<(?:@[!&]?\d+|#\d+|t:-?\d+(?::\w)?)>|https?:\/\/[^\s<>\\]+)/;
/** Replaces the words of a spoiler. */
const hidden = '▮▮▮';

/** The words of a text on one line of at most `length` characters, without formatting; spoilers stay hidden. */
export function previewLine(text: string, length: number): string {
  const source = text.slice(0, mostRead);
  let words = '';
  let at = 0;
  for (const match of source.matchAll(whole)) {
    words += `${withoutMarkers(source.slice(at, match.index))}${match[1] ?? match[3] ?? hidden}`;
    at = match.index + match[0].length;
  }
  words += withoutMarkers(source.slice(at));
  const line = words.replace(/\s+/g, ' ').trim();
  const cut = line.length > length ? `${line.slice(0, length - 1).replace(/[\uD800-\uDBFF]$/, '')}…` : line;
  return cut
    .split(shownAsWords)
    .map((piece, index) => (index % 2 === 1 ? piece : escaped(piece)))
    .join('');
}

/** Escapes and keeps the spaces at both ends, which `plainLine` would trim. */
function escaped(piece: string): string {
  const words = piece.trim();
  const start = piece.length - piece.trimStart().length;
  return piece.slice(0, start) + plainLine(words, Math.max(1, words.length)) + piece.slice(start + words.length);
}

function withoutMarkers(text: string): string {
  return text
    .replace(link, '$1')
    .split(shownAsWords)
    .map((piece, index) => (index % 2 === 1 ? piece : unmarked(piece)))
    .join('');
}

const unmarked = (text: string): string =>
  text
    .replace(/^[ \t]*(?:#{1,3}|-#|>{1,3})[ \t]+/gm, '')
    .replace(/^[ \t]*[-*+][ \t]+/gm, '• ')
    .replace(/<a?(:\w{1,32}:)\d+>/g, '$1')
    .replace(/(\*\*\*|\*\*|__|~~)(?=\S)([^\n]*?\S)\1/g, '$2')
    .replace(/(\*\*|__|~~)(?=\S)([^\n]*?\S)\1/g, '$2')
    .replace(/(?<![\p{L}\p{N}*_\\])([*_])(?=[^\s*_])([^*_\n]*[^\s*_\\])\1(?![\p{L}\p{N}*_])/gu, '$2')
    .replace(/\\([*_~`|\\<>[\]#])/g, '$1');
