import type { Fence, Line } from './markdown/blocks.ts';
import { closesFence, isBlank, isCode, isSpace, leavesQuote, linesIn } from './markdown/blocks.ts';
import { graphemeStart } from './markdown/graphemes.ts';
import type { Item } from './markdown/lists.ts';
import { itemsAfter, listPrefix } from './markdown/lists.ts';
import type { Piece, Run } from './markdown/inline.ts';
import { scanInline } from './markdown/inline.ts';
import type { Spoilers } from './markdown/spoilers.ts';
import { SPOILER, findSpoilers, firstIndex, spoilersBetween } from './markdown/spoilers.ts';
import { isTableRule } from './markdown/tables.ts';

/**
 * Discord's limit for a message's content. Discord counts code points (its staff in discord-api-docs#1315); this counts
 * UTF-16 units, which are never fewer.
 */
const MESSAGE_LIMIT = 2000;
/** Leaves room for text beside the longest added markers. */
const LEAST_LIMIT = 100;

/** A table head that takes more of a message isn't repeated. */
const LONGEST_HEAD = 0.2;

const HEADING = /^(?:> )?#{1,3} /;
/** Quote and small-print markers, which must be repeated where a line is cut. */
const LINE_MARKER = /^(?:(?:> ){1,3}|-# )/;
const SENTENCE_END = /[.!?…؟۔]["')\]*_]*\s|[。！？]/g;

interface SplitOptions {
  /** UTF-16 units per part, at least 100; 2000 by default. */
  limit?: number;
  /** A smaller limit for the part with this index. */
  lessIn?: { index: number; limit: number };
}

/**
 * One message. It stands for `text.slice(start, end)` and shows `prefix`, `text.slice(shownStart, shownEnd)`, `suffix`.
 *
 * Prefix and suffix contain only markers. They reopen and close what the cut divides: a code block (```` ```ts ````), a
 * quote (`> `, `>>> `), small print (`-# `), a spoiler, emphasis, inline code. The prefix also repeats the head of a
 * table in a code block, and the markers of the items around a nested one. Between `start` and `shownStart` only white
 * space is left out; between `shownEnd` and `end` white space, and the last line of a code block that the suffix
 * already closes.
 */
interface SplitPart {
  start: number;
  shownStart: number;
  shownEnd: number;
  end: number;
  prefix: string;
  suffix: string;
}

/** What is open at a position of the text. */
interface State {
  fence: Fence | null;
  runs: Run[];
  /** In a quote that lasts to the end of the message (`>>> `). */
  quoted: boolean;
  /** The marker of the line that continues here; empty at the start of a line. */
  line: string;
  /** The list items around the position. */
  items: Item[];
  /** Head and rule of the table in the open code block; empty without a table. */
  head: string;
}

/** The text for one part, from `start` to twice the limit, and what it contains. */
interface View {
  text: string;
  limit: number;
  /** Of the text without trailing white space. */
  length: number;
  spoilers: Spoilers;
  start: number;
  /** The latest end of a part without a suffix. */
  windowEnd: number;
  state: State;
  /** Whether the first line begins here, apart from its indentation. */
  isWhole: boolean;
  prefix: string;
  lines: Line[];
  pieces: Piece[];
  runs: Run[];
}

/**
 * Splits text into Discord messages of at most `limit` UTF-16 units, markers included. Blank text has no parts. Parts
 * end at a paragraph, else a line, a sentence, a space. Divided code blocks, quotes, spoilers and emphasis are closed
 * and reopened.
 *
 * Never cut: a grapheme (up to 64 units), mention, custom emoji, timestamp, URL or link that fits in a part; spoilers
 * and emphasis up to a quarter of the limit. A spoiler of any length stays covered in all its parts. Emphasis is
 * recognised when it ends within twice the limit after the start of its part.
 *
 * When text is appended, a part is final once twice the limit of text follows its start, unless that text ends a
 * spoiler which begins in the part or before it. Until then only an end of emphasis, a spoiler or a link can change it.
 * Without these, all parts but the last are final. Linear time.
 */
export function splitMessage(text: string, options: SplitOptions = {}): string[] {
  return splitParts(text, options).map(
    ({ prefix, shownStart, shownEnd, suffix }) => prefix + text.slice(shownStart, shownEnd) + suffix,
  );
}

/** Like `splitMessage`, but returns the range of the text for each message; together they cover all of it. */
export function splitParts(text: string, { limit = MESSAGE_LIMIT, lessIn }: SplitOptions = {}): SplitPart[] {
  if (Math.min(limit, lessIn?.limit ?? limit) < LEAST_LIMIT)
    throw new RangeError(`limit must be at least ${LEAST_LIMIT}`);
  const parts: SplitPart[] = [];
  const length = text.trimEnd().length;
  const spoilers = findSpoilers(text, 2 * limit);
  let state: State = { fence: null, runs: [], quoted: false, line: '', items: [], head: '' };
  let start = 0;
  for (;;) {
    const shownStart = skipBlank(text, start, length, state.fence);
    if (shownStart >= length) break;
    const own = parts.length === lessIn?.index ? lessIn.limit : limit;
    const view = viewFrom(text, { start: shownStart, length, limit: own, spoilers }, state);
    const cut = fits(view, length) ? length : chooseCut(view);
    const { shownEnd, suffix } = endAt(view, cut);
    const next = stateAfter(view, cut);
    parts.push({ start, shownStart, shownEnd, end: next.end, prefix: view.prefix, suffix });
    start = next.end;
    state = next.state;
  }
  const last = parts.at(-1);
  if (last) last.end = text.length;
  return parts;
}

/** The next visible text. In code, indentation is visible. */
function skipBlank(text: string, from: number, length: number, fence: Fence | null): number {
  let at = from;
  while (at < length && isSpace(text.charAt(at))) at += 1;
  if (!fence || at === length) return at;
  while (at > from && text[at - 1] !== '\n') at -= 1;
  return at;
}

/** Whether `at` is the start of its line. */
function beginsLine(text: string, at: number): boolean {
  let before = at - 1;
  while (before > at - LEAST_LIMIT && isSpace(text.charAt(before)) && text[before] !== '\n') before -= 1;
  return before < 0 || text[before] === '\n';
}

function viewFrom(text: string, at: Pick<View, 'start' | 'length' | 'limit' | 'spoilers'>, carried: State): View {
  const { start, limit, spoilers } = at;
  const isWhole = beginsLine(text, start);
  const state = isWhole ? { ...carried, line: '' } : carried;
  const seen = text.slice(0, start + 2 * limit);
  const lines = linesIn(seen, start, state.fence, !isWhole);
  const line = { start: isWhole ? indentStart(text, start) : start, end: lines[0]?.end ?? start };
  const inProse = lines[0] !== undefined && !isCode(lines[0]);
  const list = inProse ? listPrefix(text, state.items, { line, isWhole, longest: limit / 10 }) : '';
  const prefix = prefixOf(state, list);
  const grows = seen.length === text.length;
  const { pieces, runs } = scanInline(seen, lines, {
    kept: limit / 4,
    reach: 2 * limit,
    carried: state.runs.filter((run) => run.marker !== SPOILER),
    spoilers: spoilersBetween(spoilers, start, seen.length),
    spoilerOpener: spoilers.opener,
    grows,
  });
  const windowEnd = Math.min(text.length, start + limit - prefix.length);
  // The first and last line of a code block.
  pieces.push(...lines.filter((line) => line.before !== line.after));
  const fitting = pieces.filter((piece) => piece.start > start || piece.end <= windowEnd);
  return { text, ...at, windowEnd, state, isWhole, prefix, lines, pieces: fitting, runs };
}

function prefixOf({ fence, runs, quoted, line, head }: State, list: string): string {
  const markers = runs.map((run) => run.marker).join('');
  const quote = quoted ? '>>> ' : '';
  if (!fence) return quote + list + line + markers;
  return `${quote}${markers}${fence.quote}${fence.ticks}${fence.language}\n${head}${line}`;
}

/** The start of the white space before `at`. */
function indentStart(text: string, at: number): number {
  let start = at;
  while (start > at - LEAST_LIMIT && /[ \t]/.test(text.charAt(start - 1))) start -= 1;
  return start;
}

/** The line of a position; a position after a line break belongs to the line before it. */
function lineAt({ lines }: View, position: number): Line | undefined {
  return lines[firstIndex(lines, (line) => line.start >= position) - 1];
}

const openRuns = (view: View, position: number) =>
  view.runs.filter((run) => run.open <= position && position <= run.close);

/** The visible end of a part cut at `position`. */
function endAt(view: View, position: number): { shownEnd: number; suffix: string } {
  const { text, start } = view;
  let shownEnd = position;
  while (shownEnd > start && isSpace(text.charAt(shownEnd - 1))) shownEnd -= 1;
  const markers = openRuns(view, position).map((run) => run.marker);
  const open = fenceAt(view, shownEnd);
  // The first line of a code block at the end of the text has nothing to close yet. It is kept, like all parts, once
  // enough text follows, even blank text.
  const isKept = text.length > start + 2 * view.limit;
  const shows = position < view.length || isKept || (lineAt(view, shownEnd)?.before ?? view.state.fence) !== null;
  const closing = open && shows ? `\n${open.quote}${open.ticks}` : '';
  return { shownEnd, suffix: closing + markers.toReversed().join('') };
}

/** The code block open at a position; white space at the end of a line counts as after it. */
function fenceAt(view: View, position: number): Fence | null {
  const line = lineAt(view, position);
  if (!line) return view.state.fence;
  return isBlank(view.text, { start: position, end: line.end }) ? line.after : line.before;
}

function fits(view: View, position: number): boolean {
  if (position <= view.start || position > view.start + 2 * view.limit) return false;
  const { shownEnd, suffix } = endAt(view, position);
  return view.prefix.length + (shownEnd - view.start) + suffix.length <= view.limit;
}

const cutsPiece = (view: View, position: number) =>
  view.pieces.some((piece) => piece.start < position && position < piece.end);

/** The start of the next part, and what is open there. */
function stateAfter(view: View, cut: number): { end: number; state: State } {
  const { text } = view;
  const line = lineAt(view, cut);
  const atBreak = text[cut - 1] === '\n';
  const fence = fenceAt(view, cut);
  const marker = line === undefined || atBreak ? '' : markerOf(view, line);
  const quoted = view.state.quoted || view.lines.some((one) => one.start < cut && startsQuote(view, one));
  const items = itemsAt(view, cut);
  const state = { fence, runs: openRuns(view, cut), quoted, line: marker, items, head: headAt(view, cut) };
  if (!fence) return { end: cut, state };
  // The suffix has closed the block: its own last line would be an empty block in the next part.
  const shown = skipBlank(text, cut, text.length, fence);
  const lineEnd = text.indexOf('\n', shown);
  const next = text.slice(shown, Math.min(lineEnd < 0 ? text.length : lineEnd, shown + 2 * view.limit));
  if (shown === cut && !atBreak) return { end: cut, state };
  const nextEnd = lineEnd < 0 ? text.length : lineEnd + 1;
  if (closesFence(next, fence)) return { end: nextEnd, state: { ...state, fence: null, line: '' } };
  return { end: cut, state: leavesQuote(next, fence) ? { ...state, fence: null } : state };
}

/** The list items around a position. The state already has the line that began in an earlier part. */
function itemsAt({ text, lines, start, isWhole, state }: View, cut: number): Item[] {
  const [first, ...rest] = lines;
  if (!first) return state.items;
  const whole = isWhole ? [{ ...first, start: indentStart(text, start) }, ...rest] : rest;
  return itemsAfter(text, whole, state.items, cut);
}

function markerOf(view: View, line: Line): string {
  if (line.start === view.start && view.state.line !== '') return view.state.line;
  const marker = LINE_MARKER.exec(view.text.slice(line.start, line.start + 8))?.[0] ?? '';
  return line.before && line.before.quote === '' ? '' : marker;
}

const startsQuote = ({ text, state, start }: View, line: Line) =>
  line.before === null && text.startsWith('>>> ', line.start) && (line.start > start || state.line === '');

/** Head and rule of the table in the code block open at a position. */
function headAt(view: View, cut: number): string {
  const { lines, state, text, limit } = view;
  const first = lines.findLastIndex((line) => line.start < cut && opensBlock(line));
  if (first < 0) return state.head;
  const [head, rule] = [lines[first + 1], lines[first + 2]];
  if (!head || !rule || rule.end >= cut || !endsTableHead(view, first + 2)) return '';
  const shown = text.slice(head.start, rule.end + 1);
  return shown.length <= limit * LONGEST_HEAD ? shown : '';
}

/** A block that a quote ends can be followed by another at once. */
const opensBlock = ({ before, after }: Line) => after !== null && before?.quote !== after.quote;

/** Whether a line is the rule below a table's head, which is the second line of its code block. */
function endsTableHead({ lines, text }: View, index: number): boolean {
  const [opening, head, rule] = [lines[index - 2], lines[index - 1], lines[index]];
  if (!opening || !head?.after || !rule || !opensBlock(opening) || head.after.language !== '') return false;
  return isTableRule(text.slice(rule.start, rule.end));
}

interface Cuts {
  paragraph: number[];
  line: number[];
}

/**
 * Cuts at line ends. A heading stays with its text, a table head with its rows, a code block's first line with its
 * code.
 */
function lineCuts(view: View): Cuts {
  const { text, lines, start, windowEnd } = view;
  const cuts: Cuts = { paragraph: [], line: [] };
  let binds = false;
  for (const [index, line] of lines.entries()) {
    if (line.end >= windowEnd) break;
    const opens = line.before === null && line.after !== null;
    const inTableHead = endsTableHead(view, index) || endsTableHead(view, index + 1);
    const heads = opens || (line.before === null && HEADING.test(text.slice(line.start, line.start + 8)));
    const blank = isBlank(text, line);
    if (heads && line.start > start) (binds ? cuts.line : cuts.paragraph).push(line.start);
    binds = heads || inTableHead || (binds && blank);
    if (binds) continue;
    const next = lines[index + 1];
    const endsParagraph = line.after === null && (blank || (next !== undefined && isBlank(text, next)));
    (endsParagraph ? cuts.paragraph : cuts.line).push(line.end + 1);
  }
  return cuts;
}

function chooseCut(view: View): number {
  const { text, start, windowEnd, limit } = view;
  const cuts = lineCuts(view);
  const accepts = (least: number) => (position: number) =>
    position >= start + least &&
    fits(view, position) &&
    !cutsPiece(view, position) &&
    graphemeStart(text, start, position) === position;
  const window = text.slice(start, windowEnd);
  const after = (pattern: RegExp) =>
    Array.from(window.matchAll(pattern), (match) => start + match.index + match[0].length);
  return (
    cuts.paragraph.findLast(accepts(limit / 2)) ??
    cuts.line.findLast(accepts(limit / 2)) ??
    after(SENTENCE_END).findLast(accepts(limit / 2)) ??
    after(/\s/g).findLast(accepts(limit / 4)) ??
    hardCut(view)
  );
}

/** The latest cut that fits, outside graphemes and pieces. */
function hardCut(view: View): number {
  const { text, start, windowEnd, limit, prefix, pieces } = view;
  let position = windowEnd;
  for (;;) {
    const over = prefix.length + (position - start) + endAt(view, position).suffix.length - limit;
    const inside = pieces.find((piece) => piece.start > start && piece.start < position && position < piece.end);
    const before = inside?.start ?? graphemeStart(text, start, position);
    const next = over > 0 ? position - over : before;
    if (next === position || next <= start) return position;
    position = next;
  }
}
