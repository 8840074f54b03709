/** A longer run of backticks is text: such a marker would fill a message. */
const LONGEST_FENCE = 12;
const LONGEST_LANGUAGE = 20;
/** A longer line is never a fence. Bounds the cost of a line. */
const LONGEST_FENCE_LINE = 200;
const DEEPEST_QUOTE = 3;
/** Deeper nested blocks are text. */
const DEEPEST_FENCE = 8;
/** Languages whose code blocks can contain code blocks, or none at all. */
const HOLDS_BLOCKS = /^(?:|markdown|md|mdx|mdown|mkd|rmd|qmd|readme|text|txt|plain|plaintext)$/i;

/** Quote and list markers, then at least three ticks and an optional language. */
const OPENING = /^([ \t]*(?:(?:>|[-*+][ \t]|\d{1,9}[.)][ \t])[ \t]*)*)(`{3,}(?=[^`]*$)|~{3,}(?!~))(.*)$/;
const CLOSING = /^[ \t]*((?:>[ \t]*)*)(`{3,}|~{3,})[ \t\r]*$/;

/** An open code block. */
export interface Fence {
  ticks: string;
  /** Empty without a language. */
  language: string;
  /** Quote markers around the block, such as `> `; empty outside quotes. */
  quote: string;
  /** The blocks open inside it, the outermost first. */
  inner: readonly Fence[];
}

/** A line without its break, and the code block open before and after it. */
export interface Line {
  start: number;
  end: number;
  before: Fence | null;
  after: Fence | null;
}

/** Whether the line closes the code block. */
export const closesFence = (line: string, fence: Fence): boolean =>
  !leavesQuote(line, fence) && fenceAfter(line, fence) === null;

function endsFence(line: string, fence: Fence): boolean {
  if (line.length > LONGEST_FENCE_LINE) return false;
  const [, quote = '', ticks = ''] = CLOSING.exec(line) ?? [];
  return ticks.startsWith(fence.ticks) && (quote !== '') === (fence.quote !== '');
}

/** Whether a line is outside the quote around a code block: the block ended with the quote. */
export function leavesQuote(line: string, fence: Fence): boolean {
  return fence.quote !== '' && !line.trimStart().startsWith('>');
}

/**
 * The code block open after a line, as in CommonMark: by lines, in quotes and lists too. Unlike CommonMark, a block of
 * Markdown or without a language may contain blocks with as many ticks that have one, because models write that.
 */
export function fenceAfter(line: string, fence: Fence | null): Fence | null {
  if (!fence || leavesQuote(line, fence)) return openedBy(line);
  const innermost = fence.inner.at(-1);
  if (!innermost) return endsFence(line, fence) ? null : nestedBy(line, fence);
  const without = { ...fence, inner: fence.inner.slice(0, -1) };
  if (leavesQuote(line, innermost)) return fenceAfter(line, without);
  return endsFence(line, innermost) ? without : nestedBy(line, fence);
}

function openedBy(line: string): Fence | null {
  if (line.length > LONGEST_FENCE_LINE) return null;
  const [, container = '', ticks = '', info = ''] = OPENING.exec(line) ?? [];
  if (ticks === '' || ticks.length > LONGEST_FENCE) return null;
  const language = /^[\w+#.-]+/.exec(info.trim())?.[0] ?? '';
  const depth = Math.min(DEEPEST_QUOTE, container.split('>').length - 1);
  return {
    ticks,
    language: language.length > LONGEST_LANGUAGE ? '' : language,
    quote: '> '.repeat(depth),
    inner: [],
  };
}

/**
 * The block after a line that may open another inside it: one whose closing fence would otherwise close the outer
 * block.
 */
function nestedBy(line: string, fence: Fence): Fence {
  const holder = fence.inner.at(-1) ?? fence;
  if (!HOLDS_BLOCKS.test(holder.language) || fence.inner.length === DEEPEST_FENCE) return fence;
  const opened = CLOSING.test(line) ? null : openedBy(line);
  if (!opened?.ticks.startsWith(fence.ticks)) return fence;
  return { ...fence, inner: [...fence.inner, opened] };
}

/** The lines from `start` on. With `partial`, the first one began before. */
export function linesIn(text: string, start: number, fence: Fence | null, partial: boolean): Line[] {
  const lines: Line[] = [];
  let before = fence;
  let at = start;
  while (at < text.length) {
    const newline = text.indexOf('\n', at);
    const stop = newline < 0 ? text.length : newline;
    const after: Fence | null = partial && at === start ? before : fenceAfter(text.slice(at, stop), before);
    lines.push({ start: at, end: stop, before, after });
    before = after;
    at = stop + 1;
  }
  return lines;
}

export const isBlank = (text: string, line: Pick<Line, 'start' | 'end'>) =>
  text.slice(line.start, line.end).trim() === '';

/** Whether a line belongs to a code block, including its fences. */
export const isCode = (line: Line) => line.before !== null || line.after !== null;

export const isSpace = (character: string) => /\s/.test(character);

/** Puts an invisible sign into three ticks inside code, because Discord would end the block there. */
export const withoutFences = (code: string) => code.replaceAll(/`(?=``)/g, '`\u200b');
