import SimpleMarkdown from '@khanacademy/simple-markdown';
import type { ParserRule } from '@khanacademy/simple-markdown';
import type { Block, Inline } from './ast.ts';
import { blockRules } from './block-rules.ts';
import { inlineRules } from './inline-rules.ts';
import { parseInside } from './rule.ts';

/** Takes the text from the state, because the parser turns the tabs of its source into spaces: code keeps its own. */
const whole: Omit<ParserRule, 'order'> = {
  match: (source, { text }) => (typeof text === 'string' ? [source] : null),
  parse: (_, parse, place) => ({ nodes: parseInside(parse, String(place.text), { inline: place.inline }) }),
};
const rules = Object.entries({ whole, ...blockRules, ...inlineRules });
const parser = SimpleMarkdown.parserFor(
  Object.fromEntries(rules.map(([name, each], order) => [name, { ...each, order }])),
);

function parse(text: string, inline: boolean): unknown {
  return parser('.', { inline, text: text.replaceAll(/\r\n?/g, '\n') })[0]?.nodes;
}

/** Discord's Markdown as a tree of blocks. Never fails; text that is no complete block is a paragraph. */
export function parseMarkdown(text: string): readonly Block[] {
  return parse(text, false) as readonly Block[];
}

/** Discord's inline Markdown as a tree. Never fails: what is no complete mark is plain text. */
export function parseInline(text: string): readonly Inline[] {
  return parse(text, true) as readonly Inline[];
}
