import type { Block, ListItem } from './ast.ts';
import { parseInline } from './parse-inline.ts';

const heading = /^(#{1,3})[ \t]+(?![ \t])(.+)$/;
const subtext = /^-#[ \t]+(?![ \t])(.+)$/;
const listItem = /^([ \t]*)([-*]|\d{1,9}\.)[ \t]+(?![ \t])(.+)$/;
const quoteLine = /^>(?: (.*))?$/;
const codeFence = /```(?:([\w+#.-]{1,32})\n)?\n?([\s\S]*?)```/g;
const deepestListLevel = 5;

/** Discord's Markdown as a tree of blocks. Never fails; text that is no complete block is a paragraph. */
export function parseMarkdown(text: string): readonly Block[] {
  return parseBlocks(text.replaceAll('\r\n', '\n'), false);
}

function parseBlocks(text: string, insideQuote: boolean): readonly Block[] {
  const blocks: Block[] = [];
  let position = 0;
  for (const fence of text.matchAll(codeFence)) {
    const content = fence[2] ?? '';
    // A fence inside quoted lines belongs to the quote, whose own pass finds it; an empty one is mere backticks.
    if (content.trim() === '' || (!insideQuote && startsInQuote(text, fence.index))) continue;
    if (fence.index < position) continue;
    blocks.push(...parseLines(trimBreak(text.slice(position, fence.index)), insideQuote));
    blocks.push({ kind: 'code', language: fence[1] ?? null, text: content.replace(/\n$/, '') });
    position = fence.index + fence[0].length;
    if (text[position] === '\n') position += 1;
  }
  blocks.push(...parseLines(text.slice(position), insideQuote));
  return blocks.flatMap((block, index) => tighten(block, index > 0, index < blocks.length - 1));
}

/** Blocks keep their own distance: one blank line between them and running text is theirs, not the text's. */
function tighten(block: Block, hasBefore: boolean, hasAfter: boolean): readonly Block[] {
  if (block.kind !== 'paragraph') return [block];
  const start = hasBefore && block.children[0]?.kind === 'break' ? 1 : 0;
  const end = hasAfter && block.children.at(-1)?.kind === 'break' ? -1 : undefined;
  const children = block.children.slice(start, end);
  return children.length === 0 ? [] : [{ ...block, children }];
}

function trimBreak(text: string): string {
  return text.endsWith('\n') ? text.slice(0, -1) : text;
}

function startsInQuote(text: string, index: number): boolean {
  const lineStart = text.lastIndexOf('\n', index - 1) + 1;
  return /^>(>>)? /.test(text.slice(lineStart, index)) || /(^|\n)>>> /.test(text.slice(0, index));
}

function parseLines(text: string, insideQuote: boolean): readonly Block[] {
  if (text === '') return [];
  const blocks: Block[] = [];
  const lines = text.split('\n');
  let paragraph: string[] = [];
  const endParagraph = (): void => {
    if (paragraph.length > 0) blocks.push({ kind: 'paragraph', children: parseInline(paragraph.join('\n')) });
    paragraph = [];
  };
  let index = 0;
  while (index < lines.length) {
    const taken = blockAt(lines, index, insideQuote);
    if (taken === null) {
      paragraph.push(lines[index] ?? '');
      index += 1;
      continue;
    }
    endParagraph();
    blocks.push(taken.block);
    index += taken.lineCount;
  }
  endParagraph();
  return blocks;
}

interface Taken {
  readonly block: Block;
  readonly lineCount: number;
}

function blockAt(lines: readonly string[], index: number, insideQuote: boolean): Taken | null {
  const line = lines[index] ?? '';
  if (!insideQuote && line.startsWith('>')) return quoteAt(lines, index);
  const title = heading.exec(line);
  if (title !== null) {
    const level = (title[1] ?? '').length as 1 | 2 | 3;
    return { block: { kind: 'heading', level, children: parseInline(title[2] ?? '') }, lineCount: 1 };
  }
  const small = subtext.exec(line);
  if (small !== null) return { block: { kind: 'subtext', children: parseInline(small[1] ?? '') }, lineCount: 1 };
  return listItem.test(line) ? listAt(lines, index) : null;
}

function quoteAt(lines: readonly string[], index: number): Taken | null {
  const first = lines[index] ?? '';
  if (first.startsWith('>>> ')) {
    const rest = [first.slice(4), ...lines.slice(index + 1)];
    return { block: { kind: 'quote', children: parseBlocks(rest.join('\n'), true) }, lineCount: rest.length };
  }
  const quoted: string[] = [];
  for (const line of lines.slice(index)) {
    const match = quoteLine.exec(line);
    if (match === null) break;
    quoted.push(match[1] ?? '');
  }
  if (quoted.length === 0) return null;
  return { block: { kind: 'quote', children: parseBlocks(quoted.join('\n'), true) }, lineCount: quoted.length };
}

function listAt(lines: readonly string[], index: number): Taken {
  const items: ListItem[] = [];
  let lineCount = 0;
  for (const line of lines.slice(index)) {
    const match = listItem.exec(line);
    const previous = items.at(-1);
    if (match !== null) {
      items.push(toItem(match));
    } else if (previous !== undefined && /^[ \t]+\S/.test(line)) {
      const continued = [...previous.children, { kind: 'break' as const }, ...parseInline(line.trim())];
      items[items.length - 1] = { ...previous, children: continued };
    } else {
      break;
    }
    lineCount += 1;
  }
  return { block: { kind: 'list', items }, lineCount };
}

function toItem(match: RegExpExecArray): ListItem {
  const indent = (match[1] ?? '').replaceAll('\t', '  ').length;
  const marker = match[2] ?? '-';
  return {
    depth: Math.min(deepestListLevel, Math.floor(indent / 2)),
    marker: marker.endsWith('.') ? marker : null,
    children: parseInline(match[3] ?? ''),
  };
}
