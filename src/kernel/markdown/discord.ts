import type { Fence } from './blocks.ts';
import { closesFence, fenceAfter, leavesQuote, withoutFences } from './blocks.ts';
import { withHosts } from './links.ts';
import type { Table } from './tables.ts';
import { cellsOf, showTable, tableFrom } from './tables.ts';

const DISCORD_TICKS = '```';
const QUOTE = /^> ?/;
/** Discord ends an empty block only at the next ticks, which belong to another block. */
const NOTHING = '\u200b';
const EMPTY = /^(?:> ?)*$/;
/** The part of a fence line before its ticks. */
const BEFORE_TICKS = /^[^`~]*/;

/**
 * Rewrites models' Markdown in Discord's dialect; linear time.
 * - Tables become code blocks with aligned columns, or lists when too wide.
 * - Fences of tildes or more than three backticks become three backticks, the only kind Discord knows. Ticks inside
 * them get an invisible sign, so nested blocks show as text.
 * - A masked link is followed by its host.
 */
export function toDiscordMarkdown(text: string): string {
  return withHosts(/[|~]|```/.test(text) ? withBlocks(text) : text);
}

function withBlocks(text: string): string {
  const lines = text.split('\n');
  const shown: string[] = [];
  let fence: Fence | null = null;
  let holdsCode = false;
  let index = 0;
  while (index < lines.length) {
    const line = lines[index] ?? '';
    if (fence && leavesQuote(line, fence)) fence = null;
    const next: Fence | null = fenceAfter(line, fence);
    const table = next === null && fence === null ? tableAt(lines, index) : undefined;
    if (table) shown.push(table.quote + showTable(table.table).join(`\n${table.quote}`));
    else if (!fence) shown.push(next ? openingLine(line, next) : line);
    else if (!closesFence(line, fence)) shown.push(withoutFences(line));
    else shown.push(...(holdsCode ? [] : [fence.quote + NOTHING]), closingLine(line));
    holdsCode = fence !== null && (holdsCode || !EMPTY.test(line));
    index += table?.lineCount ?? 1;
    fence = next;
  }
  return shown.join('\n');
}

/** The table that begins at a line, optionally inside a quote. */
function tableAt(lines: readonly string[], index: number) {
  const line = lines[index] ?? '';
  if (!line.includes('|')) return undefined;
  const quote = QUOTE.exec(line)?.[0] ?? '';
  const unquoted = (at: number) => {
    const one = lines[at];
    return one?.startsWith(quote) ? one.slice(quote.length) : undefined;
  };
  const table: Table | undefined = tableFrom(unquoted(index) ?? '', unquoted(index + 1) ?? '');
  if (!table) return undefined;
  let end = index + 2;
  for (let row = rowOf(unquoted(end), table); row; row = rowOf(unquoted(end), table)) {
    table.rows.push(row);
    end += 1;
  }
  return { table, quote: quote === '' ? '' : '> ', lineCount: end - index };
}

function rowOf(line: string | undefined, { head }: Table): string[] | undefined {
  if (line === undefined || fenceAfter(line, null)) return undefined;
  const cells = cellsOf(line);
  return cells && head.map((_name, column) => cells[column] ?? '');
}

const openingLine = (line: string, { language }: Fence) =>
  `${BEFORE_TICKS.exec(line)?.[0] ?? ''}${DISCORD_TICKS}${language}`;

const closingLine = (line: string) => `${BEFORE_TICKS.exec(line)?.[0] ?? ''}${DISCORD_TICKS}`;
