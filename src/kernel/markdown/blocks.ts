/** Runs of more backticks are taken as text: a marker that long would fill a message. */
const LONGEST_FENCE = 12;
const LONGEST_LANGUAGE = 20;
/** A longer line begins and ends no code block. Bounds what a line costs to look at. */
const LONGEST_FENCE_LINE = 200;
const DEEPEST_QUOTE = 3;
/** Blocks within blocks beyond this are taken as text. */
const DEEPEST_FENCE = 8;
/** Languages in which a code block can hold code blocks; also none at all. */
const HOLDS_BLOCKS = /^(?:|markdown|md|mdx|mdown|mkd|rmd|qmd|readme|text|txt|plain|plaintext)$/i;

/** Quote and list markers, then at least three ticks and what may name a language. */
const OPENING = /^([ \t]*(?:(?:>|[-*+][ \t]|\d{1,9}[.)][ \t])[ \t]*)*)(`{3,}(?=[^`]*$)|~{3,}(?!~))(.*)$/;
const CLOSING = /^[ \t]*((?:>[ \t]*)*)(`{3,}|~{3,})[ \t\r]*$/;

/** A code block that is open. */
export interface Fence {
  ticks: string;
  /** Empty when none is named. */
  language: string;
  /** The markers of the quote that the block stands in, such as `> `; empty outside of quotes. */
  quote: string;
  /** The blocks that are open within it, the outermost first. */
  inner: readonly Fence[];
}

/** A line without its break, and the code block that is open where it begins and after it. */
export interface Line {
  start: number;
  end: number;
  before: Fence | null;
  after: Fence | null;
}

/** Whether the line is the last of a code block. */
export const closesFence = (line: string, fence: Fence): boolean =>
  !leavesQuote(line, fence) && fenceAfter(line, fence) === null;

function endsFence(line: string, fence: Fence): boolean {
  if (line.length > LONGEST_FENCE_LINE) return false;
  const [, quote = '', ticks = ''] = CLOSING.exec(line) ?? [];
  return ticks.startsWith(fence.ticks) && (quote !== '') === (fence.quote !== '');
}

/** Whether a line is outside of the quote that a code block stands in: the block ended with the quote. */
export function leavesQuote(line: string, fence: Fence): boolean {
  return fence.quote !== '' && !line.trimStart().startsWith('>');
}

/**
 * The code block that is open after a line, as CommonMark has it: by lines, in quotes and lists too. Unlike CommonMark,
 * a block of Markdown or without a name may hold blocks with as many ticks that have one, as models write them.
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

/** The block after a line that may open another within it: one whose end would else end the outer one. */
function nestedBy(line: string, fence: Fence): Fence {
  const holder = fence.inner.at(-1) ?? fence;
  if (!HOLDS_BLOCKS.test(holder.language) || fence.inner.length === DEEPEST_FENCE) return fence;
  const opened = CLOSING.test(line) ? null : openedBy(line);
  if (!opened?.ticks.startsWith(fence.ticks)) return fence;
  return { ...fence, inner: [...fence.inner, opened] };
}

/** The lines from `start` on; `partial` when the first one began before. */
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

/** Whether a line belongs to a code block, its first and last included. */
export const isCode = (line: Line) => line.before !== null || line.after !== null;

export const isSpace = (character: string) => /\s/.test(character);

/** Three ticks within code get an invisible sign between, or Discord would end the block there. */
export const withoutFences = (code: string) => code.replaceAll(/`(?=``)/g, '`\u200b');
