import { beforeEach, describe, expect, it } from 'vitest';
import type { Json } from '../../kernel/json.ts';
import type { AbilityModel, AbilityUsage, ModelInfo } from '../../platform/models/index.ts';
import { createPrices } from './index.ts';
import type { Prices } from './index.ts';

const model = (details: Partial<ModelInfo> = {}): ModelInfo => ({
  id: 'openai/gpt-x',
  provider: 'openai',
  contextTokens: 1000,
  maxOutputTokens: 500,
  abilities: { vision: false, tools: false, reasoning: false },
  paid: true,
  prices: { inputPerMillion: 1, outputPerMillion: 2 },
  demo: false,
  ...details,
});

/** As the settings service keeps values of the instance. */
function settingsInMemory() {
  const values: Record<string, Json> = {};
  return {
    peek: () => values,
    set: (_service: string, _scope: string, _id: string, key: string, value: Json | undefined) => {
      if (value === undefined) Reflect.deleteProperty(values, key);
      else values[key] = value;
      return Promise.resolve();
    },
  };
}

let prices: Prices;

beforeEach(() => {
  prices = createPrices({
    config: {
      models: { 'openai/priced': { inputPerMillion: 5, outputPerMillion: 6 } },
      abilities: {},
      images: {
        default: 0.03,
        prefixes: { '!hd': 0.08 },
        models: { 'studio/draw': { default: 0.05, sizes: { '512x512': 0.01 } } },
      },
      tools: { web: 0.001 },
    },
    settings: settingsInMemory(),
  });
});

describe('the price of a model', () => {
  it.each([
    ['the catalogue', model(), 'catalogue'],
    ['the settings', model({ id: 'openai/priced' }), 'settings'],
    ['nowhere, since it is free', model({ paid: false, prices: { inputPerMillion: 0, outputPerMillion: 0 } }), 'free'],
  ])('comes from %s', (_name, asked, source) => {
    expect(prices.ofModel(asked)).toEqual({ prices: asked.prices, source });
  });

  it('is unknown for a paid model that nobody priced, until a command does', async () => {
    const unknown = model({ id: 'new/model', prices: null });
    expect(prices.ofModel(unknown)).toBeUndefined();
    await prices.setModel(unknown.id, { inputPerMillion: 3, outputPerMillion: 4 });
    expect(prices.ofModel(unknown)).toEqual({ prices: { inputPerMillion: 3, outputPerMillion: 4 }, source: 'command' });
    expect(prices.overrides().models).toEqual({ 'new/model': { inputPerMillion: 3, outputPerMillion: 4 } });
  });

  it('by command wins until it is unset', async () => {
    await prices.setModel('openai/gpt-x', { inputPerMillion: 9, outputPerMillion: 9 });
    expect(prices.ofModel(model())?.source).toBe('command');
    await prices.setModel('openai/gpt-x', undefined);
    expect(prices.ofModel(model())?.source).toBe('catalogue');
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY, 10_001])('is never %d', async (dollars) => {
    const wrong = { inputPerMillion: dollars, outputPerMillion: 1 };
    await expect(prices.setModel('openai/gpt-x', wrong)).rejects.toThrow(/price/);
    await expect(prices.setImage('!hd', dollars)).rejects.toThrow(/price/);
  });
});

describe('the price of a picture', () => {
  it.each([
    ['the default', {}, 30_000],
    ['its prefix', { prefix: '!hd', modelId: 'studio/draw' }, 80_000],
    ['its model and size', { prefix: '!', modelId: 'studio/draw', size: '512x512' }, 10_000],
    ['its model', { modelId: 'studio/draw', size: '2048x2048' }, 50_000],
  ])('is that of %s', (_name, image, micros) => {
    expect(prices.ofImage(image).micros).toBe(micros);
  });

  it('is published for known models', () => {
    expect(prices.ofImage({ modelId: 'openai/gpt-image-1.5', size: '1024x1024' })).toMatchObject({
      source: 'catalogue openai/gpt-image-1.5',
    });
  });

  it('by command wins for a prefix and for a model', async () => {
    await prices.setImage('!hd', 0.5);
    await prices.setImage('studio/draw', 0);
    expect(prices.ofImage({ prefix: '!hd' }).micros).toBe(500_000);
    expect(prices.ofImage({ modelId: 'studio/draw', size: '512x512' })).toEqual({
      micros: 0,
      source: 'command studio/draw',
    });
  });
});

it('a step of a tool costs what the settings say, or nothing', () => {
  expect(prices.ofTool('web')).toBe(1000);
  expect(prices.ofTool('python')).toBe(0);
});

describe('the price of other work', () => {
  const able = (changes: Partial<AbilityModel>): AbilityModel => ({
    ...{ id: 'p/x', provider: 'p', ability: 'embed', paid: true, prices: null, priceSource: null },
    ...{ longestMs: 1000, demo: false },
    ...changes,
  });
  const of = (changes: Partial<AbilityModel>, usage: Omit<AbilityUsage, 'estimated'>) =>
    prices.ofUse(able(changes), { ...usage, estimated: false });

  it.each([
    ['tokens', { inputPerMillion: 0.02 }, { tokens: 101 }, 3],
    ['minutes', { perMinute: 0.006 }, { seconds: 60 }, 6000],
    ['parts of a minute', { perMinute: 0.006 }, { seconds: 1.234 }, 124],
    ['characters', { perMillionCharacters: 15 }, { characters: 100, seconds: 9 }, 1500],
    ['nothing', { perMinute: 1 }, {}, 0],
  ])('is by %s, rounded up once', (_unit, ofModel, usage, micros) => {
    expect(of({ prices: ofModel }, usage)).toBe(micros);
  });

  it('is that of the chat model that writes an image, by command too, whatever an image costs', async () => {
    const text = { inputTokens: 1000, outputTokens: 500, cachedInputTokens: 0, reasoningTokens: 0 };
    const written = (writer: ModelInfo) => of({ ability: 'draw', writer }, { text, images: { count: 1 } });
    expect(written(model())).toBe(2000);
    expect(written(model({ prices: null }))).toBeUndefined();
    expect(of({ ability: 'draw', writer: model() }, {})).toBe(0);
    await prices.setModel('openai/gpt-x', { inputPerMillion: 10, outputPerMillion: 20 });
    expect(written(model({ prices: null }))).toBe(20_000);
  });

  it('is unknown without a price, and for one in another unit', () => {
    expect(of({}, { tokens: 1 })).toBeUndefined();
    expect(of({ prices: { perMinute: 1 } }, { tokens: 1 })).toBeUndefined();
    expect(of({ paid: false }, { tokens: 1 })).toBe(0);
  });

  it('of images is by size and quality, and never the default', () => {
    const draw = (id: string, paid = true, images: AbilityUsage['images'] = { count: 2 }) =>
      of({ id, ability: 'draw', paid }, { images });
    expect(draw('studio/draw', true, { count: 3, size: '512x512' })).toBe(30_000);
    expect(draw('openai/gpt-image-1-mini', true, { count: 2, size: '1024x1024', quality: 'low' })).toBe(10_000);
    expect(draw('openai/gpt-image-1-mini')).toBe(104_000);
    expect(draw('openai/gpt-image-2')).toBeUndefined();
    expect(draw('home/sd', false)).toBe(0);
  });
});
