import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, visit } from 'yaml';
import { errorMessage } from '../../kernel/errors.ts';
import type { Document, Node, Scalar } from 'yaml';

export type SettingPath = readonly (string | number)[];

export interface Problem {
  /** `file:line:column` or the environment variable. */
  place: string;
  message: string;
  /** A fault of the file itself, not of a setting. */
  syntax?: true;
}

export interface YamlFile {
  /** The settings as plain values, `${NAME}` replaced. */
  tree: Record<string, unknown>;
  problems: Problem[];
  /** The line from which on a fault of syntax leaves open what is meant. */
  brokenFrom: number | undefined;
  /** `file:line:column` of the value at `path`, or of the nearest part of that path that is written. */
  placeOf(path: SettingPath): string;
  /** The place of the key that ends `path`. */
  placeOfKey(path: SettingPath): string;
  /** Whether the value at `path` holds something from the environment, which must not be shown. */
  substituted(path: SettingPath): boolean;
}

/** Parses `familiar.yaml`. Never throws: what is wrong is listed in `problems`. `name` is how places call the file. */
export function parseYamlFile(name: string, source: string, env: NodeJS.ProcessEnv): YamlFile {
  const lines = new LineCounter();
  const document = parseDocument(source, { lineCounter: lines, prettyErrors: false });
  const place = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${name}:${Math.max(line, 1)}:${Math.max(col, 1)}`;
  };
  const problems: Problem[] = document.errors.map((error) => {
    const line =
      source
        .slice(0, error.pos[1] + 1)
        .split('\n')
        .at(-1) ?? '';
    return { place: place(error.pos[0]), message: syntaxMessage(error, line), syntax: true };
  });
  const substituted = new Set<Node>();
  // Which of two settings of the same name is meant may be open, but all else is clear.
  const unclear = document.errors.filter(({ code }) => code !== 'DUPLICATE_KEY');
  const brokenFrom =
    unclear.length === 0 ? undefined : Math.min(...unclear.map(({ pos }) => lines.linePos(pos[0]).line));
  visit(document, {
    Scalar: (key, node) => {
      keepLongNumber(node);
      if (key === 'key') return;
      resolveScalar(node, env, {
        onSubstituted: () => substituted.add(node),
        onMissing: (variable) => problems.push({ place: place(node.range?.[0] ?? 0), message: missing(variable) }),
      });
    },
  });
  return {
    tree: toTree(document, problems, place, brokenFrom !== undefined),
    problems,
    brokenFrom,
    placeOf: (path) => place(locate(document, path, 'value').offset),
    placeOfKey: (path) => place(locate(document, path, 'key').offset),
    substituted: (path) => {
      const { node } = locate(document, path, 'value');
      return node !== undefined && substituted.has(node);
    },
  };
}

function syntaxMessage(error: { code: string; message: string }, line: string): string {
  if (error.code === 'DUPLICATE_KEY') return 'this setting is written twice; keep one of them';
  if (error.code === 'TAB_AS_INDENT') return 'a tab is used to indent; use spaces';
  if (line.includes('${')) return 'inside [ ] and { } write "${NAME}" with quotes';
  return error.message;
}

function missing(variable: string): string {
  return `the environment variable ${variable} is not set; set it (in .env for example) or write $\${${variable}} for the text itself`;
}

function toTree(
  document: Document,
  problems: Problem[],
  place: (offset: number) => string,
  broken: boolean,
): Record<string, unknown> {
  let tree: unknown;
  try {
    tree = document.toJS();
  } catch (error) {
    if (!broken) problems.push({ place: place(0), message: errorMessage(error), syntax: true });
  }
  if (tree === null || tree === undefined) return {};
  if (typeof tree === 'object' && !Array.isArray(tree)) return tree as Record<string, unknown>;
  if (!broken) problems.push({ place: place(0), message: 'the file must hold settings, one "name: value" a line' });
  return {};
}

/** Whole numbers that a JavaScript number cannot hold, such as Discord ids without quotes, stay the text that was written. */
function keepLongNumber(node: Scalar): void {
  if (typeof node.value === 'number' && !Number.isSafeInteger(node.value) && /^\d+$/.test(node.source ?? '')) {
    node.value = node.source;
  }
}

/** Replaces `${NAME}` in texts; `$${NAME}` stands for itself. */
function resolveScalar(
  node: Scalar,
  env: NodeJS.ProcessEnv,
  report: { onSubstituted: () => void; onMissing: (variable: string) => void },
): void {
  if (typeof node.value !== 'string' || !node.value.includes('${')) return;
  node.value = node.value.replaceAll(
    /(\$?)\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g,
    (all: string, escape: string, variable: string) => {
      if (escape) return all.slice(1);
      report.onSubstituted();
      const value = env[variable];
      if (value === undefined) report.onMissing(variable);
      return value ?? all;
    },
  );
}

function locate(
  document: Document,
  path: SettingPath,
  end: 'key' | 'value',
): { node: Node | undefined; offset: number } {
  let node: Node | undefined = document.contents ?? undefined;
  let offset = node?.range?.[0] ?? 0;
  for (const [depth, step] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document);
    let next: unknown;
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(step));
      if (!pair) return { node: undefined, offset };
      const key = pair.key as Scalar;
      offset = key.range?.[0] ?? offset;
      if (end === 'key' && depth === path.length - 1) return { node: key, offset };
      next = pair.value;
    } else if (isSeq(node)) {
      next = node.items[Number(step)];
    }
    if (next === undefined || next === null) return { node: undefined, offset };
    node = next as Node;
    // A map's own range begins at its first key, which says less than the key that holds it.
    if (isScalar(node) || isAlias(node) || isSeq(node)) offset = node.range?.[0] ?? offset;
    else if (typeof step === 'number') offset = node.range?.[0] ?? offset;
  }
  return { node, offset };
}
