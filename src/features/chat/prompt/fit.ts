import type { ModelInfo } from '../../../sdk/index.ts';
import type { ChatSettings } from '../settings.ts';

/** What each message costs beside its text, in tokens; a little above what providers document. */
export const messageOverheadTokens = 6;

/** What stays longest when not all of a prompt fits, beside what stays always. */
export const keepOf = { history: 50, ambient: 10 } as const;

/** The longest answer that a model may give, in tokens; the rest of its window is for the prompt. */
export function longestAnswer(
  { maxAnswerTokens }: Pick<ChatSettings, 'maxAnswerTokens'>,
  { maxOutputTokens, contextTokens }: Pick<ModelInfo, 'maxOutputTokens' | 'contextTokens'>,
): number {
  return Math.min(maxAnswerTokens, maxOutputTokens, Math.floor(contextTokens / 2));
}

/** Parts of a prompt that are kept or dropped in one order. */
export interface Group {
  /** Higher stays longer. Of equal groups, the first in the list stays longer. */
  keep: number;
  /** Sizes in tokens, oldest first. */
  sizes: readonly number[];
}

/**
 * How many of the latest parts of each group fit a budget beside what is there in any case (`fixed`), and the tokens of all.
 * Groups are filled by `keep`. Each part is kept or dropped whole, and a group has no gaps.
 */
export function fitGroups(
  fixed: number,
  groups: readonly Group[],
  budgetTokens: number,
): { kept: number[]; tokens: number } {
  let tokens = fixed;
  const kept = groups.map(() => 0);
  const byKeep = [...groups.entries()].sort(([, one], [, other]) => other.keep - one.keep);
  for (const [index, { sizes }] of byKeep) {
    const latestFirst = sizes.toReversed();
    const beyond = latestFirst.findIndex((size) => {
      if (tokens + size > budgetTokens) return true;
      tokens += size;
      return false;
    });
    kept[index] = beyond < 0 ? sizes.length : beyond;
  }
  return { kept, tokens };
}
