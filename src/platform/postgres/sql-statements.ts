export interface SqlStatement {
  text: string;
  /** Line of its first character in the file, from 1. */
  line: number;
}

/**
 * Skipped as a whole when looking for the semicolon that ends a statement: comments, quoted names, strings (with
 * backslashes only after E) and dollar-quoted bodies.
 */
const OPAQUE =
  /--[^\n]*|\/\*[\s\S]*?\*\/|"(?:[^"]|"")*"|\b[eE]'(?:[^'\\]|''|\\[\s\S])*'|'(?:[^']|'')*'|(\$(?:[A-Za-z_]\w*)?\$)[\s\S]*?\1/y;

/** Splits a file into statements with their lines, so that an error can name its place. */
export function splitStatements(sql: string): SqlStatement[] {
  const statements: SqlStatement[] = [];
  let start = 0;
  const end = (at: number) => {
    const statement = statementBetween(sql, start, at);
    if (statement) statements.push(statement);
    start = at + 1;
  };
  for (let at = 0; at < sql.length;) {
    OPAQUE.lastIndex = at;
    if (OPAQUE.test(sql)) {
      at = OPAQUE.lastIndex;
      continue;
    }
    if (sql[at] === ';') end(at);
    at += 1;
  }
  end(sql.length);
  return statements;
}

/** Skips leading blanks and comments, so that the line is the statement's own. */
function statementBetween(sql: string, from: number, to: number): SqlStatement | undefined {
  const piece = sql.slice(from, to);
  const text = piece.replace(/^(?:\s+|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)+/, '');
  if (text.trim() === '') return undefined;
  return { text, line: lineAt(sql, from + piece.length - text.length) };
}

/** Line, from 1, of the character at `offset`. */
export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}
