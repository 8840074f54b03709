export type Encoding = 'o200k_base' | 'cl100k_base';

export interface Counting {
  encoding: Encoding;
  /** By how much the model's own tokenizer may find more than the encoding does; 1 where the encoding is its own. */
  margin: number;
}

/**
 * How the tokens of a model are counted. OpenAI publishes the encodings of its models up to GPT-5.6 (its tiktoken). No other
 * tokenizer is known here: Anthropic says of Claude since Opus 4.7 that a text may take 1.35 times the tokens of before,
 * and those who measured it found up to 1.47 times for English, with before about equal to cl100k; those of open models
 * are close to cl100k, from which several descend. This is the one place for such a margin.
 */
const countings: readonly (readonly [name: RegExp, counting: Counting])[] = [
  [/^(?:chatgpt-4o|gpt-4o|gpt-4\.1|gpt-4\.5|gpt-5|gpt-oss|o[134])(?![a-z0-9])/, { encoding: 'o200k_base', margin: 1 }],
  [/^(?:gpt-4|gpt-3\.5|text-embedding)(?![0-9])/, { encoding: 'cl100k_base', margin: 1 }],
  [/claude/, { encoding: 'cl100k_base', margin: 1.45 }],
];
const unknown: Counting = { encoding: 'cl100k_base', margin: 1.15 };

/** By the last part of the model's id: resellers put the maker's name before it. */
export function countingOf(modelId: string): Counting {
  const name = modelId.slice(modelId.lastIndexOf('/') + 1).toLowerCase();
  return countings.find(([pattern]) => pattern.test(name))?.[1] ?? unknown;
}

/** Other tokenizers may be better at a text than the encoding: by this for English and code, as those of open models are. */
const BETTER = 0.85;
/**
 * What other scripts take at least, in tokens a character: o200k needs a third where cl100k needs more than one (Hindi,
 * Telugu). Chinese, Japanese, Korean and emoji, which begin at this code, take more.
 */
const LEAST_FOREIGN = 0.25;
const LEAST_IDEOGRAPH = 0.5;
const FIRST_IDEOGRAPH = 0x2e80;
/** Words that one vocabulary holds whole, another takes in pieces of about three letters. */
const WORD_PIECE_LETTERS = 3;
/** Of what is no word, such as base64, where capitals stand between. */
const CODE_PIECE_LETTERS = 1.4;

/**
 * Between what a tokenizer that is not known takes for a piece of text, of which `tokens` are known for `encoding`. Long
 * tokens for runs of blanks or signs, and for rare words, are what vocabularies differ in most. So each blank, digit, sign
 * and capital may be a token of its own, as may each byte of a piece with letters of other scripts, and words fall into
 * short pieces. Never more than the bytes: a token covers at least one.
 */
export function foreignBounds(piece: string, tokens: number, margin: number): { least: number; most: number } {
  let letters = 0;
  let capitals = 0;
  let others = 0;
  let leastForeign = 0;
  let isForeign = false;
  let bytes = 0;
  for (const character of piece) {
    const code = character.codePointAt(0) ?? 0;
    const size = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    // The blank before a word is a part of it.
    const isPartOfWord = bytes === 0 && code === 32 && piece.charCodeAt(1) > 32;
    bytes += size;
    isForeign ||= size > 1;
    leastForeign += code < FIRST_IDEOGRAPH ? LEAST_FOREIGN : LEAST_IDEOGRAPH;
    if (code >= 65 && code <= 90) capitals += 1;
    if (isSmallLetter(code)) letters += 1;
    else if (!isPartOfWord) others += size;
  }
  const most = isForeign
    ? bytes
    : Math.min(
        bytes,
        Math.max(tokens * margin, letters / (capitals > 1 ? CODE_PIECE_LETTERS : WORD_PIECE_LETTERS) + others),
      );
  return { least: isForeign ? Math.min(tokens * BETTER, leastForeign) : tokens * BETTER, most };
}

function isSmallLetter(code: number): boolean {
  return code >= 97 && code <= 122;
}
