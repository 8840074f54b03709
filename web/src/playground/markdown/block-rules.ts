import SimpleMarkdown from '@khanacademy/simple-markdown';
import type { Block, ListItem } from './ast.ts';
import { type Place, rule } from './rule.ts';

const { blockRegex } = SimpleMarkdown;
const deepestListLevel = 5;
/** May begin anywhere in a line. One without content is mere backticks. */
const fence = '```(?!(?:[\\w+#.-]{1,32}\\n)?\\s*```)(?:([\\w+#.-]{1,32})\\n)?\\n?([\\s\\S]*?)\\n?```';
const restOfLine = `((?:(?!${fence})[^\\n])+)\\n?`;
const heading = '(#{1,3})[ \\t]+(?=\\S)';
const subtext = '-#[ \\t]+(?=\\S)';
const listItem = '[ \\t]*(?:[-*]|\\d{1,9}\\.)[ \\t]+(?=\\S)';
const betweenItems = new RegExp(`\\n(?=${listItem})`);
const quote = /^>>> ([\s\S]*)|^((?:>(?: [^\n]*)?(?:\n|$))+)\n?/;
const paragraph = paragraphUntil(`${heading}|${subtext}|${listItem}|> |>>> |>(?:\\n|$)`);
const quotedParagraph = paragraphUntil(`${heading}|${subtext}|${listItem}`);

/** Blocks keep their own distance: one blank line between them and running text is theirs, not the text's. */
function paragraphUntil(block: string): RegExp {
  return new RegExp(`^((?:(?!\\n{0,2}(?:${fence}|(?<=\\n)(?:${block})))[\\s\\S])*)\\n{0,2}`);
}

/** In the order in which they are tried. What none of the others takes is a paragraph. */
export const blockRules = {
  fence: rule(blockRegex(new RegExp(`^${fence}\\n{0,2}`)), ([, language = null, text = '']) => ({
    type: 'code',
    language,
    text,
  })),
  quote: rule(
    (source, { inline, quoted }: Place) => (inline || quoted ? null : quote.exec(source)),
    ([, rest, lines = ''], inner) => ({
      type: 'quote',
      children: inner<Block>(rest ?? lines.replaceAll(/^> ?/gm, '').replace(/\n$/, ''), {
        inline: false,
        quoted: true,
      }),
    }),
  ),
  heading: rule(blockRegex(new RegExp(`^${heading}${restOfLine}\\n?`)), ([, { length } = '', text = ''], inner) => ({
    type: 'heading',
    level: length as 1 | 2 | 3,
    children: inner(text),
  })),
  subtext: rule(blockRegex(new RegExp(`^${subtext}${restOfLine}\\n?`)), ([, text = ''], inner) => ({
    type: 'subtext',
    children: inner(text),
  })),
  list: rule(
    blockRegex(new RegExp(`^${listItem}${restOfLine}(?:(?:${listItem}|[ \\t]+(?=\\S))${restOfLine})*\\n?`)),
    ([lines = ''], inner) => ({
      type: 'list',
      items: lines
        .trimEnd()
        .split(betweenItems)
        .map((item): ListItem => {
          const [, indent = '', marker = '', text = ''] = /^(\s*)(\S+)\s+([\s\S]*)$/.exec(item) ?? [];
          return {
            depth: Math.min(deepestListLevel, Math.floor(indent.replaceAll('\t', '  ').length / 2)),
            marker: marker.endsWith('.') ? marker : null,
            children: inner(text.replaceAll(/\n\s+/g, '\n')),
          };
        }),
    }),
  ),
  paragraph: rule(
    (source, { inline, quoted }: Place) => (inline ? null : (quoted ? quotedParagraph : paragraph).exec(source)),
    ([, text = ''], inner) => (text === '' ? [] : { type: 'paragraph', children: inner(text) }),
  ),
};
