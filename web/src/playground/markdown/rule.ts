import type { Capture, MatchFunction, Parser, ParserRule } from '@khanacademy/simple-markdown';
import type { Block, Inline } from './ast.ts';

/** Where the parser is. Each text inside another has its own. */
export interface Place {
  readonly inline?: boolean | null | undefined;
  readonly quoted?: boolean;
  /** How many marks and links are around this text. */
  readonly depth?: number;
  /** Marks that nothing closes in the rest of this text. */
  readonly unclosed?: Set<string>;
}

/** Parses a text inside the one at hand, as inline Markdown unless `change` says otherwise. */
type Inner = <Node extends Inline | Block = Inline>(text: string, change?: Place) => readonly Node[];

/** A rule of simple-markdown whose node is one of ours. `toNode` gets the groups of `match`; `[]` adds no node. */
export function rule(
  match: MatchFunction,
  toNode: (captured: Capture, inner: Inner) => Inline | Block | [],
): Omit<ParserRule, 'order'> {
  return {
    match,
    parse: (captured, parse, place) =>
      toNode(captured, (text, change) => parseInside(parse, text, { ...below(place), ...change })),
  };
}

function below({ inline, depth = 0 }: Place): Place {
  return { inline: true, depth: inline ? depth + 1 : 0 };
}

/** A text on its own: what stands before it in the outer text does not matter to it. */
export function parseInside<Node>(parse: Parser, text: string, place: Place): readonly Node[] {
  const nodes: unknown = parse(text, { ...place, unclosed: new Set(), prevCapture: null });
  return nodes as readonly Node[];
}
