import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Block, Inline } from './ast.ts';
import { parseInline, parseMarkdown } from './parse.ts';

/** A short notation for trees: `strong(text)`. */
function outline(nodes: readonly Inline[]): string {
  return nodes.map(outlineNode).join('');
}

function outlineNode(node: Inline): string {
  switch (node.type) {
    case 'text':
      return node.text;
    case 'break':
      return '⏎';
    case 'code':
      return `code(${node.text})`;
    case 'link':
      return `link(${outline(node.children)}→${node.url})`;
    case 'user':
    case 'role':
    case 'channel':
      return `${node.type}(${node.id})`;
    case 'everyone':
      return `everyone(${node.text})`;
    case 'command':
      return `command(${node.name})`;
    case 'emoji':
      return `emoji(${node.name},${node.id},${node.animated})`;
    case 'time':
      return `time(${node.unixSeconds},${node.style})`;
    default:
      return `${node.type}(${outline(node.children)})`;
  }
}

function outlineBlocks(blocks: readonly Block[]): string {
  return blocks.map(outlineBlock).join(' ');
}

function outlineBlock(block: Block): string {
  switch (block.type) {
    case 'code':
      return `[code ${block.language ?? '-'} ${JSON.stringify(block.text)}]`;
    case 'quote':
      return `[quote ${outlineBlocks(block.children)}]`;
    case 'list':
      return `[list ${block.items.map((item) => `${item.depth}${item.marker ?? '•'} ${outline(item.children)}`).join('; ')}]`;
    case 'heading':
      return `[h${block.level} ${outline(block.children)}]`;
    default:
      return `[${block.type} ${outline(block.children)}]`;
  }
}

describe('inline Markdown', () => {
  it.each([
    ['**bold** and *italic*', 'strong(bold) and emphasis(italic)'],
    ['***both***', 'strong(emphasis(both))'],
    ['**a *b* c**', 'strong(a emphasis(b) c)'],
    ['*a **b** c*', 'emphasis(a strong(b) c)'],
    ['__under__ _it_ ~~gone~~', 'underline(under) emphasis(it) strike(gone)'],
    ['||secret **x**||', 'spoiler(secret strong(x))'],
    ['snake_case_name stays', 'snake_case_name stays'],
    ['2 * 3 * 4', '2 * 3 * 4'],
    ['`**raw**` ``a`b``', 'code(**raw**) code(a`b)'],
    ['**unclosed', '**unclosed'],
    ['\\*not\\* \\_so\\_', '*not* _so_'],
    ['\\``no code``', '``no code``'],
    ['**a `**` b**', 'strong(a code(**) b)'],
    ['**a __b__ **c** d', 'strong(a underline(b) )c** d'],
    ['foo **_it_** snake__case', 'foo strong(emphasis(it)) snake__case'],
    ['line\nnext', 'line⏎next'],
  ])('%s', (text, expected) => {
    expect(outline(parseInline(text))).toBe(expected);
  });

  it.each([
    ['<@123456> <@!123456> <@&123456> <#123456>', 'user(123456) user(123456) role(123456) channel(123456)'],
    ['<a:wave:123456>', 'emoji(wave,123456,true)'],
    ['<t:1700000000:R> <t:1700000000>', 'time(1700000000,R) time(1700000000,f)'],
    ['</model set:123456>', 'command(model set)'],
    ['@everyone @here me@everyones', 'everyone(@everyone) everyone(@here) me@everyones'],
  ])('%s', (text, expected) => {
    expect(outline(parseInline(text))).toBe(expected);
  });

  it.each([
    ['see https://a.example/x.', 'see link(https://a.example/x→https://a.example/x).'],
    ['(https://a.example/x)', '(link(https://a.example/x→https://a.example/x))'],
    ['https://a.example/Cat_(animal)', 'link(https://a.example/Cat_(animal)→https://a.example/Cat_(animal))'],
    ['[**name**](https://a.example)', 'link(**name**→https://a.example)'],
    ['<https://a.example>', 'link(https://a.example→https://a.example)'],
    ['[run](javascript:alert(1))', '[run](javascript:alert(1))'],
    ['[a [b] c](https://a.example/Cat_(animal))', 'link(a [b] c→https://a.example/Cat_(animal))'],
    ['[a](https://a.example', '[a](link(https://a.example→https://a.example)'],
  ])('%s', (text, expected) => {
    expect(outline(parseInline(text))).toBe(expected);
  });
});

