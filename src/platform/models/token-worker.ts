// The thread that counts tokens: see tokens.ts.
import { serve } from '../threads/index.ts';
import { BytePairs } from './byte-pairs.ts';
import { foreignBounds } from './token-encodings.ts';
import type { Counting, Encoding } from './token-encodings.ts';

export interface MeasureRequest extends Counting {
  /** Each begins a token of its own. */
  texts: readonly string[];
  /** In tokens, for `within`. */
  limit: number;
}

export interface Measures {
  /** Of each text. */
  each: Measure[];
  /** How many characters of all texts stay within the limit, by `least`; of a piece that does not, its share. */
  within: number;
}

export interface Measure {
  /** As the model's own encoding has it where that is known, else about that, on the high side. */
  tokens: number;
  /** Between these is the truth, also where the model's tokenizer is not known. */
  least: number;
  most: number;
}

const vocabularies: Readonly<Record<Encoding, () => Promise<BytePairs>>> = {
  o200k_base: async () => {
    const [{ default: ranks }, { O200K_TOKEN_SPLIT_REGEX }] = await Promise.all([
      import('gpt-tokenizer/bpeRanks/o200k_base'),
      import('gpt-tokenizer/encodingParams/constants'),
    ]);
    return new BytePairs(ranks, O200K_TOKEN_SPLIT_REGEX);
  },
  cl100k_base: async () => {
    const [{ default: ranks }, { CL100K_TOKEN_SPLIT_REGEX }] = await Promise.all([
      import('gpt-tokenizer/bpeRanks/cl100k_base'),
      import('gpt-tokenizer/encodingParams/constants'),
    ]);
    return new BytePairs(ranks, CL100K_TOKEN_SPLIT_REGEX);
  },
};

const loaded = new Map<Encoding, Promise<BytePairs>>();

/** The length of a share of a piece, which may be all of a text that has no blanks; never half a character. */
function partOf(piece: string, share: number): number {
  const length = Math.max(0, Math.floor(piece.length * share));
  const last = piece.charCodeAt(length - 1);
  return last >= 0xd800 && last <= 0xdbff ? length - 1 : length;
}

serve(async ({ encoding, margin, texts, limit }: MeasureRequest): Promise<Measures> => {
  let loading = loaded.get(encoding);
  if (!loading) loaded.set(encoding, (loading = vocabularies[encoding]()));
  const vocabulary = await loading;
  let [within, leastOfAll] = [0, 0];
  const each = texts.map((text): Measure => {
    const sum = { tokens: 0, least: 0, most: 0 };
    for (const { piece, tokens } of vocabulary.pieces(text)) {
      const { least, most } = margin === 1 ? { least: tokens, most: tokens } : foreignBounds(piece, tokens, margin);
      const room = limit - leastOfAll;
      if (room >= 0) within += least <= room ? piece.length : partOf(piece, room / least);
      leastOfAll += least;
      sum.tokens += tokens;
      sum.least += least;
      sum.most += most;
    }
    const tokens = Math.ceil(sum.tokens * margin);
    // Some tokenizers put a blank before each text.
    const most = margin === 1 ? tokens : Math.max(tokens, Math.ceil(sum.most) + 1);
    return { tokens, least: Math.floor(sum.least), most };
  });
  return { each, within };
});
