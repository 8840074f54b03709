import { oneLine, trimmed } from '../../kernel/one-line.ts';
import { isOuter, threadName } from '../../kernel/thread-name.ts';

/** More than that is no title, and is not looked at. */
const readCharacters = 20_000;
/** What a model writes is read at most so often: JSON in quotes in a code block. */
const deepest = 4;

/** What may stand before a title, in the languages that models answer in. */
const label =
  /^(?:(?:thread|chat|conversation|suggested|possible|short|proposed) )?(?:title|titel|titre|título|titolo|tytuł|titul|název|başlık|заголовок|название|назва|标题|標題|题目|タイトル|제목|عنوان|כותרת|topic|subject|name)\s{0,3}(?:[:：=]|[-–—]\s)/iu;
/** A line that speaks of a title and is none. */
const chatter =
  /^(?:sure|certainly|of course|absolutely|okay|ok|yes|great|here(?:'s|’s| is| are)|i(?:'d|’d| would)? suggest|i think|let me|the user|this (?:is|conversation)|gerne|natürlich|hier ist|voici|bien sûr|claro|aquí|ecco|certo)(?![\p{L}\p{N}])/iu;
const thoughtTag =
  /<\/?(?:think|thinking|thoughts?|reasoning|seed:think)>|◁\/?think▷|\[\/?think\]|<\|[a-z_]{1,30}\|>/giu;

/**
 * The title in what a model wrote, on one line without Markdown, quotes and what models put around a title: thoughts, a
 * code block, JSON, `Title:`, a polite beginning. Empty when there is none. Takes time linear in the text.
 */
export function cleanTitle(written: string): string {
  const text = written.slice(0, readCharacters);
  return titleIn(withoutThoughts(text), deepest);
}

/** What follows the last thought and comes before one that has no end. */
function withoutThoughts(text: string): string {
  const tags = [...text.matchAll(thoughtTag)];
  const last = tags.findLastIndex(([tag]) => !/^[<◁[][a-z]/i.test(tag));
  const ended = tags[last];
  if (ended && /<\|channel\|>(?:analysis|commentary)[^<]{0,50}$/.test(text.slice(0, ended.index))) return '';
  return text.slice(ended ? ended.index + ended[0].length : 0, tags[last + 1]?.index);
}

function titleIn(text: string, depth: number): string {
  if (depth === 0) return '';
  const unfenced = text.replaceAll(/^[ \t]{0,3}(?:```|~~~)[\w+-]{0,20}[ \t\r]{0,3}$/gm, '').trim();
  const fromJson = jsonTitle(unfenced);
  if (fromJson !== undefined) return titleIn(fromJson, depth - 1);
  const lines = unfenced
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => hasWords(line));
  const labelled = lines.map((line) => afterLabel(line)).find((rest) => rest !== undefined && hasWords(rest));
  if (labelled !== undefined) return bare(labelled);
  const told = lines.find((line) => !isChatter(line));
  if (told !== undefined) return bare(told);
  const [first = ''] = lines;
  const colon = first.search(/[:：]/);
  if (colon >= 0 && hasWords(first.slice(colon + 1))) return bare(first.slice(colon + 1));
  const quoted = /["“„«「]([^"“”„«»「」\n]{1,100})["”“»」]/.exec(first)?.[1];
  return quoted !== undefined && hasWords(quoted) ? bare(quoted) : '';
}

const hasWords = (text: string) => /[\p{L}\p{N}]/u.test(text);
const unmarked = (line: string) => oneLine(trimmed(line, isOuter));

/** A polite line leads to something else or ends like a sentence; "Sure footing on ice" is a title. */
const isChatter = (line: string) =>
  chatter.test(unmarked(line)) && (/[:：!.,"“„«]/u.test(line) || /title|name|thread/i.test(line));

function afterLabel(line: string): string | undefined {
  const plain = unmarked(line.replaceAll(/[*_`#]+/g, ''));
  const match = label.exec(plain);
  return match ? plain.slice(match[0].length) : undefined;
}

const bare = (line: string): string => {
  const plain = threadName(
    line.replaceAll(/\[([^[\]]{1,200})\]\([^()\s]{0,500}\)/g, '$1').replaceAll(/[{}[\]\\]+/g, ' '),
  );
  return hasWords(plain) ? plain : '';
};

/** What JSON says is the title, whatever stands around it and also when its end is missing. */
function jsonTitle(text: string): string | undefined {
  const start = text.startsWith('"{') ? 0 : text.search(/[[{]/);
  if (start < 0) return undefined;
  const end = text.startsWith('"{') ? text.length : Math.max(text.lastIndexOf('}'), text.lastIndexOf(']'));
  try {
    const found = firstString(JSON.parse(text.slice(start, end + 1)), deepest);
    if (found !== undefined || start === 0) return found ?? '';
  } catch {
    // Not JSON, or its end is missing: what is named a title is still found below.
  }
  const named = /["'“]?(?:title|titel|name)["'”]?\s{0,3}[:：]\s{0,3}(["'“])((?:[^"\\\n]|\\.){1,300})/iu.exec(
    text.slice(start),
  );
  return named?.[2]
    ?.replaceAll(/\\(?:u[0-9a-f]{4}|.)/gi, (escape) => unescaped(escape))
    .replace(/['”][\s,}\]]{0,20}$/u, '');
}

function unescaped(escape: string): string {
  if (escape.length === 6) return String.fromCharCode(Number.parseInt(escape.slice(2), 16));
  return escape === '\\n' || escape === '\\t' ? ' ' : escape.slice(1);
}

function firstString(value: unknown, depth: number): string | undefined {
  if (typeof value === 'string') return value;
  if (depth === 0 || typeof value !== 'object' || value === null) return undefined;
  const entries = Object.entries(value);
  const titles = entries.filter(([key]) => /title|titel|name|topic|subject/i.test(key));
  for (const [, one] of [...titles, ...entries].slice(0, 20)) {
    const found = firstString(one, depth - 1);
    if (found !== undefined && hasWords(found)) return found;
  }
  return undefined;
}
