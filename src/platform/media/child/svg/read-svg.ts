import { ImageFailure } from '../failure.ts';

export interface SvgNode {
  name: string;
  /** As they stand there. */
  attributes: ReadonlyMap<string, string>;
  /** Texts are decoded. */
  children: (SvgNode | string)[];
}

export interface ReadLimits {
  characters: number;
  elements: number;
  nesting: number;
  attributes: number;
}

export const broken = (why: string): ImageFailure => new ImageFailure('media/svg-broken', why);
export const forbidden = (what: string): ImageFailure => new ImageFailure('media/svg-forbidden', `it has ${what}`);
export const tooMuch = (what: string): ImageFailure =>
  new ImageFailure('media/svg-too-much', `it has too many ${what}`);

const openTag = /<([A-Za-z][\w:.-]*)/y;
const closeTag = /<\/([A-Za-z][\w:.-]*)\s*>/y;
const attribute = /(?<!\s)\s+([A-Za-z_][\w:.-]*)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/y;
const tagEnd = /(?<!\s)\s*(\/?)>/y;
const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
/** What XML has no characters for, and what turns the direction of a text. */
const unwritable = /[\p{Cc}\p{Cf}\p{Cs}\uFFFE\uFFFF]/gu;

/**
 * Reads one element with all that is in it, in one pass: nothing is declared, expanded or fetched. Throws an ImageFailure for
 * what is no XML, for declarations of types and entities, CDATA and instructions, and for more than the limits.
 */
export function readSvg(source: string, limits: ReadLimits): SvgNode {
  if (source.length > limits.characters) throw tooMuch('characters');
  return new Reader(source.replace(/^\s*<\?xml [^<>?]*\?>/, ''), limits).read();
}

class Reader {
  private readonly text: string;
  private readonly limits: ReadLimits;
  private at = 0;
  private elements = 0;
  private readonly open: SvgNode[] = [];
  private root: SvgNode | undefined;

  constructor(text: string, limits: ReadLimits) {
    this.text = text;
    this.limits = limits;
  }

  read(): SvgNode {
    const { text } = this;
    while (this.at < text.length) {
      const next = text.indexOf('<', this.at);
      this.addText(text.slice(this.at, next < 0 ? text.length : next));
      this.at = next < 0 ? text.length : next;
      if (next >= 0) this.readMarkup();
    }
    if (!this.root || this.open.length > 0) throw broken('it ends too early');
    return this.root;
  }

  private addText(text: string): void {
    const inside = this.open.at(-1);
    if (inside) {
      if (text !== '') inside.children.push(decoded(text));
    } else if (text.trim() !== '') throw broken('there is text around it');
  }

  private readMarkup(): void {
    if (this.text.startsWith('<!--', this.at)) {
      const end = this.text.indexOf('-->', this.at + 4);
      if (end < 0) throw broken('a comment does not end');
      this.at = end + 3;
    } else if (this.text.startsWith('<!', this.at)) throw forbidden('a declaration');
    else if (this.text.startsWith('<?', this.at)) throw forbidden('an instruction');
    else if (this.text.startsWith('</', this.at)) this.close();
    else this.begin();
  }

  private close(): void {
    const [, name] = this.match(closeTag) ?? [];
    if (name === undefined || this.open.pop()?.name !== name) throw broken('its elements do not close in order');
  }

  private begin(): void {
    const [, name] = this.match(openTag) ?? [];
    if (name === undefined) throw broken('a tag has no name');
    this.elements += 1;
    if (this.elements > this.limits.elements) throw tooMuch('elements');
    const attributes = this.readAttributes();
    const end = this.match(tagEnd);
    if (!end) throw broken(`the tag of <${name}> can't be read`);
    const node: SvgNode = { name, attributes, children: [] };
    const inside = this.open.at(-1);
    if (inside) inside.children.push(node);
    else if (this.root) throw broken('there are two of them');
    else this.root = node;
    if (end[1] === '/') return;
    this.open.push(node);
    if (this.open.length > this.limits.nesting) throw tooMuch('elements in each other');
  }

  private readAttributes(): Map<string, string> {
    const found = new Map<string, string>();
    for (let one = this.match(attribute); one; one = this.match(attribute)) {
      const [, name = '', double, single] = one;
      if (found.has(name)) throw broken(`${name} is there twice`);
      found.set(name, double ?? single ?? '');
      if (found.size > this.limits.attributes) throw tooMuch('attributes');
    }
    return found;
  }

  private match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found) this.at = pattern.lastIndex;
    return found;
  }
}

/** Throws for entities that XML doesn't have by itself. */
function decoded(text: string): string {
  const read = text.replace(/&([^;&]{0,10});?/g, (whole, name: string) => {
    const [, hex, decimal] = /^#(?:x([0-9a-f]{1,6})|(\d{1,7}))$/i.exec(name) ?? [];
    const code = hex === undefined ? Number(decimal ?? Number.NaN) : Number.parseInt(hex, 16);
    if (code >= 0 && code <= 0x10ffff) return String.fromCodePoint(code);
    const known = entities[name];
    if (known === undefined || !whole.endsWith(';')) throw forbidden('an entity');
    return known;
  });
  return read.replace(/[\n\r\t]/g, ' ').replace(unwritable, '');
}
