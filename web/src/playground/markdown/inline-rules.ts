import SimpleMarkdown from '@khanacademy/simple-markdown';
import type { MatchFunction } from '@khanacademy/simple-markdown';
import { type Place, rule } from './rule.ts';

const { inlineRegex } = SimpleMarkdown;
/** Deeper marks stay text, so that hostile input costs no more than a scan per mark and level. */
const deepestNesting = 10;
/** What counts as one while the end of a mark is looked for: an escape, code, a run of one mark, anything else. */
const piece = /\\(?:`+|[\s\S])|(`{1,2})(?!`)[\s\S]*?[^`]\1(?!`)|([`*_~|])\2*|[^\\`*_~|]+|\\/g;

/** In the order in which they are tried. What none of the others takes is text. */
export const inlineRules = {
  break: rule(inlineRegex(/^\n/), () => ({ type: 'break' })),
  // A run of backticks is escaped whole, so that each run ends code or does not, wherever one looks from.
  escape: rule(inlineRegex(/^\\(`+|[\\*_~|<>[\]()#@:\-.!])/), ([, text = '']) => ({ type: 'text', text })),
  code: rule(inlineRegex(/^(`{1,2})(?!`)([\s\S]*?[^`])\1(?!`)/), ([, ticks, text = '']) => ({
    type: 'code',
    text: ticks === '``' ? text.trim() : text,
  })),
  user: rule(inlineRegex(/^<@!?(\d{5,22})>/), ([, id = '']) => ({ type: 'user', id })),
  role: rule(inlineRegex(/^<@&(\d{5,22})>/), ([, id = '']) => ({ type: 'role', id })),
  channel: rule(inlineRegex(/^<#(\d{5,22})>/), ([, id = '']) => ({ type: 'channel', id })),
  emoji: rule(inlineRegex(/^<(a?):(\w{2,32}):(\d{5,22})>/), ([, a, name = '', id = '']) => ({
    type: 'emoji',
    animated: a === 'a',
    name,
    id,
  })),
  time: rule(inlineRegex(/^<t:(-?\d{1,13})(?::([tTdDfFsSR]))?>/), ([, seconds, style = 'f']) => ({
    type: 'time',
    unixSeconds: Number(seconds),
    style,
  })),
  command: rule(inlineRegex(/^<\/([\w-]+(?: [\w-]+){0,2}):\d{5,22}>/), ([, name = '']) => ({ type: 'command', name })),
  everyone: rule(inlineRegex(/^@(?:everyone|here)\b/), ([text]) => ({
    type: 'everyone',
    text: text === '@here' ? text : '@everyone',
  })),
  angledLink: rule(inlineRegex(/^<(https?:\/\/[^\s<>]+)>/), ([, url = '']) => link(url)),
  // A parenthesis that closes one opened inside the address belongs to it: …/Cat_(animal).
  bareLink: rule(
    inlineRegex(/^https?:\/\/(?:\([^\s<()]*\)|\((?![^\s<()]*\))|[^\s<()])*(?:\([^\s<()]*\)|[^\s<.,:;"'\])!?*_~|(])/),
    ([url = '']) => link(url),
  ),
  maskedLink: rule(
    unlessTooDeep(/^\[((?:[^[\]\\]|\\.|\[(?:[^[\]\\]|\\.)*\])+)\]\(<?(https?:\/\/(?:\([^\s<>()]*\)|[^\s<>()])+)>?\)/),
    ([, text = '', url = ''], inner) => ({ type: 'link', url, children: inner(text, { depth: deepestNesting }) }),
  ),
  spoiler: marked('spoiler', '||'),
  strong: marked('strong', '**'),
  underline: marked('underline', '__'),
  strike: marked('strike', '~~'),
  starEmphasis: marked('emphasis', '*'),
  lineEmphasis: marked('emphasis', '_'),
  text: rule(inlineRegex(/^(?:(?:[^\\`*_~|<[@h\n]|h(?!ttps?:\/\/))+|([`*_~|])\1*|[\s\S])/), ([text = '']) => ({
    type: 'text',
    text,
  })),
};

function link(url: string) {
  return { type: 'link', url, children: [{ type: 'text', text: url }] } as const;
}

function unlessTooDeep(match: RegExp): MatchFunction {
  return (source, { inline, depth = 0 }: Place) => (inline && depth < deepestNesting ? match.exec(source) : null);
}

function marked(type: 'strong' | 'emphasis' | 'underline' | 'strike' | 'spoiler', mark: string) {
  return rule(matchMark(mark), ([, text = ''], inner) => ({ type, children: inner(text) }));
}

function matchMark(mark: string): MatchFunction {
  return (source, { inline, depth = 0, unclosed }: Place, before) => {
    if (!inline || depth >= deepestNesting || !source.startsWith(mark) || unclosed?.has(mark)) return null;
    if (mark.length === 1 && !/^.\S/.test(source)) return null;
    if (mark === '_' && /\w/.test(before.at(-1) ?? '')) return null;
    const end = endOf(source, mark);
    if (end !== -1) return [source.slice(0, end + mark.length), source.slice(mark.length, end)];
    // What does not close here closes no later one either: without this, each would be looked for to the end.
    unclosed?.add(mark);
    return null;
  };
}

/** Where the mark that closes the one at the start of `source` begins; -1 when there is none. */
function endOf(source: string, mark: string): number {
  const text = source.slice(mark.length);
  for (const { 0: run, index } of text.matchAll(piece)) {
    if (run[0] !== mark[0] || index === 0) continue;
    const end = index + run.length;
    const closes =
      mark.length === 2
        ? run.length >= 2
        : (run.length === 1 || run.length === 3) &&
          /\S/.test(text[index - 1] ?? '') &&
          !(mark === '_' && /\w/.test(text[end] ?? ''));
    if (closes) return end;
  }
  return -1;
}
