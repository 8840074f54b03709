import { withoutDate } from './catalogue.ts';

type ImageQuality = 'low' | 'medium' | 'high';

type Sizes = Readonly<Record<string, Readonly<Record<ImageQuality, number>>>>;

/** One price for the square and one for both oblongs: so OpenAI's tables are made. */
function sizes(square: Record<ImageQuality, number>, oblong: Record<ImageQuality, number>): Sizes {
  return { '1024x1024': square, '1536x1024': oblong, '1024x1536': oblong };
}

/**
 * US dollars for one image, from the tables on OpenAI's pages of the models (developers.openai.com/api/docs/models),
 * read in November 2026; `gpt-image-1` was retired on 2026-10-23 and is kept for those who reach it elsewhere. The text
 * and pictures of a request are charged apart, by the token; next to an image that is little.
 *
 * `gpt-image-2` and later are not here: they are charged by the token alone, and no table says what an image comes to.
 * Owners price them in the settings.
 */
const known: Readonly<Record<string, Sizes>> = {
  'gpt-image-1.5': sizes({ low: 0.009, medium: 0.034, high: 0.133 }, { low: 0.013, medium: 0.05, high: 0.2 }),
  'gpt-image-1': sizes({ low: 0.011, medium: 0.042, high: 0.167 }, { low: 0.016, medium: 0.063, high: 0.25 }),
  'gpt-image-1-mini': sizes({ low: 0.005, medium: 0.011, high: 0.036 }, { low: 0.006, medium: 0.015, high: 0.052 }),
};

/**
 * US dollars for one image of any size. Replicate: the pages of the models and replicate.com/pricing, as price comparisons
 * of May 2026 quote them (workflowlab.dev). Stability AI: the credits that the API reference of September 2026 names for
 * each service, at one cent each. Gemini: 1290 tokens for an image at $30 a million (ai.google.dev/gemini-api/docs/pricing),
 * the later ones 1120 tokens at $60 and $120 for their size of 1K.
 */
const flat: Readonly<Record<string, number>> = {
  'replicate/black-forest-labs/flux-schnell': 0.003,
  'replicate/black-forest-labs/flux-dev': 0.025,
  'replicate/black-forest-labs/flux-fill-dev': 0.04,
  'replicate/google/imagen-4-fast': 0.02,
  'replicate/google/nano-banana': 0.039,
  'stability/core': 0.03,
  'stability/ultra': 0.08,
  'stability/sd3.5-large': 0.065,
  'stability/sd3.5-large-turbo': 0.04,
  'stability/sd3.5-medium': 0.035,
  'stability/sd3.5-flash': 0.025,
  'stability/erase': 0.05,
  'stability/inpaint': 0.05,
  'stability/outpaint': 0.04,
  'stability/search-and-replace': 0.05,
  'stability/remove-background': 0.05,
  'stability/upscale-fast': 0.02,
  'stability/upscale-conservative': 0.4,
  'stability/upscale-creative': 0.6,
  'gemini/gemini-2.5-flash-image': 0.039,
  'gemini/gemini-3.1-flash-image': 0.067,
  'gemini/gemini-3-pro-image': 0.134,
};

/**
 * The published price in US dollars of one image: of a known model of Replicate, Stability AI or Gemini in any size, or of `openai/…` in a size such as `1024x1024`, or `auto`, which is the
 * dearest. By default of the best quality, because that is what a model may choose by itself. Undefined for what the
 * table does not have, other providers' models included: a reseller has its own prices.
 */
export function imagePriceUsd(modelId: string, size: string, quality: ImageQuality = 'high'): number | undefined {
  if (Object.hasOwn(flat, modelId)) return flat[modelId];
  const name = withoutDate(modelId.replace(/^openai\//, ''));
  const prices = Object.hasOwn(known, name) ? known[name] : undefined;
  if (!prices) return undefined;
  if (size === 'auto') return Math.max(...Object.values(prices).map((price) => price[quality]));
  return Object.hasOwn(prices, size) ? prices[size]?.[quality] : undefined;
}
