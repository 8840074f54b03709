import type { ModelInfo } from '../../../sdk/index.ts';
import type { ChatSettings } from '../settings.ts';

/** What each message costs beside its text, in tokens; a little above what providers document. */
export const messageOverheadTokens = 6;

/** The longest answer that a model may give, in tokens; the rest of its window is for the prompt. */
export function longestAnswer(
  { maxAnswerTokens }: Pick<ChatSettings, 'maxAnswerTokens'>,
  { maxOutputTokens, contextTokens }: Pick<ModelInfo, 'maxOutputTokens' | 'contextTokens'>,
): number {
  return Math.min(maxAnswerTokens, maxOutputTokens, Math.floor(contextTokens / 2));
}

/** Sizes in tokens of what may be told to a model, each list oldest first. */
interface Sizes {
  /** What is there in any case: the system prompt, the question, the beginning of its answer. */
  fixed: number;
  /** Null where there is none. */
  summary: number | null;
  exchanges: readonly number[];
  heard: readonly number[];
}

/** What finds room: so many of the latest of each, in so many tokens. */
interface Fitted {
  summary: boolean;
  exchanges: number;
  heard: number;
  tokens: number;
}

/**
 * What fits a budget of tokens: what is there in any case, the summary, as many of the latest exchanges as fit, and as much
 * of what was heard as fits beside them. Each is kept or dropped whole, and exchanges and heard lines without gaps.
 */
export function fitWindow({ fixed, summary, exchanges, heard }: Sizes, budgetTokens: number): Fitted {
  let tokens = fixed;
  const take = (sizes: readonly number[]): number => {
    const latestFirst = sizes.toReversed();
    const beyond = latestFirst.findIndex((size) => {
      if (tokens + size > budgetTokens) return true;
      tokens += size;
      return false;
    });
    return beyond < 0 ? sizes.length : beyond;
  };
  const summarised = summary !== null && take([summary]) === 1;
  const told = take(exchanges);
  return { summary: summarised, exchanges: told, heard: take(heard), tokens };
}
