/** Texts that make a backtracking regular expression slow, and whether one grows faster than its text on them. */

interface Item {
  source: string;
  /** The alternatives of a group. */
  inner: Item[][];
  isAssertion: boolean;
  least: number;
  unbounded: boolean;
}

const COMMON = [
  ' ',
  '\n',
  '\t',
  'a',
  'Z',
  '0',
  '_',
  '-',
  '.',
  '!',
  '"',
  '<',
  '\u00a0',
  'é',
  '中',
  'א',
  '😀',
  '\u200d',
  '\u0001',
];
const MOST_SAMPLES = 4;
const MOST_PUMPS = 40;

/** A parser of what JavaScript takes: groups, classes, escapes and quantifiers are all that matters here. */
function parse(source: string): Item[][] {
  let at = 0;
  const rest = (pattern: RegExp): string => {
    pattern.lastIndex = at;
    return pattern.exec(source)?.[0] ?? '';
  };
  const alternatives = (): Item[][] => {
    const all: Item[][] = [[]];
    while (at < source.length && source[at] !== ')') {
      if (source[at] === '|') {
        at += 1;
        all.push([]);
      } else all.at(-1)?.push(item());
    }
    return all;
  };
  const item = (): Item => {
    const start = at;
    let inner: Item[][] = [];
    let isAssertion = false;
    if (source[at] === '(') {
      const opening = rest(/\((?:\?(?:<?[=!]|[a-z-]*:|<\w+>))?/y);
      isAssertion = /[=!]$/.test(opening);
      at += opening.length;
      inner = alternatives();
      at += 1;
    } else if (source[at] === '[') at += classLength(source.slice(at));
    else {
      isAssertion = /^(?:[\^$]|\\[bB])/.test(source.slice(at, at + 2));
      at += rest(/\\(?:u\{[0-9a-fA-F]+\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|[pP]\{[^}]*\}|k<\w+>|[^])|[^]/uy).length;
    }
    const text = source.slice(start, at);
    const quantifier = rest(/(?:[*+?]|\{\d+(?:,\d*)?\})\??/y);
    at += quantifier.length;
    const [, low, comma, high] = /^\{(\d+)(,?)(\d*)/.exec(quantifier) ?? [];
    const least = low !== undefined ? Number(low) : /^[*?]/.test(quantifier) ? 0 : 1;
    const unbounded = /^[*+]/.test(quantifier) || (comma === ',' && high === '');
    return { source: text, inner, isAssertion, least, unbounded };
  };
  return alternatives();
}

function classLength(text: string): number {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '[') depth += 1;
    else if (text[at] === ']' && at > 0) depth -= 1;
    if (depth === 0) return at + 1;
    // Without the flag v a bracket in a class is a character.
    if (text[at] === '[' && at > 0) depth -= 1;
  }
  return text.length;
}

/** Texts that are pumped, each with what may stand before it. */
export function attacksOn({ source, flags }: RegExp): { before: string; pump: string }[] {
  const pool = [...new Set([...source.replaceAll(/\\(?!\\)/g, ''), ...COMMON])];
  const plainFlags = flags.replaceAll(/[gy]/g, '');
  const samplesOf = (item: Item): string[] => {
    if (item.isAssertion) return [''];
    if (item.inner.length > 0) return item.inner.slice(0, 12).map((sequence) => exampleOf(sequence));
    try {
      const fits = new RegExp(`^(?:${item.source})$`, plainFlags);
      return pool.filter((character) => fits.test(character)).slice(0, MOST_SAMPLES);
    } catch {
      return [''];
    }
  };
  const exampleOf = (sequence: readonly Item[]): string =>
    sequence.map((item) => (samplesOf(item)[0] ?? '').repeat(Math.max(1, Math.min(item.least, 20)))).join('');
  const attacks = new Map<string, { before: string; pump: string }>();
  const pumped = new Set<string>();
  const add = (before: string, pump: string) => {
    if (pump !== '') attacks.set(`${before}\0${pump}`, { before, pump });
  };
  const walk = (alternatives: readonly Item[][], before: string): void => {
    for (const sequence of alternatives) {
      let example = before;
      for (const item of sequence) {
        walk(item.inner, example);
        const samples = samplesOf(item);
        for (const sample of item.unbounded ? samples : []) {
          add('', sample);
          add(example, sample);
          pumped.add(sample);
        }
        example += (samples[0] ?? '').repeat(Math.max(1, Math.min(item.least, 20)));
        add('', example.slice(before.length));
        add('', example);
      }
    }
  };
  walk(parse(source), '');
  const common = [...pumped].slice(0, 5);
  for (const first of common) for (const second of common) if (first !== second) add('', first + second);
  return [...attacks.values()].slice(0, MOST_PUMPS);
}

/** Lengths so close that an exponential one is seen before it takes long. */
const NESTED_LENGTHS = [20, 24, 28, 32, 36, 40, 44, 48, 54, 60, 70, 80, 100, 130, 170, 220, 300];
const LENGTHS = [60, 250, 1000];
const LONGEST = 4000;
/** A linear one needs less for the longest text even on a busy machine, nearly always. */
const SUSPICIOUS_MS = 1;
const HOPELESS_MS = 15;
/** Between a quarter of the longest text and all of it, linear time grows by 4, quadratic time by 16. */
const LEAST_GROWTH = 8;
const ROUNDS = 3;

function timeOf(regex: RegExp, text: string, tries: number): number {
  let best = Infinity;
  for (let attempt = 0; attempt < tries; attempt += 1) {
    const startMs = performance.now();
    text.replace(regex, '');
    best = Math.min(best, performance.now() - startMs);
  }
  return best;
}

/** Whether something is repeated within what is repeated, or alternatives are: only that takes exponential time. */
const hasNested = (alternatives: readonly Item[][], isRepeated: boolean): boolean =>
  (isRepeated && alternatives.length > 1) ||
  alternatives
    .flat()
    .some((item) => (isRepeated && item.unbounded) || hasNested(item.inner, isRepeated || item.unbounded));

/**
 * A text on which the expression takes more than linear time, or undefined. A sticky one is taken as one that is tried
 * everywhere, as the loop that uses it does.
 */
export function superlinearOn(original: RegExp): { before: string; pump: string; after: string } | undefined {
  const regex = new RegExp(original.source, `${original.flags.replaceAll(/[gy]/g, '')}g`);
  const lengths = hasNested(parse(original.source), false) ? [...NESTED_LENGTHS, ...LENGTHS.slice(2)] : LENGTHS;
  for (const attack of attacksOn(original)) {
    for (const after of ['', '\u0001\n\u0001']) {
      const textOf = (length: number) =>
        attack.before + attack.pump.repeat(Math.ceil(length / attack.pump.length)) + after;
      if (growsTooFast(regex, lengths, textOf)) return { ...attack, after };
    }
  }
  return undefined;
}

function growsTooFast(regex: RegExp, lengths: readonly number[], textOf: (length: number) => string): boolean {
  for (const length of lengths) {
    const text = textOf(length);
    if (timeOf(regex, text, 1) > HOPELESS_MS && timeOf(regex, text, 2) > HOPELESS_MS) return true;
  }
  const [short, long] = [textOf(LONGEST / 4), textOf(LONGEST)];
  for (let round = 0; round < ROUNDS; round += 1) {
    const took = timeOf(regex, long, 2);
    if (took < SUSPICIOUS_MS || took < LEAST_GROWTH * timeOf(regex, short, 3)) return false;
  }
  return true;
}
