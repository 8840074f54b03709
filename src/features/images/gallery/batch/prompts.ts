import { UserError } from '../../../../kernel/errors.ts';
import { longestPrompt } from '../../intake/prompt.ts';

export const mostPrompts = 50;
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

/** RFC 4180, with either end of line: quotes around a field, doubled within it. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|\r|\n|$)/gy;
  while (field.lastIndex < text.length) {
    const at = field.lastIndex;
    const match = field.exec(text);
    // A quote where none may be: the rest of the line is taken as it is.
    if (!match) {
      const end = text.slice(at).search(/[\r\n]|$/) + at;
      row.push(text.slice(at, end));
      field.lastIndex = end;
      continue;
    }
    const [, quotedText, plain = '', separator] = match;
    row.push(quotedText === undefined ? plain : quotedText.replaceAll('""', '"'));
    if (separator === ',') continue;
    rows.push(row);
    row = [];
  }
  if (row.length > 0) rows.push(row);
  return rows;
}
