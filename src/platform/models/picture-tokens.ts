import { withoutDate } from './catalogue.ts';
import type { PictureSize } from './messages.ts';

/**
 * What a picture costs at most, in input tokens, by the formula that the maker of the model publishes. Without a size, it is
 * what the largest picture costs, since every maker scales those down.
 *
 * Sources: OpenAI, guide "Images and vision", "Calculating costs" (developers.openai.com/api/docs/guides/images-vision), and
 * its pricing page's calculator where both differ: the dearer. Anthropic, guide "Vision", "Evaluate image size"
 * (platform.claude.com/docs/en/build-with-claude/vision). Google, "Understand and count tokens"
 * (ai.google.dev/gemini-api/docs/tokens). Of open models, their published processors.
 */
type Formula = (size: PictureSize | undefined) => number;

/** By tiles of 512 pixels, after scaling to 2048 × 2048 and then to 768 on the short side. */
const tiles =
  (base: number, tile: number): Formula =>
  (size) => {
    // 2048 × 768 is the largest that is left, which takes 4 × 2.
    if (!size) return base + 8 * tile;
    const fit = Math.min(1, 2048 / Math.max(size.width, size.height));
    const scale = Math.min(fit, 768 / Math.min(size.width, size.height));
    return base + tilesOf(size.width * scale) * tilesOf(size.height * scale) * tile;
  };

/** A size that was scaled to an edge may be a hair beyond it. */
const tilesOf = (pixels: number): number => Math.ceil(pixels / 512 - 1e-9);

/** By patches of 32 pixels, as many as fit the budget, with a factor of the model. */
const patches =
  (budget: number, factor: number): Formula =>
  (size) => {
    const covering = size ? Math.ceil(size.width / 32) * Math.ceil(size.height / 32) : budget;
    return Math.ceil(Math.min(budget, covering) * factor);
  };

/** By area: an older rule, width × height / 750, and the present one, patches of 28 pixels, are both below this. */
const claude =
  (budget: number): Formula =>
  (size) => {
    const byArea = size ? (size.width * size.height) / 750 : budget;
    const covering = size ? Math.ceil(size.width / 28) * Math.ceil(size.height / 28) : budget;
    return Math.ceil(Math.min(budget, Math.max(byArea, covering)));
  };

/** 258 for each tile of at most 768 pixels, cut no smaller than 256; since Gemini 3 up to 1120 for a picture by default. */
const gemini: Formula = (size) => {
  if (!size) return GEMINI_LARGEST;
  if (Math.max(size.width, size.height) <= 384) return GEMINI_THREE;
  const unit = Math.min(768, Math.max(256, Math.floor(Math.min(size.width, size.height) / 1.5)));
  const tokens = 258 * Math.ceil(size.width / unit) * Math.ceil(size.height / unit);
  return Math.min(GEMINI_LARGEST, Math.max(GEMINI_THREE, tokens));
};
const GEMINI_THREE = 1120;
/** As many tiles as make a picture of 3072 × 3072, to which Gemini scales. */
const GEMINI_LARGEST = 258 * 16;

/**
 * A model that nothing is known of: Qwen-VL takes a token for 28 × 28 pixels and up to 16,384, Pixtral one for 16 × 16 up to
 * 1024 × 1024, Llama's tiles take 6,404 whatever the size.
 */
const unknown: Formula = (size) => {
  if (!size) return 16_384;
  const covering = Math.ceil(size.width / 28) * (Math.ceil(size.height / 28) + 1);
  return Math.min(16_384, Math.max(6404, covering));
};

/** The first that fits the last part of a model's id; the dated and the small models come before their families. */
const formulas: readonly (readonly [name: RegExp, formula: Formula])[] = [
  [/^gpt-4o-mini/, tiles(2833, 5667)],
  [/^(?:chatgpt-4o|gpt-4o|gpt-4\.5|gpt-4-turbo|gpt-4-vision|gpt-4-1106)/, tiles(85, 170)],
  [/^gpt-4\.1-mini/, patches(1536, 1.62)],
  [/^gpt-4\.1-nano/, patches(1536, 2.46)],
  [/^gpt-4\.1/, tiles(85, 170)],
  [/^o4-mini/, patches(1536, 1.72)],
  [/^o[13](?![0-9])/, tiles(75, 150)],
  [/^gpt-5(?:\.1)?-mini/, patches(1536, 1.62)],
  [/^gpt-5(?:\.1)?-nano/, patches(1536, 2.46)],
  [/^gpt-5\.[23](?![0-9])/, patches(1536, 1.2)],
  [/^gpt-5(?:\.1)?(?![0-9.])/, tiles(70, 140)],
  // Since GPT-5.4 pictures may be seen as they are, up to 10,000 patches.
  [/^gpt-5\.\d+-mini/, patches(10_000, 1.62)],
  [/^gpt-5\.\d+-nano/, patches(10_000, 2.46)],
  [/^gpt-(?:5\.|[6-9])/, patches(10_000, 1.2)],
  // Before Opus 4.7: 1568 pixels on the long edge and about 1,600 tokens; since then 2576 pixels and 4,784.
  [/^claude-(?:[23]|instant|[a-z]+-4(?:[-.][0-6])?$)/, claude(1640)],
  [/claude/, claude(4784)],
  [/gemini/, gemini],
];

/** By the last part of the model's id: resellers put the maker's name before it. */
export function pictureTokens(modelId: string, size: PictureSize | undefined): number {
  const name = withoutDate(modelId.slice(modelId.lastIndexOf('/') + 1).toLowerCase());
  const formula = formulas.find(([pattern]) => pattern.test(name))?.[1] ?? unknown;
  return formula(size && isSize(size) ? size : undefined);
}

function isSize({ width, height }: PictureSize): boolean {
  return width >= 1 && height >= 1 && Number.isFinite(width) && Number.isFinite(height);
}
