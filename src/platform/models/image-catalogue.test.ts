import { describe, expect, it } from 'vitest';
import { imagePriceUsd } from './image-catalogue.ts';

describe('the price of an image', () => {
  it('depends on size and quality, and is that of the best quality by default', () => {
    expect(imagePriceUsd('openai/gpt-image-1.5', '1024x1024')).toBe(0.133);
    expect(imagePriceUsd('openai/gpt-image-1.5', '1536x1024')).toBe(0.2);
    expect(imagePriceUsd('openai/gpt-image-1.5-2025-12-16', '1024x1536', 'medium')).toBe(0.05);
    expect(imagePriceUsd('gpt-image-1-mini', '1024x1024', 'low')).toBe(0.005);
  });

  it('is that of the dearest size where the model chooses', () => {
    expect(imagePriceUsd('openai/gpt-image-1', 'auto')).toBe(0.25);
  });

  it('is one for all sizes with other providers', () => {
    expect(imagePriceUsd('replicate/black-forest-labs/flux-schnell', 'auto')).toBe(0.003);
    expect(imagePriceUsd('stability/upscale-creative', '4096x4096')).toBe(0.6);
    expect(imagePriceUsd('replicate/constructor', 'auto')).toBeUndefined();
  });

  it.each([
    ['openai/gpt-image-1', '4096x4096'],
    ['openai/gpt-image-1', 'constructor'],
    ['openai/gpt-image-2', '1024x1024'],
    ['reseller/gpt-image-1', '1024x1024'],
    ['openai/constructor', '1024x1024'],
  ])('of %s in %s is unknown', (modelId, size) => expect(imagePriceUsd(modelId, size)).toBeUndefined());
});
