import { UserError } from '../../../../kernel/errors.ts';
import { longestPrompt } from '../../intake/prompt.ts';

const mostPrompts = 50;
/** Of the file: every prompt as long as may be, in four bytes a character. */
export const mostFileBytes = mostPrompts * longestPrompt * 4;

/**
 * The prompts of a file: one a line, or, where the name ends in `.csv`, of the column `prompt`, else of the first. Throws a
 * UserError where it holds none, or more than may be.
 */
export function readPrompts(filename: string, bytes: Uint8Array): string[] {
  const text = decoded(filename, bytes);
  const found = filename.toLowerCase().endsWith('.csv') ? promptColumn(readCsv(text)) : text.split(/\r\n|\r|\n/);
  const prompts = found.map((prompt) => prompt.trim()).filter((prompt) => prompt !== '');
  if (prompts.length === 0) throw new UserError('batch.no-prompts', 'no prompts', { file: filename });
  if (prompts.length > mostPrompts) {
    throw new UserError('batch.too-many', 'too many prompts', { count: prompts.length, most: mostPrompts });
  }
  return prompts;
}

function decoded(file: string, bytes: Uint8Array): string {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    if (!text.includes('\0')) return text;
  } catch {
    // Told below, as for what has zeros.
  }
  throw new UserError('batch.no-text', 'the file is no text', { file });
}

function promptColumn(rows: readonly (readonly string[])[]): string[] {
  const [head = []] = rows;
  const column = head.findIndex((name) => name.trim().toLowerCase() === 'prompt');
  return column < 0 ? rows.map(([first = '']) => first) : rows.slice(1).map((row) => row[column] ?? '');
}

/** RFC 4180, with any end of line: quotes around a field, doubled within it. One that is never closed is a letter. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  while (at < text.length) {
    const { value, end } = readField(text, at);
    row.push(value);
    at = end + 1;
    if (text[end] === ',') continue;
    rows.push(row);
    row = [];
    if (text[end] === '\r' && text[at] === '\n') at += 1;
  }
  return rows;
}

const endsField = (character: string | undefined): boolean =>
  character === undefined || character === ',' || character === '\r' || character === '\n';

function readField(text: string, start: number): { value: string; end: number } {
  const quoted = text[start] === '"' ? readQuoted(text, start) : undefined;
  if (quoted) return quoted;
  let end = start;
  while (!endsField(text[end])) end += 1;
  return { value: text.slice(start, end), end };
}

/** Undefined where the quote is not closed before the field ends. */
function readQuoted(text: string, start: number): { value: string; end: number } | undefined {
  let from = start + 1;
  for (;;) {
    const quote = text.indexOf('"', from);
    if (quote < 0) return undefined;
    if (text[quote + 1] === '"') {
      from = quote + 2;
      continue;
    }
    if (!endsField(text[quote + 1])) return undefined;
    return { value: text.slice(start + 1, quote).replaceAll('""', '"'), end: quote + 1 };
  }
}
