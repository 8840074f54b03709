import type { ModelConfig, ProviderConfig } from '../config/index.ts';
import type { ModelInfo, ModelPrices } from './port.ts';
import { isPrivateUrl } from './private-network.ts';
import { baseUrlOf } from './vendor.ts';

/** US dollars per million tokens. */
type Prices = readonly [input: number, cachedInput: number, output: number];

interface KnownModel {
  contextTokens: number;
  maxOutputTokens: number;
  prices: Prices;
  /** What it costs from a day on that is announced (Unix ms). */
  later?: { fromMs: number; prices: Prices };
  /** It charges for putting input into its cache, and does so unasked. */
  cacheWrites?: true;
  reasoning?: false;
  /** Its end is past: priced where the settings name it, and offered to nobody. */
  ended?: true;
}

type CataloguedType = 'openai' | 'anthropic' | 'gemini';

const flashOf2027 = { fromMs: Date.UTC(2027, 0, 1), prices: [1.5, 0.15, 7.5] } as const;

/** All of one request is at most 65,536 tokens of output in a stream. */
function gemini(prices: Prices, more: Partial<KnownModel> = {}): KnownModel {
  return { contextTokens: 1_048_576, maxOutputTokens: 65_536, prices, ...more };
}

/**
 * Published figures of November 2026 (developers.openai.com/api/docs/pricing, platform.claude.com/docs/en/about-claude/
 * pricing and the pages of the models), compared with the price list of BerriAI/litellm and with release notes that
 * quote those pages. The sensible default of each provider, which is its cheap current model, comes first. All see
 * pictures and use tools. Where long prompts cost more a token, the window given here ends below that step, so that one
 * price holds.
 *
 * `gpt-5.6-sol` has its list price: the promotion of 4/0.4/20 is promised until 2026-11-21 only. Of `gpt-4o` and
 * `gpt-4o-mini` the cached price, and that they are still served, comes from second hand.
 *
 * Gemini: ai.google.dev/gemini-api/docs/pricing, standard tier, for text and images, as quoted by price lists that cite that
 * page (pydantic/genai-prices, simonw/llm-prices). Output includes thinking. Prices of Gemini 3.6 to 3.8 Flash are introductory
 * until the end of 2026. `gemini-4-argon` has the list price of blog.google's announcement, since nobody says until when its
 * introductory 2/0.1/10 lasts. Gemini 2.5 was announced to end on 2026-10-16 (its page of deprecations, from second hand).
 */
