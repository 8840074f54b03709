import { withoutFences } from './blocks.ts';
import { columnsOf } from './graphemes.ts';

/** Columns of a code block that a narrow window shows without wrapping. */
const WIDEST_TABLE = 64;

/** Links, mentions, custom emoji, timestamps and spoilers: Discord doesn't render them in code blocks. */
const ALIVE = /https?:\/\/|<(?:[@#:/]|a:|t:|id:)|\|\|/;
/** Right-to-left scripts: a line with such a cell doesn't show its columns in order. */
const FROM_THE_RIGHT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u200f\u2067]/;
const EMPHASIS =
  /`([^`]{1,200})`|\*\*(?=[^\s*])([^*]{1,200})\*\*|__(?=[^\s_])([^_]{1,200})__|~~(?=[^\s~])([^~]{1,200})~~|\*(?=[^\s*])([^*]{1,200})\*/g;
const LINE_BREAK = /<br ?\/?>/g;
const RULE = /^:?-+:?$/;

/** Longer than the rule of any table that fits. */
const LONGEST_RULE = 100;

type Alignment = 'left' | 'right' | 'center';

export interface Table {
  head: string[];
  alignments: Alignment[];
  /** Each row has as many cells as `head`. */
  rows: string[][];
}

/** The cells of a table line; undefined without a bar. */
export function cellsOf(line: string): string[] | undefined {
  const cells = line
    .trim()
    .split(/(?<!\\)\|/)
    .map((cell) => cell.replaceAll('\\|', '|').trim());
  if (cells.length < 2) return undefined;
  if (cells[0] === '') cells.shift();
  if (cells.length > 1 && cells.at(-1) === '') cells.pop();
  return cells;
}

/** Whether a line is the rule that `showTable` writes below a head of two or more columns. */
export const isTableRule = (line: string): boolean =>
  line.length <= LONGEST_RULE && /^(?:> )*[-|]+$/.test(line) && line.includes('-|-') && !line.includes('||');

/** The table that these two lines begin, without rows; undefined when they don't begin one. */
export function tableFrom(headLine: string, ruleLine: string): Table | undefined {
  const rule = cellsOf(ruleLine);
  if (!rule?.every((cell) => RULE.test(cell))) return undefined;
  const head = cellsOf(headLine);
  if (head?.length !== rule.length) return undefined;
  return { head, alignments: rule.map(alignmentOf), rows: [] };
}

function alignmentOf(rule: string): Alignment {
  if (!rule.endsWith(':')) return 'left';
  return rule.startsWith(':') ? 'center' : 'right';
}

/**
 * A table as Discord can show it: a code block with aligned columns, or a list when that would be wider than 64 columns
 * or hide links and mentions.
 */
export function showTable({ head, alignments, rows }: Table): string[] {
  const prose = [head, ...rows].some((cells) => cells.some((cell) => ALIVE.test(cell) || FROM_THE_RIGHT.test(cell)));
  const plain = [head, ...rows].map((cells) => cells.map(plainCell));
  const widths = head.map((_cell, column) =>
    plain.reduce((widest, cells) => Math.max(widest, columnsOf(cells[column] ?? '')), 1),
  );
  const width = widths.reduce((sum, each) => sum + each + 3, -3);
  if (prose || width > WIDEST_TABLE) return showList(head, rows);
  const [headRow = '', ...bodyRows] = plain.map((cells) =>
    cells.map((cell, column) => pad(cell, widths[column] ?? 0, alignments[column] ?? 'left')).join(' | '),
  );
  const rule = widths.map((each) => '-'.repeat(each)).join('-|-');
  return ['```', ...[headRow, rule, ...bodyRows].map((line) => line.trimEnd()), '```'];
}

function pad(cell: string, width: number, alignment: Alignment): string {
  const missing = width - columnsOf(cell);
  const before = alignment === 'left' ? 0 : alignment === 'right' ? missing : Math.floor(missing / 2);
  return ' '.repeat(before) + cell + ' '.repeat(missing - before);
}

/** A cell without the markers that a code block would show. */
function plainCell(cell: string): string {
  const plain = cell
    .replaceAll(LINE_BREAK, ' ')
    .replaceAll(
      EMPHASIS,
      (_match, ...groups: (string | undefined)[]) => groups.slice(0, 5).find((group) => group !== undefined) ?? '',
    );
  return withoutFences(plain);
}

/**
 * A row as a list item: its first cell is the heading, the others are below. Empty cells are left out, except for
 * columns without any cell, whose name would be lost.
 */
function showList(head: readonly string[], rows: readonly string[][]): string[] {
  const unfilled = head.map((_name, column) => rows.every((cells) => cells[column] === ''));
  if (!unfilled.includes(false)) return [head.filter((cell) => cell !== '').join(', ')];
  return rows.flatMap((cells) =>
    cells
      .map((cell, column) => ({
        name: plainCell(head[column] ?? ''),
        cell: cell.replaceAll(LINE_BREAK, ' '),
        unfilled: unfilled[column] ?? false,
      }))
      .filter(({ name, cell, unfilled }) => cell !== '' || (unfilled && name !== ''))
      .map(({ name, cell }, index) => {
        const named = name === '' ? '' : cell === '' ? `${name}:` : `${name}: `;
        if (index > 0) return `  - ${named}${cell}`;
        return `- ${named}${cell === '' || ALIVE.test(cell) ? cell : `**${plainCell(cell)}**`}`;
      }),
  );
}
