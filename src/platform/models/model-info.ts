/** US dollars per million tokens, as providers publish them. */
export interface ModelPrices {
  inputPerMillion: number;
  outputPerMillion: number;
  /** Of input that the provider had in its cache; the input price by default. */
  cachedInputPerMillion?: number | undefined;
  /** Of input that the provider puts into its cache; the input price by default. Some charge more for it, unasked. */
  cacheWritePerMillion?: number | undefined;
  /** Of the part of the output that is reasoning; the output price by default. */
  reasoningPerMillion?: number | undefined;
}

export interface ModelInfo {
  /** `provider/model`, the name used everywhere. */
  id: string;
  provider: string;
  /** Input and output together, in tokens. */
  contextTokens: number;
  maxOutputTokens: number;
  /** `tools`: what the settings or its provider say, else what is known; false as soon as it has refused them. */
  abilities: { vision: boolean; tools: boolean; reasoning: boolean };
  /** False for the demo model and for providers in a private network, which cost nothing unless the settings price them. */
  paid: boolean;
  /** Null when they are unknown, which is so only for paid models; all 0 for models that are not paid. */
  prices: ModelPrices | null;
  /** True for the built-in model that answers without any provider. */
  demo: boolean;
}

/** Whole numbers that are not negative. */
export interface Usage {
  /** All input, the cached part and the part that was put into the cache included. */
  inputTokens: number;
  /** All output, reasoning included. */
  outputTokens: number;
  cachedInputTokens: number;
  /** None by default: few providers charge for this apart. */
  cacheWriteTokens?: number;
  reasoningTokens: number;
  /** True when some of it was counted here, because the provider did not report it or reported what cannot be. */
  estimated: boolean;
}
