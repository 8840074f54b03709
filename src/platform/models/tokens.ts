/** Texts up to this length are counted whole; of longer ones, samples. */
const WHOLE_CHARACTERS = 60_000;
const SAMPLES = 30;
const SAMPLE_CHARACTERS = 2000;
/** Above the share by which samples of ordinary text miss the whole. */
const SAMPLING_MARGIN = 1.03;
/**
 * The tokenizer's time grows with the square of the longest run of letters; cutting runs adds a token a cut at most.
 */
const LONGEST_RUN = 32;

type Count = (text: string) => number;

/**
 * Counts with OpenAI's cl100k_base: it takes half the memory of its successor and finds a few more tokens in the same
 * text, which is the safe side for other models' tokenizers. The vocabulary (60 ms, 44 MB) is loaded in the background
 * when something is first counted; until then, and if it cannot be loaded, counts are estimates on the high side.
 */
export class TokenCounter {
  private exact: Count | undefined;
  private loading: Promise<void> | undefined;

  count(text: string): number {
    if (text === '') return 0;
    void this.ready();
    if (!this.exact) return estimateTokens(text);
    return text.length <= WHOLE_CHARACTERS ? this.exact(text) : this.sample(text, this.exact);
  }

  /** Resolves when counts are exact, or never will be. */
  ready(): Promise<void> {
    this.loading ??= import('gpt-tokenizer/encoding/cl100k_base').then(
      ({ countTokens }) => {
        // Without this, texts such as <|endoftext|> make it throw.
        const asText = { disallowedSpecial: new Set<string>() };
        this.exact = (text) => countTokens(cutRuns(text), asText);
      },
      () => undefined,
    );
    return this.loading;
  }

  private sample(text: string, exact: Count): number {
    const stride = (text.length - SAMPLE_CHARACTERS) / (SAMPLES - 1);
    let tokens = 0;
    for (let index = 0; index < SAMPLES; index++) {
      const start = Math.floor(index * stride);
      tokens += exact(text.slice(start, start + SAMPLE_CHARACTERS));
    }
    return Math.ceil((tokens / (SAMPLES * SAMPLE_CHARACTERS)) * text.length * SAMPLING_MARGIN);
  }
}

const longRun = new RegExp(`[^\\s]{${LONGEST_RUN}}(?=[^\\s])`, 'gu');

function cutRuns(text: string): string {
  return text.replaceAll(longRun, '$& ');
}

/** Tokens a UTF-16 unit costs at most in ordinary text, by kind. */
const letterCost = 0.45;
/** Rare inside words: many of them mean codes. */
const capitalCost = 0.9;
const spaceCost = 0.25;
const signCost = 0.7;
/** Other scripts take up to 1.5, emoji 1.25, accents put on their own 2. */
const foreignCost = 2;

/** From the kinds of characters alone; for English about twice the truth, for hardly any text below it. */
export function estimateTokens(text: string): number {
  let tokens = 0;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit > 127) tokens += foreignCost;
    else if (unit >= 97 && unit <= 122) tokens += letterCost;
    else if (unit >= 65 && unit <= 90) tokens += capitalCost;
    else tokens += unit <= 32 ? spaceCost : signCost;
  }
  return Math.ceil(tokens);
}
