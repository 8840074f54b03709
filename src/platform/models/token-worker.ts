// The thread that counts tokens: see tokens.ts.
import { serve } from '../threads/index.ts';
import type { Encoding } from './token-encodings.ts';

export interface CountRequest {
  encoding: Encoding;
  texts: readonly string[];
}

/**
 * The tokenizer's time grows with the square of the longest run of one kind of characters (100 kB of blanks take 2.3 s, of
 * different blanks 5 s): texts are cut into pieces, and runs of letters again. Each cut adds a token at most.
 */
const pieceCharacters = 2000;
const longRun = /[^\s]{32}(?=[^\s])/gu;

// Without this, texts such as <|endoftext|> make the tokenizer throw.
const asText = { disallowedSpecial: new Set<string>() };

const encodings = {
  o200k_base: () => import('gpt-tokenizer/encoding/o200k_base'),
  cl100k_base: () => import('gpt-tokenizer/encoding/cl100k_base'),
};

serve(async ({ encoding, texts }: CountRequest): Promise<number> => {
  const { countTokens } = await encodings[encoding]();
  let tokens = 0;
  for (const text of texts) {
    for (let start = 0; start < text.length; start += pieceCharacters) {
      const piece = text.slice(start, start + pieceCharacters);
      tokens += countTokens(piece.replaceAll(longRun, '$& '), asText);
    }
  }
  return tokens;
});
