import { trimmed } from '../../../kernel/one-line.ts';

const words: readonly (readonly [pattern: RegExp, symbol: string])[] = [
  [/(\d)\s*%\s*of\b/g, '$1/100*'],
  [/\bplus\b/g, '+'],
  [/\bminus\b/g, '-'],
  [/\b(?:times|multiplied by)\b|[×·]|(?<=\d)\s*x\s*(?=\d)/g, '*'],
  [/\b(?:divided by|over)\b|[÷:]/g, '/'],
  [/\bto the power of\b|\*\*/g, '^'],
  [/\bsquared\b/g, '^2'],
];

const filler = /^(?:hey|please|so|and|what(?:'s| is| are)|how much is|calculate|compute|solve|can you calculate)\s+/;
const MOST_CHARACTERS = 120;

/** The sum in a question such as "what is 12 times 7?" and its value; undefined when the text is anything else. */
export function calculate(text: string): { expression: string; value: number } | undefined {
  let rest = text.toLowerCase().slice(0, MOST_CHARACTERS + 1);
  if (rest.length > MOST_CHARACTERS) return undefined;
  rest = trimmed(rest, (character) => /[\s?=.!]/.test(character)).replace(/,? please$/, '');
  while (filler.test(rest)) rest = rest.replace(filler, '');
  for (const [pattern, symbol] of words) rest = rest.replace(pattern, symbol);
  const expression = rest.replaceAll(/\s+/g, '');
  if (!/^[-+(]*[\d.]/.test(expression) || !/^[\d.+\-*/^()]+$/.test(expression) || !/\d[)]*[-+*/^]/.test(expression)) {
    return undefined;
  }
  const value = new Sum(expression).value();
  return value === undefined ? undefined : { expression: spaced(rest), value };
}

const spaced = (sum: string): string =>
  sum
    .split(/([-+*/^])/)
    .map((part) => part.trim())
    .join(' ')
    .trim();

/** Recursive descent: sums of products of powers of numbers and brackets. */
class Sum {
  private readonly text: string;
  private at = 0;

  constructor(text: string) {
    this.text = text;
  }

  /** Undefined when the text is no complete expression. */
  value(): number | undefined {
    const value = this.sum();
    return this.at === this.text.length && !Number.isNaN(value) ? value : undefined;
  }

  private sum(): number {
    let value = this.product();
    for (;;) {
      if (this.take('+')) value += this.product();
      else if (this.take('-')) value -= this.product();
      else return value;
    }
  }

  private product(): number {
    let value = this.power();
    for (;;) {
      if (this.take('*')) value *= this.power();
      else if (this.take('/')) value /= this.power();
      else return value;
    }
  }

  private power(): number {
    if (this.take('-')) return -this.power();
    if (this.take('+')) return this.power();
    const base = this.atom();
    return this.take('^') ? base ** this.power() : base;
  }

  private atom(): number {
    if (this.take('(')) {
      const value = this.sum();
      return this.take(')') ? value : Number.NaN;
    }
    const digits = /^(\d+\.?\d*|\.\d+)/.exec(this.text.slice(this.at))?.[0];
    if (digits === undefined) return Number.NaN;
    this.at += digits.length;
    return Number(digits);
  }

  private take(symbol: string): boolean {
    if (this.text[this.at] !== symbol) return false;
    this.at += 1;
    return true;
  }
}
