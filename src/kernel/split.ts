/** Discord's limit for a message's content, in UTF-16 units. */
const MESSAGE_LIMIT = 2000;
/** Leaves room for text beside the longest fence markers that are added. */
const LEAST_LIMIT = 100;
/** Runs of more backticks are taken as text: a marker that long would fill a message. */
const LONGEST_FENCE = 16;
const LONGEST_LANGUAGE = 20;
/** How far back a grapheme is looked for; longer ones are stacks of combining marks, cut where it falls. */
const LONGEST_GRAPHEME = 64;

const FENCE_OPENING = /^[ \t]*(`{3,})([^`\n]*)$/;
const FENCE_CLOSING = /^[ \t]*(`{3,})[ \t\r]*$/;
const SENTENCE_END = /[.!?…。！？]["')\]*_]*\s/g;
/** Mentions, custom emoji, timestamps and command links; links with and without a text; closed spoilers. */
const PIECES =
  /<(?:@[!&]?\d+|#\d+|id:\w+|a?:\w+:\d+|t:-?\d+(?::\w)?|\/[^<>\n]{1,100}:\d+)>|\[[^[\]\n]{1,200}\]\(https?:\/\/[^)\s]*(?:\)|$)|https?:\/\/\S+|\|\|(?=[^|])(?:(?!\|\|)[^])+\|\|/g;
/** A piece that begins before the end of what is looked at and may go on after it. */
const UNFINISHED_PIECE =
  /<(?:@[!&]?\d*|#\d*|i?d?:?\w*|a?:\w*:?\d*|t:-?\d*:?\w?|\/[^<>\n]{0,120})$|\[[^[\]\n]{0,200}(?:\](?:\([a-z:/]{0,8})?)?$|\bh(?:t(?:tp?)?)?$|\bhttps?:?\/?\/?$/;

interface Fence {
  ticks: string;
  language: string;
}

/** One part: `text.slice(start, end)` of the source, between the markers that were added. */
export interface SplitRange {
  start: number;
  end: number;
  opening: string;
  closing: string;
}

interface Cut {
  end: number;
  fence: Fence | null;
}

/** Where a part may end, by what is there; each list ascending. */
interface Cuts {
  paragraph: Cut[];
  line: Cut[];
  /** The fence that is open at each line of the window, for cuts inside lines. */
  lines: { start: number; fence: Fence | null }[];
}

/**
 * Splits text into Discord messages: each at most `limit` (2000) UTF-16 units with its markers, none blank. Ends parts
 * at a paragraph, else a line, a sentence, a space; code fences are closed and opened again with their language. Never
 * cuts a surrogate pair, emoji sequence, mention, custom emoji, timestamp, URL or spoiler that fits in a part.
 *
 * When text is appended, all parts but the last two stay as they are. Takes time linear in the text.
 */
export function splitMessage(text: string, options: { limit?: number } = {}): string[] {
  return splitRanges(text, options.limit ?? MESSAGE_LIMIT).map(
    (range) => range.opening + text.slice(range.start, range.end) + range.closing,
  );
}

/** As `splitMessage`, telling which part of the source each message shows. What lies between ranges is white space or a
 * closing fence that the part before has already. */
export function splitRanges(text: string, limit: number): SplitRange[] {
  if (limit < LEAST_LIMIT) throw new RangeError(`limit must be at least ${LEAST_LIMIT}`);
  const ranges: SplitRange[] = [];
  const length = text.trimEnd().length;
  let fence: Fence | null = null;
  let start = skipBlank(text, 0, length);
  while (start < length) {
    const opening: string = fence ? `${fence.ticks}${fence.language}\n` : '';
    const cut: Cut = wholeRest(text, start, length, fence, limit) ?? chooseCut(text, start, fence, limit);
    const end = cut.fence ? cut.end : start + text.slice(start, cut.end).trimEnd().length;
    ranges.push({ start, end, opening, closing: closingAt(text, cut) });
    ({ start, fence } = nextStart(text, cut, length));
  }
  return ranges;
}

function closingAt(text: string, cut: Cut): string {
  if (!cut.fence) return '';
  return (text[cut.end - 1] === '\n' ? '' : '\n') + cut.fence.ticks;
}

function fitsAt(text: string, start: number, opening: number, cut: Cut, limit: number): boolean {
  return opening + (cut.end - start) + closingAt(text, cut).length <= limit;
}

function openingLength(fence: Fence | null): number {
  return fence ? fence.ticks.length + fence.language.length + 1 : 0;
}

/** The cut at the end of the text when all that is left fits in one part. */
function wholeRest(text: string, start: number, length: number, fence: Fence | null, limit: number): Cut | undefined {
  if (openingLength(fence) + length - start > limit) return undefined;
  const open = scan(text, start, length, fence).lines.at(-1)?.fence ?? null;
  const last = text.slice(text.lastIndexOf('\n', length - 1) + 1, length);
  const cut = { end: length, fence: fenceAfterLine(last, open) };
  // An opening line without code after it has nothing to close yet.
  if (cut.fence && cut.fence !== open) cut.fence = null;
  return fitsAt(text, start, openingLength(fence), cut, limit) ? cut : undefined;
}

function nextStart(text: string, cut: Cut, length: number): { start: number; fence: Fence | null } {
  if (!cut.fence) return { start: skipBlank(text, cut.end, length), fence: null };
  const lineEnd = text.indexOf('\n', cut.end);
  const lineStop = lineEnd < 0 || lineEnd > length ? length : lineEnd;
  const atLineStart = text[cut.end - 1] === '\n';
  if (atLineStart && lineStop - cut.end <= LEAST_LIMIT && closes(text.slice(cut.end, lineStop), cut.fence)) {
    return { start: skipBlank(text, lineStop, length), fence: null };
  }
  return { start: cut.end, fence: cut.fence };
}

function skipBlank(text: string, from: number, length: number): number {
  let at = from;
  while (at < length && /\s/.test(text.charAt(at))) at += 1;
  return at;
}

function closes(line: string, fence: Fence): boolean {
  const ticks = FENCE_CLOSING.exec(line)?.[1];
  return ticks !== undefined && ticks.length >= fence.ticks.length;
}

function fenceAfterLine(line: string, fence: Fence | null): Fence | null {
  if (fence) return closes(line, fence) ? null : fence;
  const match = FENCE_OPENING.exec(line);
  const ticks = match?.[1];
  if (ticks === undefined || ticks.length > LONGEST_FENCE) return null;
  const language = /^[\w+#.-]+/.exec(match?.[2]?.trim() ?? '')?.[0] ?? '';
  return { ticks, language: language.length > LONGEST_LANGUAGE ? '' : language };
}

function scan(text: string, start: number, end: number, fenceAtStart: Fence | null): Cuts {
  const cuts: Cuts = { paragraph: [], line: [], lines: [] };
  let fence = fenceAtStart;
  let at = start;
  while (at < end) {
    cuts.lines.push({ start: at, fence });
    const newline = text.indexOf('\n', at);
    if (newline < 0 || newline >= end) break;
    const wholeLine = at > start || startsLine(text, start);
    const line = text.slice(at, newline);
    const after = wholeLine ? fenceAfterLine(line, fence) : fence;
    const opened = after !== null && fence === null;
    if (opened && at > start) cuts.paragraph.push({ end: at, fence: null });
    const cut = { end: newline + 1, fence: after };
    // A code block that would show no code is not begun; its opening line goes to the next part.
    if (!opened) cuts.line.push(cut);
    if (after === null && text[newline + 1] === '\n') cuts.paragraph.push(cut);
    fence = after;
    at = newline + 1;
  }
  return cuts;
}

function startsLine(text: string, at: number): boolean {
  return text.slice(text.lastIndexOf('\n', at - 1) + 1, at).trim() === '';
}

function chooseCut(text: string, start: number, fence: Fence | null, limit: number): Cut {
  const opening = openingLength(fence);
  const windowEnd = Math.min(text.length, start + limit - opening);
  const cuts = scan(text, start, windowEnd + 1, fence);
  const pieces = piecesIn(text, start, windowEnd, cuts);
  const fits = (cut: Cut) => cut.end > start && fitsAt(text, start, opening, cut, limit) && !splitsPiece(pieces, cut);
  const window = { start, end: windowEnd };
  const fitsFrom = (least: number) => (cut: Cut) => cut.end >= start + least && fits(cut);
  const tidy =
    cuts.paragraph.findLast(fitsFrom(limit / 2)) ??
    cuts.line.findLast(fitsFrom(limit / 2)) ??
    lastMatch(text, window, SENTENCE_END, cuts, fitsFrom(limit / 2)) ??
    lastMatch(text, window, /\s/g, cuts, fitsFrom(limit / 4));
  return tidy ?? hardCut(text, start, windowEnd, cuts, pieces, limit - opening);
}

/** The last place after a match, in the window, that is accepted. */
function lastMatch(
  text: string,
  window: { start: number; end: number },
  pattern: RegExp,
  cuts: Cuts,
  accepts: (cut: Cut) => boolean,
): Cut | undefined {
  const ends = Array.from(
    text.slice(window.start, window.end).matchAll(pattern),
    (match) => window.start + match.index + match[0].length,
  );
  const end = ends.findLast((position) => accepts({ end: position, fence: fenceAt(cuts, position) }));
  return end === undefined ? undefined : { end, fence: fenceAt(cuts, end) };
}

/** The fence open at a place inside a line. */
function fenceAt(cuts: Cuts, position: number): Fence | null {
  return cuts.lines.findLast((line) => line.start < position)?.fence ?? null;
}

interface Piece {
  start: number;
  end: number;
}

/** What must not be cut, outside code, that begins in the window; what goes on after it ends at infinity. */
function piecesIn(text: string, start: number, end: number, cuts: Cuts): Piece[] {
  const view = text.slice(start, end + 1);
  const pieces: Piece[] = [];
  let read = 0;
  for (const match of view.matchAll(PIECES)) {
    read = match.index + match[0].length;
    const reachesEnd = read === view.length && /^(?:http|\[)/.test(match[0]);
    pieces.push({ start: start + match.index, end: reachesEnd ? Infinity : start + read });
  }
  const rest = view.slice(read);
  const spoiler = rest.lastIndexOf('||');
  if (spoiler >= 0) pieces.push({ start: start + read + spoiler, end: Infinity });
  const unfinished = UNFINISHED_PIECE.exec(rest.slice(-256));
  if (unfinished) pieces.push({ start: start + view.length - unfinished[0].length, end: Infinity });
  return pieces.filter((piece) => piece.start > start && fenceAt(cuts, piece.start + 1) === null);
}

function splitsPiece(pieces: readonly Piece[], cut: Cut): boolean {
  return pieces.some((piece) => piece.start < cut.end && cut.end < piece.end);
}

function hardCut(text: string, start: number, end: number, cuts: Cuts, pieces: Piece[], room: number): Cut {
  let position = end;
  for (;;) {
    const fence = fenceAt(cuts, position);
    const over = position - start + closingAt(text, { end: position, fence }).length - room;
    const inside = pieces.find((piece) => piece.start < position && position < piece.end);
    const next = over > 0 ? position - over : inside ? inside.start : graphemeStart(text, start, position);
    if (next === position) return { end: position, fence };
    position = next;
  }
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** The start of the grapheme that covers `position`, unless that would leave nothing. */
function graphemeStart(text: string, start: number, position: number): number {
  const covering = graphemes.segment(text.slice(start, position + 2)).containing(position - start);
  const begin = start + (covering?.index ?? position - start);
  if (begin > start && position - begin < LONGEST_GRAPHEME) return begin;
  const splitsPair = /[\uD800-\uDBFF]/.test(text.charAt(position - 1)) && /[\uDC00-\uDFFF]/.test(text.charAt(position));
  return splitsPair && position - 1 > start ? position - 1 : position;
}
