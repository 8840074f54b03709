/** Finds the regular expressions of a source file, with the TypeScript parser. */
import ts from 'typescript';

export interface FoundRegex {
  /** `path:line`. */
  at: string;
  source: string;
  flags: string;
  /** Null where it is not written out and its parts are not constants of the same file. */
  regex: RegExp | null;
}

/** What stands before an expression that is written out. A file without any is not parsed, which takes most of the time. */
const MAY_HOLD_ONE = /(?:[-+*%(,=:?!&|[{;>~^]|\b(?:return|case|typeof))\s{0,80}\/(?![/*])|\bRegExp\(/;

/** Stands for a part that is only known at run time, such as a user id. */
const UNKNOWN_PART = 'x1';

/** Literals, and what is given to `RegExp`; in a template, constants of the file are filled in. */
export function findRegexes(path: string, text: string): FoundRegex[] {
  if (!MAY_HOLD_ONE.test(text)) return [];
  const kind = path.endsWith('.tsx') ? ts.ScriptKind.TSX : ts.ScriptKind.TS;
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, false, kind);
  const constants = new Map<string, ts.Expression>();
  const found: FoundRegex[] = [];
  const add = (node: ts.Node, source: string | undefined, flags: string) => {
    const line = file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1;
    const regex = source === undefined ? null : compile(source, flags);
    found.push({ at: `${path}:${line}`, source: source ?? node.getText(file), flags, regex });
  };
  const built: (ts.NewExpression | ts.CallExpression)[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) {
      const end = node.text.lastIndexOf('/');
      add(node, node.text.slice(1, end), node.text.slice(end + 1));
    } else if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.initializer) {
      constants.set(node.name.text, node.initializer);
    } else if (ts.isNewExpression(node) || ts.isCallExpression(node)) {
      if (ts.isIdentifier(node.expression) && node.expression.text === 'RegExp') built.push(node);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  for (const node of built) {
    const [pattern, flags] = node.arguments ?? [];
    const source = pattern && stringOf(pattern, constants, 0);
    add(node, source, (flags && stringOf(flags, constants, 0)) ?? '');
  }
  return found;
}

/** The text of an expression, as far as it is known without running it. */
function stringOf(
  node: ts.Expression,
  constants: ReadonlyMap<string, ts.Expression>,
  depth: number,
): string | undefined {
  if (depth > 8) return undefined;
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isRegularExpressionLiteral(node)) return node.text.slice(1, node.text.lastIndexOf('/'));
  if (ts.isParenthesizedExpression(node)) return stringOf(node.expression, constants, depth + 1);
  if (ts.isIdentifier(node)) {
    const value = constants.get(node.text);
    return value && stringOf(value, constants, depth + 1);
  }
  if (ts.isPropertyAccessExpression(node) && node.name.text === 'source') {
    return stringOf(node.expression, constants, depth + 1);
  }
  if (ts.isConditionalExpression(node)) return stringOf(node.whenFalse, constants, depth + 1);
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken) {
    const left = stringOf(node.left, constants, depth + 1);
    const right = stringOf(node.right, constants, depth + 1);
    return left === undefined || right === undefined ? undefined : left + right;
  }
  if (!ts.isTemplateExpression(node)) return undefined;
  // An alternative of its own for what is unknown would hide what stands beside it, so that is one short word.
  return node.templateSpans.reduce(
    (text, span) => text + (stringOf(span.expression, constants, depth + 1) ?? UNKNOWN_PART) + span.literal.text,
    node.head.text,
  );
}

function compile(source: string, flags: string): RegExp | null {
  try {
    return new RegExp(source, flags);
  } catch {
    return null;
  }
}
