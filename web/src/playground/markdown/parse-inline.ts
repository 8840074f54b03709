import type { Inline } from './ast.ts';

const deepestNesting = 10;
const escapable = /[\\`*_~|<>[\]()#@:\-.!]/;
const codeSpan = /(`{1,2})([\s\S]*?[^`])\1(?!`)/y;
const maskedLink = /\[((?:[^[\]\\]|\\.|\[[^\]]*\])+)\]\(<?(https?:\/\/[^\s<>)]+(?:\([^\s<>)]*\)[^\s<>)]*)*)>?\)/y;
const bareLink = /https?:\/\/[^\s<]+[^\s<.,:;"'\])!?*_~|]/y;
const angledLink = /<(https?:\/\/[^\s<>]+)>/y;
const mention = /<(@!?|@&|#)(\d{5,22})>/y;
const customEmoji = /<(a?):(\w{2,32}):(\d{5,22})>/y;
const timestamp = /<t:(-?\d{1,13})(?::([tTdDfFsSR]))?>/y;
const commandMention = /<\/([\w-]+(?: [\w-]+){0,2}):\d{5,22}>/y;
const everyone = /@(everyone|here)\b/y;
const plainRun = /[^\\`*_~|<[@h\n]+/y;

interface Mark {
  readonly mark: string;
  readonly kind: 'strong' | 'emphasis' | 'underline' | 'strike' | 'spoiler';
}

const marks: readonly Mark[] = [
  { mark: '||', kind: 'spoiler' },
  { mark: '**', kind: 'strong' },
  { mark: '__', kind: 'underline' },
  { mark: '~~', kind: 'strike' },
  { mark: '*', kind: 'emphasis' },
  { mark: '_', kind: 'emphasis' },
];

interface Found {
  readonly node: Inline;
  readonly end: number;
}

/**
 * Discord's inline Markdown as a tree. Never fails: what is no complete mark is plain text. Nesting beyond ten levels is
 * left as text, so hostile input costs no more than a scan per mark.
 */
export function parseInline(text: string, depth = 0): readonly Inline[] {
  const nodes: Inline[] = [];
  let plain = '';
  const push = (node: Inline): void => {
    if (plain !== '') nodes.push({ kind: 'text', text: plain });
    plain = '';
    nodes.push(node);
  };
  let position = 0;
  while (position < text.length) {
    const run = matchAt(plainRun, text, position);
    if (run !== null) {
      plain += run[0];
      position += run[0].length;
      continue;
    }
    const escaped = text[position] === '\\' ? text[position + 1] : undefined;
    if (escaped !== undefined && escapable.test(escaped)) {
      plain += escaped;
      position += 2;
      continue;
    }
    const found = nodeAt(text, position, depth);
    if (found === null) {
      plain += text[position] ?? '';
      position += 1;
      continue;
    }
    push(found.node);
    position = found.end;
  }
  if (plain !== '') nodes.push({ kind: 'text', text: plain });
  return nodes;
}

function matchAt(pattern: RegExp, text: string, position: number): RegExpExecArray | null {
  pattern.lastIndex = position;
  return pattern.exec(text);
}

function nodeAt(text: string, position: number, depth: number): Found | null {
  switch (text[position]) {
    case '\n':
      return { node: { kind: 'break' }, end: position + 1 };
    case '`':
      return codeAt(text, position);
    case '<':
      return angledAt(text, position);
    case '[':
      return maskedLinkAt(text, position, depth);
    case 'h':
      return bareLinkAt(text, position);
    case '@':
      return everyoneAt(text, position);
    default:
      return depth < deepestNesting ? markAt(text, position, depth) : null;
  }
}

function codeAt(text: string, position: number): Found | null {
  const match = matchAt(codeSpan, text, position);
  if (match === null) return null;
  const inner = match[2] ?? '';
  return { node: { kind: 'code', text: match[1] === '``' ? inner.trim() : inner }, end: position + match[0].length };
}

function angledAt(text: string, position: number): Found | null {
  return (
    found(mention, text, position, mentionNode) ??
    found(customEmoji, text, position, (match) => ({
      kind: 'emoji',
      animated: match[1] === 'a',
      name: match[2] ?? '',
      id: match[3] ?? '',
    })) ??
    found(timestamp, text, position, (match) => ({
      kind: 'time',
      unixSeconds: Number(match[1]),
      style: match[2] ?? 'f',
    })) ??
    found(commandMention, text, position, (match) => ({ kind: 'command', name: match[1] ?? '' })) ??
    found(angledLink, text, position, (match) => link(match[1] ?? ''))
  );
}

function found(
  pattern: RegExp,
  text: string,
  position: number,
  toNode: (match: RegExpExecArray) => Inline,
): Found | null {
  const match = matchAt(pattern, text, position);
  return match === null ? null : { node: toNode(match), end: position + match[0].length };
}

function mentionNode(match: RegExpExecArray): Inline {
  const id = match[2] ?? '';
  if (match[1] === '#') return { kind: 'channel', id };
  return { kind: match[1] === '@&' ? 'role' : 'user', id };
}

function link(url: string): Inline {
  return { kind: 'link', url, children: [{ kind: 'text', text: url }] };
}

function maskedLinkAt(text: string, position: number, depth: number): Found | null {
  if (depth >= deepestNesting) return null;
  return found(maskedLink, text, position, (match) => ({
    kind: 'link',
    url: match[2] ?? '',
    children: parseInline(match[1] ?? '', deepestNesting),
  }));
}

function bareLinkAt(text: string, position: number): Found | null {
  const match = matchAt(bareLink, text, position);
  if (match === null) return null;
  let url = match[0];
  // A parenthesis that closes one opened inside the address belongs to it: …/Cat_(animal).
  if (text[position + url.length] === ')' && url.split('(').length > url.split(')').length) url += ')';
  return { node: link(url), end: position + url.length };
}

function everyoneAt(text: string, position: number): Found | null {
  return found(everyone, text, position, (match) => ({
    kind: 'everyone',
    text: match[1] === 'here' ? '@here' : '@everyone',
  }));
}

function markAt(text: string, position: number, depth: number): Found | null {
  for (const { mark, kind } of marks) {
    if (!text.startsWith(mark, position)) continue;
    const start = position + mark.length;
    const single = mark.length === 1;
    if (single && /\s/.test(text[start] ?? ' ')) continue;
    if (mark === '_' && /\w/.test(text[position - 1] ?? ' ')) continue;
    const end = closingAt(text, start, mark);
    if (end === -1) continue;
    return {
      node: { kind, children: parseInline(text.slice(start, end), depth + 1) },
      end: end + mark.length,
    };
  }
  return null;
}

/** Where the mark that closes the one before `start` begins; -1 when there is none. */
function closingAt(text: string, start: number, mark: string): number {
  const letter = mark[0] ?? '';
  let position = start;
  while (position < text.length) {
    const here = text[position];
    if (here === '\\') {
      position += 2;
    } else if (here === '`') {
      position = matchAt(codeSpan, text, position) === null ? position + 1 : codeSpan.lastIndex;
    } else if (here !== letter) {
      position += 1;
    } else {
      const run = runLength(text, position, letter);
      if (closes(text, position, run, start, mark)) return run > mark.length ? position + run - mark.length : position;
      position += run;
    }
  }
  return -1;
}

function runLength(text: string, position: number, letter: string): number {
  let end = position;
  while (text[end] === letter) end += 1;
  return end - position;
}

function closes(text: string, position: number, run: number, start: number, mark: string): boolean {
  if (position === start) return false;
  if (mark.length === 2) return run >= 2;
  if (run !== 1 && run !== 3) return false;
  if (/\s/.test(text[position - 1] ?? '')) return false;
  return mark !== '_' || !/\w/.test(text[position + run] ?? ' ');
}