const known: Readonly<Record<CataloguedType, Readonly<Record<string, KnownModel>>>> = {
  openai: {
    'gpt-6-luna': { contextTokens: 272_000, maxOutputTokens: 128_000, prices: [0.1, 0.01, 0.5], cacheWrites: true },
    'gpt-6.1-terra': { contextTokens: 272_000, maxOutputTokens: 128_000, prices: [1, 0.05, 5], cacheWrites: true },
    'gpt-6.1-sol': { contextTokens: 272_000, maxOutputTokens: 128_000, prices: [2, 0.1, 10], cacheWrites: true },
    'gpt-6-sol': { contextTokens: 272_000, maxOutputTokens: 128_000, prices: [2, 0.2, 10], cacheWrites: true },
    'gpt-6-astra': { contextTokens: 272_000, maxOutputTokens: 128_000, prices: [10, 1, 50], cacheWrites: true },
    'gpt-5.6-luna': { contextTokens: 272_000, maxOutputTokens: 128_000, prices: [0.2, 0.02, 1.2], cacheWrites: true },
    'gpt-5.6-terra': { contextTokens: 272_000, maxOutputTokens: 128_000, prices: [2, 0.2, 12], cacheWrites: true },
    'gpt-5.6-sol': { contextTokens: 272_000, maxOutputTokens: 128_000, prices: [5, 0.5, 30], cacheWrites: true },
    'gpt-5.5': { contextTokens: 272_000, maxOutputTokens: 128_000, prices: [5, 0.5, 30] },
    'gpt-5.4-mini': { contextTokens: 400_000, maxOutputTokens: 128_000, prices: [0.75, 0.075, 4.5] },
    'gpt-5.4-nano': { contextTokens: 400_000, maxOutputTokens: 128_000, prices: [0.2, 0.02, 1.25] },
    'gpt-5.4': { contextTokens: 272_000, maxOutputTokens: 128_000, prices: [2.5, 0.25, 15] },
    'gpt-5.2': { contextTokens: 400_000, maxOutputTokens: 128_000, prices: [1.75, 0.175, 14] },
    'gpt-5.1': { contextTokens: 400_000, maxOutputTokens: 128_000, prices: [1.25, 0.125, 10] },
    'gpt-5': { contextTokens: 400_000, maxOutputTokens: 128_000, prices: [1.25, 0.125, 10] },
    'gpt-5-mini': { contextTokens: 400_000, maxOutputTokens: 128_000, prices: [0.25, 0.025, 2] },
    'gpt-5-nano': { contextTokens: 400_000, maxOutputTokens: 128_000, prices: [0.05, 0.005, 0.4] },
    'gpt-4.1': { contextTokens: 1_047_576, maxOutputTokens: 32_768, prices: [2, 0.5, 8], reasoning: false },
    'gpt-4.1-mini': { contextTokens: 1_047_576, maxOutputTokens: 32_768, prices: [0.4, 0.1, 1.6], reasoning: false },
    'gpt-4o': { contextTokens: 128_000, maxOutputTokens: 16_384, prices: [2.5, 1.25, 10], reasoning: false },
    'gpt-4o-mini': { contextTokens: 128_000, maxOutputTokens: 16_384, prices: [0.15, 0.075, 0.6], reasoning: false },
  },
  anthropic: {
    'claude-haiku-5-5': { contextTokens: 100_000, maxOutputTokens: 64_000, prices: [0.1, 0.01, 0.5] },
    'claude-sonnet-5-5': { contextTokens: 1_000_000, maxOutputTokens: 128_000, prices: [2, 0.1, 10] },
    'claude-opus-5-5': { contextTokens: 1_000_000, maxOutputTokens: 128_000, prices: [4, 0.2, 20] },
    'claude-fable-5-1': { contextTokens: 1_000_000, maxOutputTokens: 128_000, prices: [10, 0.25, 50] },
    'claude-sonnet-5': { contextTokens: 1_000_000, maxOutputTokens: 128_000, prices: [2, 0.2, 10] },
    'claude-opus-5': { contextTokens: 1_000_000, maxOutputTokens: 128_000, prices: [5, 0.5, 25] },
    'claude-fable-5': { contextTokens: 1_000_000, maxOutputTokens: 128_000, prices: [10, 1, 50] },
    'claude-haiku-4-5': { contextTokens: 200_000, maxOutputTokens: 64_000, prices: [1, 0.1, 5] },
    'claude-sonnet-4-6': { contextTokens: 1_000_000, maxOutputTokens: 128_000, prices: [3, 0.3, 15] },
    'claude-sonnet-4-5': { contextTokens: 200_000, maxOutputTokens: 64_000, prices: [3, 0.3, 15] },
    'claude-opus-4-8': { contextTokens: 1_000_000, maxOutputTokens: 128_000, prices: [5, 0.5, 25] },
    'claude-opus-4-7': { contextTokens: 1_000_000, maxOutputTokens: 128_000, prices: [5, 0.5, 25] },
    'claude-opus-4-6': { contextTokens: 1_000_000, maxOutputTokens: 128_000, prices: [5, 0.5, 25] },
    'claude-opus-4-5': { contextTokens: 200_000, maxOutputTokens: 64_000, prices: [5, 0.5, 25] },
  },
  gemini: {
    'gemini-3.5-flash-lite': gemini([0.3, 0.03, 2.5]),
    'gemini-3.8-flash': gemini([0.75, 0.075, 3.75], { later: flashOf2027 }),
    'gemini-4-argon': gemini([4, 0.2, 20]),
    'gemini-3.7-flash': gemini([0.75, 0.075, 3.75], { later: flashOf2027 }),
    'gemini-3.6-flash': gemini([0.75, 0.075, 3.75], { later: flashOf2027 }),
    'gemini-3.5-flash': gemini([1.5, 0.15, 9]),
    'gemini-3.1-pro-preview': gemini([2, 0.2, 12], { contextTokens: 200_000 }),
    'gemini-3.1-flash-lite': gemini([0.25, 0.025, 1.5]),
    'gemini-3-flash-preview': gemini([0.5, 0.05, 3]),
    'gemini-2.5-pro': gemini([1.25, 0.125, 10], { contextTokens: 200_000, ended: true }),
    'gemini-2.5-flash': gemini([0.3, 0.03, 2.5], { ended: true }),
    // It thinks only when told to.
    'gemini-2.5-flash-lite': gemini([0.1, 0.01, 0.4], { reasoning: false, ended: true }),
  },
};

/** OpenAI, since GPT-5.6: a quarter above the input price (its pricing page, column "cache writes"). */
const CACHE_WRITE_FACTOR = 1.25;

/** What is assumed of a model that nothing is known about: small enough for any server. */
const UNKNOWN_CONTEXT_TOKENS = 8192;
const UNKNOWN_OUTPUT_TOKENS = 2048;

