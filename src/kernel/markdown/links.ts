import { isCode, isSpace, linesIn } from './blocks.ts';
import { codeSpanEnd } from './code-spans.ts';

/** Discord's message limit, so no link can be longer. */
const LONGEST_TARGET = 2048;
/** A longer link text may be cut from its link. */
const LONGEST_LABEL = 1000;
/** The maximum length of a host name (RFC 1035). Its end identifies the owner. */
const LONGEST_HOST = 253;
const LONGEST_CODE = 4000;
/** Markers allowed between a link and the host that the text itself names after it. */
const MARKERS_BEHIND = /^[*_~|]{0,8}/;

const SPECIAL = /[\\`[\]]/g;
const BLOCK_BEGIN = /```(?:[\w+.#-]{1,100}\n)?\n*[^\n]/y;
const TARGET_BEGIN = /\([\s\p{Cc}]{0,100}<?(?=[\p{Cc}]{0,100}https?\\?:)/iuy;
/** Significant characters in an address: its end, balanced parentheses, escapes. */
const ADDRESS_SIGN = /[\\()>\s]/g;
const UNSAFE_IN_HOST = /[^a-z0-9.:_[\]-]|_(?![a-z0-9])|(?<![a-z0-9])_/g;

interface Stretch {
  start: number;
  end: number;
}

/** A masked link, `[text](https://…)`. */
export interface MaskedLink {
  /** Position of its `[`; of its `]` when the label is too long or begins outside the range. */
  start: number;
  /** Position of its `]`. */
  labelEnd: number;
  end: number;
  /** The host note, such as ` (example.org)`; empty when the label already is the host. */
  note: string;
  /** After the note where it already follows the link; else `end`. */
  noteEnd: number;
}

/**
 * The masked links in a range without code blocks. Accepts everything that a client could take for a link: one host too
 * many is better than one too few. Inline code contains none, but can be in a link's label. Linear time.
 */
export function maskedLinksIn(text: string, from: number, to: number): MaskedLink[] {
  const links: MaskedLink[] = [];
  const openers: number[] = [];
  let lastOpener: number | undefined;
  let code: Stretch | undefined;
  let at = nextSpecial(text, from, to);
  for (; at < to; at = nextSpecial(text, at, to)) {
    if (code && at >= code.end) {
      while ((openers.at(-1) ?? -1) > code.start) openers.pop();
      code = undefined;
    }
    const character = text[at];
    const start = at;
    at += 1;
    if (character === '[') {
      openers.push(start);
      if (!code) lastOpener = start;
    } else if (character === ']') {
      const opener = openers.pop() ?? lastOpener;
      const isCodeOnly = opener === undefined || (code !== undefined && opener > code.start);
      const link = isCodeOnly ? undefined : linkAt(text, opener, start, to);
      if (!link) continue;
      links.push(link);
      at = link.end;
      lastOpener = openers.at(-1);
    } else if (character === '`' && !code) {
      while (text[at] === '`') at += 1;
      const latest = Math.min(to, at + LONGEST_CODE);
      const end = at - start > 3 ? undefined : codeSpanEnd(text, at, at - start, latest);
      if (end !== undefined && end <= to) code = { start, end };
    } else if (character === '\\' && !code) {
      at += 1;
    }
  }
  return links;
}

function nextSpecial(text: string, at: number, to: number): number {
  SPECIAL.lastIndex = at;
  return SPECIAL.exec(text)?.index ?? to;
}

/** The link whose label ends at the bracket `close`. */
function linkAt(text: string, opener: number, close: number, to: number): MaskedLink | undefined {
  const target = targetAt(text, close + 1, to);
  if (!target) return undefined;
  const { end, address } = target;
  const isLong = close - opener > LONGEST_LABEL;
  const hosts = hostsOf(address);
  if (hosts.length === 0) return undefined;
  const note = !isLong && says(text.slice(opener + 1, close), address, hosts) ? '' : ` (${hosts.join(', ')})`;
  return { start: isLong ? close : opener, labelEnd: close, end, note, noteEnd: end + notedLength(text, end, note) };
}

/** Reads the parentheses after a label: an address, optionally in angle brackets or with a title. */
function targetAt(text: string, begin: number, to: number): { end: number; address: string } | undefined {
  TARGET_BEGIN.lastIndex = begin;
  const before = TARGET_BEGIN.exec(text);
  if (!before) return undefined;
  const start = begin + before[0].length;
  const latest = Math.min(to, start + LONGEST_TARGET);
  const stop = addressEnd(text, start, latest);
  const end = targetEnd(text, stop, latest);
  return end === undefined ? undefined : { end, address: text.slice(start, stop) };
}

function addressEnd(text: string, start: number, latest: number): number {
  let depth = 0;
  ADDRESS_SIGN.lastIndex = start;
  for (let found = ADDRESS_SIGN.exec(text); found && found.index < latest; found = ADDRESS_SIGN.exec(text)) {
    const [sign] = found;
    if (sign === '\\') ADDRESS_SIGN.lastIndex += 1;
    else if (sign === '(') depth += 1;
    else if (sign === ')' && depth > 0) depth -= 1;
    else return found.index;
  }
  return latest;
}

/** The position after the link's closing parenthesis; a title may come before it. */
function targetEnd(text: string, stop: number, latest: number): number | undefined {
  let at = text[stop] === '>' ? stop + 1 : stop;
  while (at < latest && isSpace(text.charAt(at))) at += 1;
  if (text[at] === ')') return at < latest ? at + 1 : undefined;
  if (!/["'(]/.test(text.charAt(at))) return undefined;
  for (let close = text.indexOf(')', at + 1); close >= 0 && close < latest; close = text.indexOf(')', close + 1)) {
    let last = close - 1;
    while (last > at && isSpace(text.charAt(last))) last -= 1;
    if (last > at && /["')]/.test(text.charAt(last))) return close + 1;
    if (text[at] === '(') return text[close + 1] === ')' ? close + 2 : undefined;
  }
  return undefined;
}

/** The hosts of an address: two when clients disagree whether a backslash is Markdown. */
function hostsOf(address: string): string[] {
  const readings = address.includes('\\') ? [address, address.replaceAll(/\\([^0-9A-Za-z\s])/g, '$1')] : [address];
  const hosts = readings.map((one) => (URL.canParse(one) ? new URL(one).host : '')).filter((host) => host !== '');
  return [...new Set(hosts)].map((host) => shownHost(host));
}

/** Percent-encodes characters that no registered name has: they could end the note or be read as Markdown. */
function shownHost(host: string): string {
  const safe = host.replaceAll(UNSAFE_IN_HOST, (sign) => encodeURIComponent(sign).replaceAll(/[_!'()*~]/g, hexOf));
  return safe.length > LONGEST_HOST ? `…${safe.slice(-LONGEST_HOST)}` : safe;
}

const hexOf = (sign: string) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`;

/** Whether a label is exactly the host or address, and therefore shows where the link leads. */
function says(label: string, address: string, hosts: readonly string[]): boolean {
  if (hosts.length !== 1 || !URL.canParse(address)) return false;
  if (label === hosts[0]) return true;
  if (!label.includes(':')) return false;
  const { origin, href, username, password } = new URL(address);
  const isAddress = label === address || label === href || `${label}/` === href;
  return isAddress && username + password === '' && label.startsWith(origin);
}

function notedLength(text: string, end: number, note: string): number {
  if (note === '') return 0;
  const behind = text.slice(end, end + note.length + 8);
  const markers = MARKERS_BEHIND.exec(behind)?.[0].length ?? 0;
  if (behind.startsWith(note, markers)) return markers + note.length;
  return behind.startsWith(note.slice(1), markers) ? markers + note.length - 1 : 0;
}

/** Adds the host after each masked link, unless its label or the text after it already says it. */
export function withHosts(text: string): string {
  if (!text.includes('](')) return text;
  let shown = '';
  let done = 0;
  for (const { start, end } of proseOf(text)) {
    for (const link of maskedLinksIn(text, start, end)) {
      if (link.noteEnd > link.end || link.note === '') continue;
      shown += text.slice(done, link.end) + link.note;
      // A model may be about to write the host itself.
      done = link.note.startsWith(text.slice(link.end, end)) ? end : link.end;
    }
  }
  return shown + text.slice(done);
}

/** The ranges outside code blocks, or that Discord takes to be outside. */
function proseOf(text: string): Stretch[] {
  const stretches: Stretch[] = [];
  const blocks = discordBlocks(text);
  let current: Stretch | undefined;
  let block = 0;
  for (const line of linesIn(text, 0, null, false)) {
    while ((blocks[block]?.end ?? Infinity) <= line.start) block += 1;
    const covering = blocks[block];
    const isCovered = covering !== undefined && covering.start <= line.start && line.end <= covering.end;
    if (isCode(line) && isCovered) current = undefined;
    else if (current) current.end = line.end;
    else stretches.push((current = { start: line.start, end: line.end }));
  }
  return stretches;
}

/** Code blocks as Discord finds them: from three ticks anywhere to the next three, with a character between. */
function discordBlocks(text: string): Stretch[] {
  const blocks: Stretch[] = [];
  let at = text.indexOf('`');
  while (at >= 0) {
    BLOCK_BEGIN.lastIndex = at;
    const begin = BLOCK_BEGIN.exec(text)?.[0];
    if (begin === undefined) {
      at = text.indexOf('`', afterCode(text, at));
      continue;
    }
    const close = text.indexOf('```', at + begin.length);
    const end = close < 0 ? text.length : close + 3;
    blocks.push({ start: at, end });
    at = text.indexOf('`', end);
  }
  return blocks;
}

/** The position after the inline code that begins with these ticks, or after the ticks. */
function afterCode(text: string, at: number): number {
  let open = at;
  while (text[open] === '`') open += 1;
  const newline = text.slice(open, open + LONGEST_CODE).indexOf('\n');
  return codeSpanEnd(text, open, open - at, open + (newline < 0 ? LONGEST_CODE : newline)) ?? open;
}
