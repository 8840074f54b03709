import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { affordableOutput, costOf, worstCost } from './rules.ts';

const used = (
  inputTokens: number,
  outputTokens: number,
  cachedInputTokens = 0,
  reasoningTokens = 0,
  cacheWriteTokens = 0,
) => ({ inputTokens, outputTokens, cachedInputTokens, reasoningTokens, cacheWriteTokens });

describe('the cost of a use', () => {
  const prices = {
    inputPerMillion: 2,
    outputPerMillion: 10,
    cachedInputPerMillion: 0.2,
    cacheWritePerMillion: 2.5,
    reasoningPerMillion: 5,
  };

  it.each([
    ['nothing', used(0, 0), 0],
    ['input and output', used(1000, 100), 3000],
    ['a cached part of the input', used(1000, 100, 500), 1000 + 100 + 1000],
    ['a reasoning part of the output', used(0, 100, 0, 40), 600 + 200],
    ['a part of the input that goes into the cache', used(1000, 0, 500, 0, 200), 600 + 100 + 500],
    ['more cached or reasoning than there is', used(10, 10, 99, 99), 2 + 50],
  ])('counts %s', (_name, tokens, micros) => {
    expect(costOf(prices, tokens)).toBe(micros);
  });

  it('rounds up once, so that cheap use is never free', () => {
    const cheap = { inputPerMillion: 0.1, outputPerMillion: 0.5 };
    expect(costOf(cheap, used(1, 0))).toBe(1);
    expect(costOf(cheap, used(11, 1))).toBe(2);
    expect(costOf({ inputPerMillion: 0, outputPerMillion: 0 }, used(5000, 5000))).toBe(0);
  });

  it('takes nonsense of a provider as nothing', () => {
    expect(costOf(prices, used(-5, Number.NaN))).toBe(0);
  });
});

const price = fc.double({ min: 0, max: 1000, noNaN: true });
const count = fc.nat({ max: 2_000_000 });
const anyPrices = fc.record({
  inputPerMillion: price,
  outputPerMillion: price,
  cachedInputPerMillion: price,
  cacheWritePerMillion: price,
  reasoningPerMillion: price,
});

describe('the worst case', () => {
  it('is never below what a use within it costs', () => {
    fc.assert(
      fc.property(anyPrices, fc.tuple(count, count, count, count, count), (prices, [input, output, ...parts]) => {
        expect(costOf(prices, used(input, output, ...parts))).toBeLessThanOrEqual(worstCost(prices, input, output));
      }),
    );
  });

  it('pays for exactly the longest affordable output', () => {
    fc.assert(
      fc.property(anyPrices, count, fc.nat({ max: 5_000_000 }), (prices, input, micros) => {
        const output = affordableOutput(prices, input, micros);
        if (output > 0) expect(worstCost(prices, input, output)).toBeLessThanOrEqual(micros);
        const costsSomething = Math.max(prices.outputPerMillion, prices.reasoningPerMillion) > 1e-6;
        if (costsSomething) expect(worstCost(prices, input, output + 1)).toBeGreaterThan(micros);
      }),
    );
  });
});