/**
 * Families whose hosted models use tools, by the documentation of their makers. A server of one's own may run them without:
 * there only the settings and the server's own list count.
 */
const useTools =
  /^(gpt-(oss|4o|[5-9])|o[34]\b|claude-|gemini-|grok-|deepseek-(chat|v[3-9])|(mi|mini|code|dev|magi)stral|kimi-k2|qwen3|glm-(4\.[5-9]|[5-9])|llama-(3\.[1-9]|4)|command-(a|r)|minimax-m)/i;

/** Of models that are not paid. */
const NO_PRICES: ModelPrices = { inputPerMillion: 0, outputPerMillion: 0 };

/** Names of the models that a provider of this type is known to have, its sensible default first. */
export function catalogueNames(type: ProviderConfig['type']): string[] {
  if (!isCatalogued(type)) return [];
  return Object.entries(known[type]).flatMap(([name, { ended }]) => (ended ? [] : [name]));
}

function isCatalogued(type: ProviderConfig['type']): type is CataloguedType {
  return Object.hasOwn(known, type);
}

/** What is known of a model by name; dated snapshots (`-2026-03-05`, `-20251001`) count as the model itself. */
function lookUp(name: string): KnownModel | undefined {
  const plain = withoutDate(name.replace(/^.*\//, ''));
  const family = Object.values(known).find((models) => Object.hasOwn(models, plain));
  return family?.[plain];
}

export function withoutDate(name: string): string {
  return name.replace(/-(\d{4}-\d{2}-\d{2}|\d{8})$/, '');
}

interface DescribedModel {
  /** The provider's name in the settings. */
  provider: string;
  config: ProviderConfig;
  /** From the settings, or from the provider's own list. */
  model: ModelConfig;
  /** Of this model in the settings' price list; wins over all others. */
  listPrices: ModelPrices | undefined;
  /** Unix ms; prices change on days that are announced. */
  nowMs: number;
}

/**
 * Everything about one model: what the settings or the provider say, then the catalogue, then safe assumptions. Prices
 * come from the catalogue only for the provider that publishes them; a reseller has its own.
 */
export function describeModel({ provider, config, model, listPrices, nowMs }: DescribedModel): ModelInfo {
  const catalogued = lookUp(model.name);
  const contextTokens = model.contextTokens ?? catalogued?.contextTokens ?? UNKNOWN_CONTEXT_TOKENS;
  const maxOutputTokens =
    model.maxOutputTokens ??
    catalogued?.maxOutputTokens ??
    Math.max(UNKNOWN_OUTPUT_TOKENS, Math.floor(contextTokens / 8));
  const settingsPrices = listPrices ?? config.models?.find(({ name }) => name === model.name)?.prices;
  const isPublic = !isPrivateUrl(baseUrlOf(config));
  const paid = settingsPrices !== undefined || isPublic;
  return {
    id: `${provider}/${model.name}`,
    provider,
    contextTokens,
    // The window holds both; a question must fit too.
    maxOutputTokens: Math.min(maxOutputTokens, Math.floor(contextTokens / 2)),
    abilities: {
      vision: model.vision ?? catalogued !== undefined,
      tools: model.tools ?? (catalogued !== undefined || (isPublic && useTools.test(model.name.replace(/^.*\//, '')))),
      reasoning: model.reasoning ?? catalogued?.reasoning ?? catalogued !== undefined,
    },
    paid,
    prices: paid ? (settingsPrices ?? model.prices ?? cataloguePrices(config.type, catalogued, nowMs)) : NO_PRICES,
    demo: false,
  };
}

function cataloguePrices(
  type: ProviderConfig['type'],
  catalogued: KnownModel | undefined,
  nowMs: number,
): ModelPrices | null {
  if (!catalogued || !isCatalogued(type)) return null;
  const { prices, later } = catalogued;
  const [inputPerMillion, cachedInputPerMillion, outputPerMillion] =
    later && nowMs >= later.fromMs ? later.prices : prices;
  return {
    inputPerMillion,
    cachedInputPerMillion,
    outputPerMillion,
    ...(catalogued.cacheWrites && { cacheWritePerMillion: inputPerMillion * CACHE_WRITE_FACTOR }),
  };
}

/**
 * The lines to put into familiar.yaml to price a model. The words in place of the figures are not accepted as a price,
 * so that lines pasted as they are don't make a model free by accident.
 */
export function priceLine(modelId: string): string {
  // A JSON text is a YAML text too, whatever characters a provider puts into its names.
  const name = JSON.stringify(modelId);
  return `prices:\n  models:\n    ${name}: { inputPerMillion: DOLLARS, outputPerMillion: DOLLARS }`;
}
