import type { ModelInfo } from '../../src/platform/models/index.ts';

/** A token of the answer costs one micro-dollar, so that tokens read as money. */
export const model: ModelInfo = {
  id: 'bench/paid',
  provider: 'bench',
  contextTokens: 100_000,
  maxOutputTokens: 10_000,
  abilities: { vision: false, tools: false, reasoning: false },
  paid: true,
  prices: { inputPerMillion: 0, outputPerMillion: 1 },
  demo: false,
};
