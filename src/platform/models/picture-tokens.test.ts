import { describe, expect, it } from 'vitest';
import { pictureTokens } from './picture-tokens.ts';

const square = { width: 1024, height: 1024 };

describe('a picture', () => {
  it.each([
    ['openai/gpt-4o', square, 765],
    ['openai/gpt-4o', { width: 2048, height: 4096 }, 1105],
    ['openai/gpt-4o', { width: 512, height: 512 }, 255],
    ['openai/gpt-4o-2024-11-20', { width: 9000, height: 100 }, 765],
    ['openai/gpt-4o', undefined, 1445],
    ['openai/gpt-4.1', { width: 2049, height: 513 }, 1445],
    ['openai/gpt-4o-mini', { width: 64, height: 64 }, 8500],
    ['openai/gpt-4o-mini', square, 25_501],
    ['openrouter/openai/gpt-4o-mini', undefined, 48_169],
    ['openai/o3', square, 675],
    ['openai/gpt-5', square, 630],
    ['openai/gpt-5-mini', square, 1659],
    ['openai/gpt-4.1-mini', { width: 1800, height: 2400 }, 2489],
    ['openai/gpt-4.1-nano', undefined, 3779],
    ['openai/o4-mini', square, 1762],
    ['openai/gpt-6-luna', square, 1229],
    ['openai/gpt-6-luna', undefined, 12_000],
    ['openai/gpt-5.4-mini', square, 1659],
    ['anthropic/claude-haiku-4-5', square, 1399],
    ['anthropic/claude-sonnet-4-5-20250929', undefined, 1640],
    ['anthropic/claude-opus-4-8', { width: 4000, height: 3000 }, 4784],
    ['anthropic/claude-sonnet-5-5', undefined, 4784],
    ['google/gemini-2.5-pro', { width: 300, height: 300 }, 1120],
    ['google/gemini-2.5-pro', { width: 3072, height: 3072 }, 4128],
    ['ollama/llava', square, 6404],
    ['p/some-model', undefined, 16_384],
    ['p/some-model', { width: 4000, height: 4000 }, 16_384],
    ['p/some-model', { width: Number.NaN, height: 0 }, 16_384],
  ])('for %s of %o costs at most %i tokens', (model, size, tokens) => {
    expect(pictureTokens(model, size)).toBe(tokens);
  });

  it('of unknown size costs as much as any', () => {
    const models = ['gpt-4o', 'gpt-4o-mini', 'gpt-4.1-mini', 'o3', 'gpt-6-sol', 'claude-haiku-4-5', 'gemini-3', 'x'];
    for (const model of models) {
      const most = pictureTokens(model, undefined);
      for (let width = 1; width < 9000; width = Math.ceil(width * 1.3)) {
        for (let height = 1; height < 9000; height = Math.ceil(height * 1.3)) {
          expect(pictureTokens(model, { width, height })).toBeLessThanOrEqual(most);
        }
      }
    }
  });
});
