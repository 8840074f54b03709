import type { LanguageModelV4Usage } from '@ai-sdk/provider';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OwnCount } from './usage.ts';
import { ownUsage, readUsage } from './usage.ts';

const own: OwnCount = {
  inputTokens: 30,
  outputTokens: 20,
  reasoningTokens: 0,
  leastInputTokens: 20,
  leastOutputTokens: 15,
  contextTokens: 128_000,
  limitTokens: 4000,
};

type Report = Partial<Record<'prompt' | 'completion' | 'total' | 'cached' | 'written' | 'reasoning', unknown>>;

/** As the AI SDK reports what a server says, which it does not check. */
function reported({ prompt, completion, total, cached, written, reasoning }: Report): LanguageModelV4Usage {
  const usage = {
    inputTokens: { total: prompt, noCache: undefined, cacheRead: cached, cacheWrite: written },
    outputTokens: { total: completion, text: undefined, reasoning },
    raw: { prompt_tokens: prompt, completion_tokens: completion, total_tokens: total },
  };
  return usage as unknown as LanguageModelV4Usage;
}

describe('a report of usage', () => {
  it.each<[string, Report, Partial<OwnCount>, number[], boolean]>([
    ['an honest one', { prompt: 32, completion: 19, total: 51, cached: 8 }, {}, [32, 19, 8, 0], false],
    ['one by another tokenizer', { prompt: 24, completion: 16 }, {}, [24, 16, 0, 0], false],
    ['reasoning within', { prompt: 32, completion: 900, reasoning: 880, total: 932 }, {}, [32, 900, 0, 880], false],
    ['a total with hidden reasoning', { prompt: 32, completion: 9, total: 3041 }, {}, [32, 3009, 0, 0], false],
    ['reasoning outside', { prompt: 32, completion: 9, reasoning: 3000, total: 3041 }, {}, [32, 3009, 0, 3000], false],
    ['reasoning outside, no total', { prompt: 32, completion: 9, reasoning: 3000 }, {}, [32, 3009, 0, 3000], false],
    ['less reasoning outside', { prompt: 32, completion: 90, reasoning: 50, total: 172 }, {}, [32, 140, 0, 50], false],
    ['more cached', { prompt: 4, completion: 30, total: 20_034, cached: 20_000 }, {}, [20_004, 30, 20_000, 0], false],
    ['a cache beside the input', { prompt: 25, completion: 20, cached: 60, written: 40 }, {}, [125, 20, 60, 0], false],
    ['zero output', { prompt: 100, completion: 0, total: 100 }, { outputTokens: 800 }, [100, 800, 0, 0], true],
    [
      'zero output of nothing',
      { prompt: 100, completion: 0 },
      { outputTokens: 0, leastOutputTokens: 0 },
      [100, 0, 0, 0],
      false,
    ],
    ['one token for many words', { prompt: 100, completion: 1 }, { leastOutputTokens: 700 }, [100, 692, 0, 0], true],
    ['zero input', { prompt: 0, completion: 20 }, {}, [30, 20, 0, 0], true],
    ['no input', { completion: 20 }, {}, [30, 20, 0, 0], true],
    ['far too little input', { prompt: 1, completion: 20 }, { leastInputTokens: 5000 }, [4992, 20, 0, 0], true],
    ['nothing', {}, {}, [30, 20, 0, 0], true],
    ['strings', { prompt: '32', completion: '9', total: '3041' }, {}, [32, 3009, 0, 0], false],
    ['no numbers', { prompt: 'many', completion: Number.NaN, total: null }, {}, [30, 20, 0, 0], true],
    ['negative figures', { prompt: -5, completion: -6, total: -11, cached: -3 }, {}, [30, 20, 0, 0], true],
    ['infinity', { prompt: Infinity, completion: '1e999', total: Infinity }, {}, [30, 20, 0, 0], true],
    ['fractions', { prompt: 32.2, completion: 18.5 }, {}, [33, 19, 0, 0], false],
    ['a trillion', { prompt: 1e12, completion: 1e12, total: 2e12 }, {}, [128_000, 127_970, 0, 0], false],
    ['a huge total', { prompt: 32, completion: 20, total: 1e12 }, {}, [32, 127_970, 0, 0], false],
  ])('%s is read dearly', (_name, report, counted, [input, output, cached, reasoning], estimated) => {
    expect(readUsage(reported(report), { ...own, ...counted })).toMatchObject({
      inputTokens: input,
      outputTokens: output,
      cachedInputTokens: cached,
      reasoningTokens: reasoning,
      estimated,
    });
  });

  const figure = fc.oneof(
    fc.nat({ max: 200_000 }),
    fc.constantFrom(undefined, null, 0, -1, Number.NaN, Infinity, 1e15, '17', 'x', {}),
  );
  const report = fc.record({
    prompt: figure,
    completion: figure,
    total: figure,
    cached: figure,
    written: figure,
    reasoning: figure,
  });
  const counts = fc.tuple(fc.nat({ max: 5000 }), fc.nat({ max: 5000 })).map(([input, output]) => ({
    ...own,
    inputTokens: input,
    outputTokens: output,
    leastInputTokens: Math.floor(input * 0.8),
    leastOutputTokens: Math.floor(output * 0.8),
  }));

  it('is never read below our own evidence, nor beyond what is possible', () => {
    fc.assert(
      fc.property(report, counts, (one, counted) => {
        const usage = readUsage(reported(one), counted);
        const parts = [usage.cachedInputTokens, usage.cacheWriteTokens ?? 0, usage.reasoningTokens];
        for (const value of [usage.inputTokens, usage.outputTokens, ...parts]) {
          expect(Number.isSafeInteger(value) && value >= 0).toBe(true);
        }
        expect(usage.cachedInputTokens + (usage.cacheWriteTokens ?? 0)).toBeLessThanOrEqual(usage.inputTokens);
        expect(usage.reasoningTokens).toBeLessThanOrEqual(usage.outputTokens);
        expect(usage.inputTokens).toBeGreaterThanOrEqual(counted.leastInputTokens - 8);
        expect(usage.outputTokens).toBeGreaterThanOrEqual(Math.min(counted.leastOutputTokens, counted.limitTokens) - 8);
        expect(usage.inputTokens).toBeLessThanOrEqual(counted.contextTokens);
        expect(usage.outputTokens).toBeLessThanOrEqual(counted.contextTokens);
      }),
      { numRuns: 2000, seed: 20261129 },
    );
  });

  it('is never read lower in sum for a higher figure', () => {
    const some = fc.integer({ min: 1, max: 100_000 });
    const full = fc.record({
      prompt: some,
      completion: some,
      total: some,
      cached: fc.nat({ max: 9999 }),
      reasoning: some,
    });
    const key = fc.constantFrom('prompt', 'completion', 'total', 'reasoning');
    fc.assert(
      fc.property(full, key, some, counts, (one, which, more, counted) => {
        const sum = (value: Report): number => {
          const { inputTokens, outputTokens } = readUsage(reported(value), counted);
          return inputTokens + outputTokens;
        };
        // A part that comes to fit its whole no longer comes on top of it.
        const higher = { ...one, [which]: one[which] + more };
        const fits =
          higher.cached <= one.prompt && (one.reasoning > one.completion || higher.reasoning <= one.completion);
        if (fits && which !== 'completion') expect(sum(higher)).toBeGreaterThanOrEqual(sum(one));
      }),
      { numRuns: 2000, seed: 20261129 },
    );
  });

  it('is, where there is none, our own count', () => {
    expect(ownUsage({ ...own, outputTokens: 9000, reasoningTokens: 5000 })).toEqual({
      inputTokens: 30,
      outputTokens: 9000,
      cachedInputTokens: 0,
      reasoningTokens: 5000,
      estimated: true,
    });
  });
});