describe('Markdown blocks', () => {
  it.each([
    ['# One\n## Two\ntext', '[h1 One] [h2 Two] [paragraph text]'],
    ['#nospace', '[paragraph #nospace]'],
    ['-# small', '[subtext small]'],
    ['- a\n  - b\n1. c', '[list 0• a; 1• b; 01. c]'],
    ['- a\n  goes on', '[list 0• a⏎goes on]'],
    ['> one\n> two\nafter', '[quote [paragraph one⏎two]] [paragraph after]'],
    ['>>> all\nof it', '[quote [paragraph all⏎of it]]'],
    ['before\n```ts\nconst a = 1;\n```\nafter', '[paragraph before] [code ts "const a = 1;"] [paragraph after]'],
    ['a\n\n- b\n\nc\n\n\n# d', '[paragraph a] [list 0• b] [paragraph c⏎] [h1 d]'],
    ['```one line```', '[code - "one line"]'],
    ['> ```js\n> x\n> ```', '[quote [code js "x"]]'],
    ['```\nnever closed', '[paragraph ```⏎never closed]'],
    ['```js\n```', '[paragraph ```js⏎```]'],
    ['```make\na:\n\tb\n```', '[code make "a:\\n\\tb"]'],
    ['1. do:\n```sh\nls\n```\n2. see', '[list 01. do:] [code sh "ls"] [list 02. see]'],
    ['# a\r\n> b\r\n> > c', '[h1 a] [quote [paragraph b⏎> c]]'],
  ])('%j', (text, expected) => {
    expect(outlineBlocks(parseMarkdown(text))).toBe(expected);
  });

  it('keeps every letter of any text, whatever the marks do', () => {
    const parts = fc.array(
      fc.constantFrom('a', 'b', '*', '_', '`', '|', '~', '>', '#', '<', '[', ' ', '\n', '1.', '-'),
    );
    fc.assert(
      fc.property(parts, (text) => {
        const letters = (from: string): string => from.replaceAll(/[^ab]/g, '');
        expect(letters(lettersOfBlocks(parseMarkdown(text.join(''))))).toBe(letters(text.join('')));
      }),
    );
  });

  it.each(['*', '||a', '***a', '`', '``*\\', '```a\n> ', '- a\n', '\n', '[[a]', '][\\', '[a](http://a(', '<@'])(
    'reads 100,000 characters of %j in less than 3 s',
    (part) => {
      const text = part.repeat(Math.ceil(100_000 / part.length));
      const startMs = performance.now();
      const blocks = parseMarkdown(text);
      expect(performance.now() - startMs).toBeLessThan(3_000);
      expect(lettersOfBlocks(blocks).replaceAll(/[^ah]/g, '')).toBe(text.replaceAll(/[^ah]/g, ''));
    },
  );

  it.each([
    ['> ', ''],
    ['>>> ', ''],
    ['- ', ''],
    ['**', '**'],
    ['*a ', ' b*'],
    ['||__', '__||'],
    ['[', '](https://a.example)'],
  ])('reads %j around a text 10,000 times', (open, close) => {
    const blocks = parseMarkdown(`${open.repeat(10_000)}x${close.repeat(10_000)}`);
    expect(lettersOfBlocks(blocks)).toContain('x');
  });
});

function lettersOfBlocks(blocks: readonly Block[]): string {
  return blocks
    .map((block) => {
      if (block.type === 'code') return (block.language ?? '') + block.text;
      if (block.type === 'quote') return lettersOfBlocks(block.children);
      if (block.type === 'list') return block.items.map((item) => lettersOf(item.children)).join('');
      return lettersOf(block.children);
    })
    .join('');
}

function lettersOf(nodes: readonly Inline[]): string {
  return nodes
    .map((node) => {
      if ('children' in node) return lettersOf(node.children);
      return 'text' in node ? node.text : '';
    })
    .join('');
}
