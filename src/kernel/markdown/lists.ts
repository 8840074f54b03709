import type { Line } from './blocks.ts';
import { isBlank, isCode } from './blocks.ts';

/** Deeper indentation is not a list. */
const DEEPEST_INDENT = 40;
/** The display width of a tab. */
const TAB = '    ';

const ITEM = /^([ \t]{0,40})(?:([-*+]|\d{1,9}[.)])[ \t]+(?=\S))?/;

/** A list item that is open at a position. */
export interface Item {
  indent: number;
  /** Such as `-` or `3.`. */
  marker: string;
}

const widthOf = (space: string) => space.replaceAll('\t', TAB).length;

/** The items open after the lines that begin before `until`, the outermost first. */
export function itemsAfter(text: string, lines: readonly Line[], before: readonly Item[], until: number): Item[] {
  let items = [...before];
  for (const line of lines) {
    if (line.start >= until) break;
    if (!isCode(line) && !isBlank(text, line)) items = itemsIn(text, line, items);
  }
  return items;
}

function itemsIn(text: string, line: Pick<Line, 'start' | 'end'>, before: readonly Item[]): Item[] {
  const { indent, marker } = itemAt(text, line);
  const around = before.filter((item) => item.indent < indent);
  return marker === '' ? around : [...around, { indent, marker }];
}

/** A line's indentation, and its marker if it begins an item. */
function itemAt(text: string, { start, end }: Pick<Line, 'start' | 'end'>): Item {
  const [, space = '', marker = ''] = ITEM.exec(text.slice(start, Math.min(end, start + 2 * DEEPEST_INDENT))) ?? [];
  return { indent: widthOf(space), marker };
}

/**
 * The prefix of a part that begins inside a nested list, so that its text keeps its indentation. Discord trims a
 * message's leading white space and nests an item only below another, so each enclosing item shows as its marker and an
 * ellipsis. The outermost are left out when the prefix would exceed `longest`.
 */
export function listPrefix(
  text: string,
  items: readonly Item[],
  { line, isWhole, longest }: { line: Pick<Line, 'start' | 'end'>; isWhole: boolean; longest: number },
): string {
  const { indent } = itemAt(text, line);
  const around = isWhole ? items.filter((item) => item.indent < indent) : [...items];
  if (isWhole ? indent === 0 : around.length < 2) return '';
  while (around.length > 0) {
    const prefix = writtenOut(around, isWhole ? indent : undefined);
    if (prefix.length <= longest) return prefix;
    around.shift();
  }
  return '';
}

/** The items one below another, plus the indentation of the line that follows or of the last item's continued text. */
function writtenOut(items: readonly Item[], indent: number | undefined): string {
  const outermost = items[0]?.indent ?? 0;
  const lines = items.map((item) => `${' '.repeat(item.indent - outermost)}${item.marker} …`);
  return indent === undefined ? `${lines.join('\n')} ` : `${lines.join('\n')}\n${' '.repeat(indent - outermost)}`;
}
