import type { Line } from './blocks.ts';
import { isBlank, isCode, isSpace } from './blocks.ts';
import { codeSpanEnd } from './code-spans.ts';
import { maskedLinksIn } from './links.ts';

/** Deeper nested emphasis is text. Bounds the cost of a text of asterisks. */
const DEEPEST_NESTING = 8;

const SPECIAL = /[\\`*_~|<[\]]|https?:\/\//g;
/** Mentions, custom emoji, timestamps, command links and addresses in brackets. */
const ANGLED = /<(?:@[!&]?\d+|#\d+|id:\w{1,20}|a?:\w+:\d+|t:-?\d+(?::\w)?|\/[^<>\n]{1,100}:\d+|https?:\/\/[^<>\s]+)>/y;
const ADDRESS = /https?:\/\/\S+/y;
const AFTER_ADDRESS = '*_~|`)>].,;:!?"\'';
/** Link texts up to this length contain no markers that matter outside. */
const PLAIN_LABEL = 200;
/** Ends of a text that more text could turn into one of these. */
const UNFINISHED =
  /<(?:@[!&]?\d*|#\d*|i?d?:?\w*|a?:\w*:?\d*|t:-?\d*:?\w?|\/[^<>\n]{0,120})$|\[[^[\]\n]{0,200}(?:\](?:\(<?[a-z:/]{0,8})?)?$|\bh(?:t(?:tp?)?)?$|\bhttps?:?\/?\/?\S*$|\[[^[\]\n]{1,200}\]\(<?https?:\/\/[^)\s]*$/;
const LONGEST_UNFINISHED = 512;

const isWord = (character: string) => /[\p{L}\p{N}]/u.test(character);

/** Text that must not be cut: no cut at a `position` with `start < position < end`. */
export interface Piece {
  start: number;
  end: number;
}

/** Text between two equal markers: emphasis, a spoiler, inline code. It can be cut when both sides get the markers. */
export interface Run extends Piece {
  marker: string;
  /** Start and end of the text between the markers. */
  open: number;
  close: number;
}

export interface Inline {
  pieces: Piece[];
  runs: Run[];
}

interface Scan extends Inline {
  text: string;
  /** Runs up to this length are pieces. */
  kept: number;
  /** Inline code is recognised up to this length. */
  reach: number;
  openers: Omit<Run, 'close' | 'end'>[];
  /** The ends of runs that were open before the first line. */
  closers: ReadonlyMap<number, number>;
  /** Positions of spoiler markers. */
  spoilerMarkers: number[];
  /** Ends of masked links, by their start or, when markers in their text matter, by the end of that text. */
  links: Map<number, number>;
}

interface InlineOptions {
  /** Runs up to this length become pieces. */
  kept: number;
  /** Inline code is recognised up to this length. */
  reach: number;
  /** Runs open where the first line begins, except spoilers. */
  carried: readonly Run[];
  /** The spoilers in the lines. They are runs even when they are pieces: their text must never show. */
  spoilers: readonly Run[];
  /** A marker that may begin a spoiler when more is written. */
  spoilerOpener: number | undefined;
  /** Whether the text may grow: an unfinished marker at its end is then a piece too. */
  grows: boolean;
}

/** Scans the text of `lines` outside code blocks. A marker without a partner in the same paragraph is text. */
export function scanInline(text: string, lines: readonly Line[], options: InlineOptions): Inline {
  const { carried, spoilers, spoilerOpener, grows } = options;
  const closers = new Map(carried.map((run) => [run.close, run.end]));
  const scan = newScan(text, { ...options, closers });
  scan.runs.push(...carried);
  const after = Math.max(0, ...carried.filter((run) => run.marker.startsWith('`')).map((run) => run.end));
  scanLines(scan, lines, after);
  for (const run of carried) addEdges(scan, run);
  for (const spoiler of spoilers) addSpoiler(scan, spoiler);
  const last = lines.at(-1);
  if (grows && last && !isCode(last)) {
    if (spoilerOpener !== undefined) addPiece(scan, spoilerOpener, spoilerOpener + scan.kept);
    addUnfinished(scan, last);
  }
  return { pieces: scan.pieces, runs: scan.runs.toSorted((left, right) => left.start - right.start) };
}

/** Positions of spoiler markers outside code, links and escapes. */
export function spoilerMarkersIn(text: string, lines: readonly Line[], reach: number): number[] {
  const scan = newScan(text, { kept: 0, reach, closers: new Map() });
  scanLines(scan, lines, 0);
  return scan.spoilerMarkers;
}

const newScan = (text: string, { kept, reach, closers }: Pick<Scan, 'kept' | 'reach' | 'closers'>): Scan => ({
  text,
  kept,
  reach,
  closers,
  pieces: [],
  runs: [],
  openers: [],
  spoilerMarkers: [],
  links: new Map(),
});

function scanLines(scan: Scan, lines: readonly Line[], from: number): void {
  for (const { start, end } of paragraphsOf(scan.text, lines)) {
    scan.openers = [];
    addLinks(scan, start, end);
    scanParagraph(scan, Math.max(start, from), end);
  }
}

/** Keeps a link in one message with the host shown behind it. */
function addLinks(scan: Scan, from: number, to: number): void {
  const { text } = scan;
  scan.links = new Map();
  for (const { start, labelEnd, end, noteEnd } of maskedLinksIn(text, from, to)) {
    addPiece(scan, text[start - 1] === '!' ? start - 1 : start, noteEnd);
    const isPlain = labelEnd - start <= PLAIN_LABEL && !text.slice(start, labelEnd).includes('\n');
    // An address contains no markers, whatever its text does.
    scan.links.set(isPlain ? start : labelEnd, end);
  }
}

function paragraphsOf(text: string, lines: readonly Line[]): Piece[] {
  const paragraphs: Piece[] = [];
  let current: Piece | undefined;
  for (const line of lines) {
    if (isCode(line) || isBlank(text, line)) {
      current = undefined;
    } else if (current) {
      current.end = line.end;
    } else {
      current = { start: line.start, end: line.end };
      paragraphs.push(current);
    }
  }
  return paragraphs;
}

function scanParagraph(scan: Scan, start: number, end: number): void {
  let at = start;
  while (at < end) {
    SPECIAL.lastIndex = at;
    const found = SPECIAL.exec(scan.text)?.index ?? end;
    if (found >= end) return;
    at = scan.closers.get(found) ?? scanToken(scan, found, end);
  }
}

/** Reads the token at a special character; returns the position after it. */
function scanToken(scan: Scan, at: number, end: number): number {
  const { text } = scan;
  const character = text.charAt(at);
  if (character === '\\') return addPiece(scan, at, at + 2);
  if (character === 'h') return addPiece(scan, at, addressEnd(text, at, end));
  if (character === '[' || character === ']') return scan.links.get(at) ?? at + 1;
  if (character === '<') {
    ANGLED.lastIndex = at;
    const length = ANGLED.exec(text)?.[0].length;
    return length === undefined ? at + 1 : addPiece(scan, at, at + length);
  }
  let next = at;
  while (next < end && text[next] === character) next += 1;
  if (next - at > 3) return next;
  if (character === '`') return scanCode(scan, at, next, end);
  if (character !== '|') return scanDelimiter(scan, at, next);
  if (next - at === 2) scan.spoilerMarkers.push(at);
  return next;
}

function addressEnd(text: string, at: number, end: number): number {
  ADDRESS.lastIndex = at;
  let stop = Math.min(end, at + (ADDRESS.exec(text)?.[0].length ?? 1));
  while (stop > at + 8 && AFTER_ADDRESS.includes(text.charAt(stop - 1))) stop -= 1;
  return stop;
}

function addPiece(scan: Scan, start: number, end: number): number {
  scan.pieces.push({ start, end });
  return end;
}

function scanCode(scan: Scan, start: number, open: number, end: number): number {
  const { text } = scan;
  const marker = text.slice(start, open);
  const at = codeSpanEnd(text, open, marker.length, Math.min(end, start + scan.reach));
  if (at !== undefined && at <= end) {
    addRun(scan, { start, open, marker, close: at - marker.length, end: at });
    return at;
  }
  pushOpener(scan, { start, open, marker });
  return open;
}

/** Closes runs where it can and opens one with the rest, by the neighbouring characters: `2 * 3` is not emphasis. */
function scanDelimiter(scan: Scan, start: number, open: number): number {
  const { text, openers } = scan;
  const character = text.charAt(start);
  if (character === '~' && open - start !== 2) return open;
  const before = text.charAt(start - 1);
  const after = text.charAt(open);
  const inWord = character === '_' && isWord(before) && isWord(after);
  const closes = before !== '' && !isSpace(before) && !inWord;
  const opens = after !== '' && !isSpace(after) && !inWord;
  let at = start;
  while (closes && at < open) {
    const index = openers.findLastIndex((opener) => text.slice(at, open).startsWith(opener.marker));
    const [opener] = index < 0 ? [] : openers.splice(index, 1);
    if (!opener) break;
    const end = at + opener.marker.length;
    addRun(scan, { ...opener, close: at, end });
    at = end;
  }
  if (opens && at < open) pushOpener(scan, { start: at, open, marker: text.slice(at, open) });
  return open;
}

function pushOpener(scan: Scan, opener: Scan['openers'][number]): void {
  if (scan.openers.length === DEEPEST_NESTING) scan.openers.shift();
  scan.openers.push(opener);
}

function addRun(scan: Scan, run: Run): void {
  if (run.end - run.start <= scan.kept) {
    addPiece(scan, run.start, run.end);
  } else {
    scan.runs.push(run);
    addEdges(scan, run);
  }
}

function addSpoiler(scan: Scan, spoiler: Run): void {
  scan.runs.push(spoiler);
  if (spoiler.end - spoiler.start <= scan.kept) addPiece(scan, spoiler.start, spoiler.end);
  else addEdges(scan, spoiler);
}

/** Markers stay next to text: a cut beside one would leave an empty pair. */
function addEdges(scan: Scan, run: Run): void {
  const { text } = scan;
  let first = run.open;
  while (first < run.close && isSpace(text.charAt(first))) first += 1;
  let last = run.close - 1;
  while (last > run.open && isSpace(text.charAt(last))) last -= 1;
  addPiece(scan, run.start, first + 1);
  addPiece(scan, last, run.end);
}

function addUnfinished(scan: Scan, last: Line): void {
  for (const opener of scan.openers) addPiece(scan, opener.start, opener.start + scan.kept);
  const tail = scan.text.slice(Math.max(last.start, last.end - LONGEST_UNFINISHED), last.end);
  const unfinished = UNFINISHED.exec(tail);
  if (unfinished) addPiece(scan, last.end - unfinished[0].length, Infinity);
}
