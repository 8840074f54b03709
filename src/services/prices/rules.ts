import type { AbilityModel, AbilityUsage, ModelPrices, Usage } from '../../platform/models/index.ts';

type UsedTokens = Omit<Usage, 'estimated'>;

/** Millionths of a micro-dollar per token: fine enough for every published price, and whole, so that sums are exact. */
const SCALE = 1_000_000;
const scaled = (dollarsPerMillion: number): bigint => BigInt(Math.round(dollarsPerMillion * SCALE));

/** Up, so that no use is free that is not priced at nothing. */
function toMicros(amount: bigint): number {
  const scale = BigInt(SCALE);
  return Number((amount + scale - 1n) / scale);
}

/** Whole and not negative, whatever a provider reports. */
const tokens = (count: number): bigint => BigInt(Math.max(0, Math.ceil(Number.isFinite(count) ? count : 0)));

interface ScaledPrices {
  input: bigint;
  cached: bigint;
  cacheWrite: bigint;
  output: bigint;
  reasoning: bigint;
}

function scaledPrices(prices: ModelPrices): ScaledPrices {
  const { inputPerMillion, outputPerMillion } = prices;
  return {
    input: scaled(inputPerMillion),
    cached: scaled(prices.cachedInputPerMillion ?? inputPerMillion),
    cacheWrite: scaled(prices.cacheWritePerMillion ?? inputPerMillion),
    output: scaled(outputPerMillion),
    reasoning: scaled(prices.reasoningPerMillion ?? outputPerMillion),
  };
}

const most = (...values: bigint[]): bigint => values.reduce((a, b) => (a > b ? a : b));
const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);

/** What a use costs in micro-dollars, rounded up once. Reasoning is a part of the output, what was cached of the input. */
export function costOf(prices: ModelPrices, used: UsedTokens): number {
  const price = scaledPrices(prices);
  const [input, output] = [tokens(used.inputTokens), tokens(used.outputTokens)];
  const cached = least(tokens(used.cachedInputTokens), input);
  const written = least(tokens(used.cacheWriteTokens ?? 0), input - cached);
  const reasoning = least(tokens(used.reasoningTokens), output);
  return toMicros(
    (input - cached - written) * price.input +
      cached * price.cached +
      written * price.cacheWrite +
      (output - reasoning) * price.output +
      reasoning * price.reasoning,
  );
}

/** The most that a call can cost: every token at the dearer price of its kind. */
export function worstCost(prices: ModelPrices, inputTokens: number, outputTokens: number): number {
  const price = scaledPrices(prices);
  const input = tokens(inputTokens) * most(price.input, price.cached, price.cacheWrite);
  return toMicros(input + tokens(outputTokens) * most(price.output, price.reasoning));
}

/** The most output tokens whose `worstCost` with this input is at most `micros`. */
export function affordableOutput(prices: ModelPrices, inputTokens: number, micros: number): number {
  const price = scaledPrices(prices);
  const left = BigInt(micros) * BigInt(SCALE) - tokens(inputTokens) * most(price.input, price.cached, price.cacheWrite);
  if (left < 0n) return 0;
  const perToken = most(price.output, price.reasoning);
  return perToken === 0n ? Number.MAX_SAFE_INTEGER : Number(left / perToken);
}

/** What a use costs in micro-dollars, rounded up once; undefined for an unknown price or one in another unit. */
export function costOfUse({ paid, prices }: AbilityModel, usage: AbilityUsage): number | undefined {
  if (!paid || isNothing(usage)) return 0;
  const { inputPerMillion, perMinute, perMillionCharacters } = prices ?? {};
  if (inputPerMillion !== undefined && usage.tokens !== undefined) {
    return toMicros(tokens(usage.tokens) * scaled(inputPerMillion));
  }
  if (perMillionCharacters !== undefined && usage.characters !== undefined) {
    return toMicros(tokens(usage.characters) * scaled(perMillionCharacters));
  }
  if (perMinute === undefined || usage.seconds === undefined) return undefined;
  // A dollar a minute is a million micro-dollars for 60,000 milliseconds.
  const amount = tokens(usage.seconds * 1000) * scaled(perMinute) * BigInt(SCALE);
  return toMicros((amount + 59_999n) / 60_000n);
}

const isNothing = ({ tokens: of = 0, seconds = 0, characters = 0, images }: AbilityUsage): boolean =>
  of === 0 && seconds === 0 && characters === 0 && !images;
