import type { ModelConfig, ProviderConfig } from '../config/index.ts';
import type { ModelInfo, ModelPrices } from './port.ts';

interface KnownModel {
  contextTokens: number;
  maxOutputTokens: number;
  /** US dollars per million tokens: input, cached input, output. */
  prices: readonly [input: number, cachedInput: number, output: number];
}

/**
 * Published figures of November 2026 (developers.openai.com/api/docs/pricing, platform.claude.com/docs/en/models); the
 * sensible default of each provider, which is its cheap current model, comes first. All see pictures, use tools and
 * reason. Where long prompts cost more a token, the window given here ends below that step, so that one price holds.
 */
const known: Readonly<Record<'openai' | 'anthropic', Readonly<Record<string, KnownModel>>>> = {
  openai: {
    'gpt-6-luna': { contextTokens: 272_000, maxOutputTokens: 128_000, prices: [0.1, 0.01, 0.5] },
    'gpt-6.1-terra': { contextTokens: 272_000, maxOutputTokens: 128_000, prices: [1, 0.05, 5] },
    'gpt-6.1-sol': { contextTokens: 272_000, maxOutputTokens: 128_000, prices: [2, 0.1, 10] },
    'gpt-6-sol': { contextTokens: 272_000, maxOutputTokens: 128_000, prices: [2, 0.2, 10] },
    'gpt-6-astra': { contextTokens: 272_000, maxOutputTokens: 128_000, prices: [10, 1, 50] },
    'gpt-5.6-luna': { contextTokens: 272_000, maxOutputTokens: 128_000, prices: [0.2, 0.02, 1.2] },
    'gpt-5.6-terra': { contextTokens: 272_000, maxOutputTokens: 128_000, prices: [2, 0.2, 12] },
    'gpt-5.4-mini': { contextTokens: 270_000, maxOutputTokens: 128_000, prices: [0.75, 0.075, 4.5] },
    'gpt-5.4-nano': { contextTokens: 270_000, maxOutputTokens: 128_000, prices: [0.2, 0.02, 1.25] },
    'gpt-5.4': { contextTokens: 270_000, maxOutputTokens: 128_000, prices: [2.5, 0.25, 15] },
    'gpt-5.2': { contextTokens: 400_000, maxOutputTokens: 128_000, prices: [1.75, 0.175, 14] },
    'gpt-5-mini': { contextTokens: 400_000, maxOutputTokens: 128_000, prices: [0.25, 0.025, 2] },
  },
  anthropic: {
    'claude-haiku-5-5': { contextTokens: 100_000, maxOutputTokens: 64_000, prices: [0.1, 0.01, 0.5] },
    'claude-sonnet-5-5': { contextTokens: 1_000_000, maxOutputTokens: 128_000, prices: [2, 0.2, 10] },
    'claude-opus-5-5': { contextTokens: 1_000_000, maxOutputTokens: 128_000, prices: [4, 0.2, 20] },
    'claude-fable-5-1': { contextTokens: 1_000_000, maxOutputTokens: 128_000, prices: [10, 1, 50] },
    'claude-haiku-4-5': { contextTokens: 200_000, maxOutputTokens: 64_000, prices: [1, 0.1, 5] },
    'claude-sonnet-4-6': { contextTokens: 1_000_000, maxOutputTokens: 128_000, prices: [3, 0.3, 15] },
    'claude-opus-4-6': { contextTokens: 1_000_000, maxOutputTokens: 128_000, prices: [5, 0.5, 25] },
  },
};

/** What is assumed of a model that nothing is known about: small enough for any server. */
const UNKNOWN_CONTEXT_TOKENS = 8192;
const UNKNOWN_OUTPUT_TOKENS = 2048;

/** Names of the models that a provider of this type is known to have, its sensible default first. */
export function catalogueNames(type: ProviderConfig['type']): string[] {
  return type === 'openai' || type === 'anthropic' ? Object.keys(known[type]) : [];
}

/** What is known of a model by name; dated snapshots (`-2026-03-05`, `-20251001`) count as the model itself. */
function lookUp(name: string): KnownModel | undefined {
  const plain = name.replace(/^.*\//, '').replace(/-(\d{4}-\d{2}-\d{2}|\d{8})$/, '');
  return known.openai[plain] ?? known.anthropic[plain];
}

/**
 * Everything about one model: what the settings or the provider say, then the catalogue, then safe assumptions. Prices
 * come from the catalogue only for the provider that publishes them; a reseller has its own.
 */
export function describeModel(provider: string, type: ProviderConfig['type'], model: ModelConfig): ModelInfo {
  const catalogued = lookUp(model.name);
  const contextTokens = model.contextTokens ?? catalogued?.contextTokens ?? UNKNOWN_CONTEXT_TOKENS;
  const maxOutputTokens =
    model.maxOutputTokens ??
    catalogued?.maxOutputTokens ??
    Math.max(UNKNOWN_OUTPUT_TOKENS, Math.floor(contextTokens / 8));
  return {
    id: `${provider}/${model.name}`,
    provider,
    contextTokens,
    // The window holds both; a question must fit too.
    maxOutputTokens: Math.min(maxOutputTokens, Math.floor(contextTokens / 2)),
    abilities: {
      vision: model.vision ?? catalogued !== undefined,
      tools: model.tools ?? catalogued !== undefined,
      reasoning: model.reasoning ?? catalogued !== undefined,
    },
    prices: priceOf(type, model, catalogued),
    demo: false,
  };
}

function priceOf(
  type: ProviderConfig['type'],
  model: ModelConfig,
  catalogued: KnownModel | undefined,
): ModelPrices | null {
  if (model.prices) {
    const { inputPerMillion, outputPerMillion, cachedInputPerMillion } = model.prices;
    return { inputPerMillion, outputPerMillion, ...(cachedInputPerMillion !== undefined && { cachedInputPerMillion }) };
  }
  if (!catalogued || (type !== 'openai' && type !== 'anthropic')) return null;
  const [inputPerMillion, cachedInputPerMillion, outputPerMillion] = catalogued.prices;
  return { inputPerMillion, cachedInputPerMillion, outputPerMillion };
}
