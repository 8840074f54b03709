import { afterAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../kernel/clock.ts';
import { parse } from 'yaml';
import { silentLogger } from '../../kernel/logger.ts';
import { createManualClock } from '../../testing/manual-clock.ts';
import { startFakeProviders } from '../../testing/providers.ts';
import type { ModelConfig, ProviderConfig } from '../config/index.ts';
import { catalogueNames, describeModel, priceLine } from './catalogue.ts';
import { listModels } from './discovery.ts';
import { createModels } from './index.ts';
import type { ModelPrices } from './port.ts';

const timeouts = { firstByteMs: 1000, stallMs: 1000, totalMs: 1000 };
const config = (changes: Partial<ProviderConfig> & Pick<ProviderConfig, 'type'>): ProviderConfig => ({
  apiKeys: ['key'],
  timeouts,
  optional: false,
  ...changes,
});
const openai = config({ type: 'openai' });
const reseller = config({ type: 'openai-compatible', baseUrl: 'https://api.example.org/v1' });
const local = config({ type: 'openai-compatible', baseUrl: 'http://127.0.0.1:1234/v1' });

function describeNamed(from: ProviderConfig, model: ModelConfig | string, listPrices?: ModelPrices) {
  const described = typeof model === 'string' ? { name: model } : model;
  return describeModel({ provider: 'p', config: from, model: described, listPrices, nowMs: Date.UTC(2026, 10, 30) });
}

describe('a paid model', () => {
  it('of OpenAI, Anthropic or Gemini has the catalogue prices, dated or not', () => {
    const haiku = describeNamed(config({ type: 'anthropic' }), 'claude-haiku-4-5-20251001');
    expect(haiku.prices).toEqual({ inputPerMillion: 1, cachedInputPerMillion: 0.1, outputPerMillion: 5 });
    const pro = describeNamed(config({ type: 'gemini' }), 'gemini-2.5-pro');
    expect(pro).toMatchObject({ contextTokens: 200_000, prices: { inputPerMillion: 1.25, outputPerMillion: 10 } });
    const luna = describeNamed(openai, 'gpt-6-luna');
    expect(luna).toMatchObject({ paid: true, prices: { inputPerMillion: 0.1, cacheWritePerMillion: 0.125 } });
  });

  it('changes its price on the day that is announced', () => {
    const priceAt = (nowMs: number) => {
      const model = { name: 'gemini-3.8-flash' };
      const about = { provider: 'p', config: config({ type: 'gemini' }), model, listPrices: undefined, nowMs };
      return describeModel(about).prices;
    };
    const newYearMs = Date.UTC(2027, 0, 1);
    expect(priceAt(newYearMs - 1)).toMatchObject({ inputPerMillion: 0.75, outputPerMillion: 3.75 });
    expect(priceAt(newYearMs)).toMatchObject({ inputPerMillion: 1.5, outputPerMillion: 7.5 });
  });

  it('has the prices of its provider in the settings before those', () => {
    const prices = { inputPerMillion: 3, outputPerMillion: 4 };
    const models = [{ name: 'gpt-6-luna', prices }];
    expect(describeNamed(config({ type: 'openai', models }), models[0] ?? '').prices).toEqual(prices);
  });

  it('has the prices of the price list before all others', () => {
    const listed = { inputPerMillion: 7, outputPerMillion: 8, reasoningPerMillion: 9 };
    const models = [{ name: 'gpt-6-luna', prices: { inputPerMillion: 3, outputPerMillion: 4 } }];
    expect(describeNamed(config({ type: 'openai', models }), models[0] ?? '', listed).prices).toEqual(listed);
  });

  it('is one of Ollama at a public address, and one of a reseller, without a price', () => {
    const ollama = config({ type: 'ollama', baseUrl: 'https://ollama.example.org' });
    expect(describeNamed(ollama, 'llama3')).toMatchObject({ paid: true, prices: null });
    expect(describeNamed(reseller, 'openai/gpt-5.4-mini')).toMatchObject({
      contextTokens: 400_000,
      paid: true,
      prices: null,
    });
    expect(describeNamed(openai, 'constructor')).toMatchObject({ paid: true, prices: null, contextTokens: 8192 });
  });
});

describe('a model in a private network', () => {
  it('costs nothing, whatever is known of its name or said by its server', () => {
    const free = { paid: false, prices: { inputPerMillion: 0, outputPerMillion: 0 } };
    expect(describeNamed(config({ type: 'ollama' }), 'llama3')).toMatchObject(free);
    expect(describeNamed(config({ type: 'openai', baseUrl: 'http://10.1.2.3/v1' }), 'gpt-5')).toMatchObject(free);
    const told = { name: 'x', prices: { inputPerMillion: 1, outputPerMillion: 1 } };
    expect(describeNamed(local, told)).toMatchObject(free);
  });

  it('is paid once the settings price it, in either place', () => {
    const prices = { inputPerMillion: 1, outputPerMillion: 2 };
    const models = [{ name: 'x', prices }];
    expect(describeNamed({ ...local, models }, models[0] ?? '')).toMatchObject({ paid: true, prices });
    expect(describeNamed(local, 'x', prices)).toMatchObject({ paid: true, prices });
  });
});

describe('a model uses tools', () => {
  it.each([
    ['it is in the catalogue', reseller, 'openai/gpt-5.4-mini', true],
    ['its family is known for it', reseller, 'mistralai/mistral-large-latest', true],
    ['nothing is known of it', reseller, 'acme/parrot-7b', false],
    ['a server of one’s own runs it, which may do so without', local, 'qwen3-coder', false],
    ['the settings say so', local, { name: 'parrot-7b', tools: true }, true],
    ['its provider says otherwise', reseller, { name: 'gpt-5.4-mini', tools: false }, false],
  ])('or not, when %s', (_why, from, model, tools) => {
    expect(describeNamed(from, model).abilities.tools).toBe(tools);
  });
});

describe('the demo model', () => {
  const open = (prices: Record<string, ModelPrices>) =>
    createModels({
      providers: {},
      prices,
      clock: createManualClock(0),
      random: { next: () => 0 },
      logger: silentLogger,
    });

  it('is not paid unless it is priced', async () => {
    expect((await open({})).default).toMatchObject({ demo: true, paid: false });
    const prices = { inputPerMillion: 1, outputPerMillion: 2 };
    expect((await open({ 'demo/familiar': prices })).default).toMatchObject({ demo: true, paid: true, prices });
  });
});

describe('the prices that a server lists', async () => {
  const fake = await startFakeProviders();
  afterAll(() => fake.close());

  it('are taken for each million tokens, and are unknown where figures for tokens cannot say them', async () => {
    fake.models.openai = [
      { id: 'plain', pricing: { prompt: '0.00000015', completion: '0.0000006', request: '0' } },
      { id: 'free', pricing: { prompt: '0', completion: '0' } },
      { id: 'router', pricing: { prompt: '-1', completion: '-1' } },
      { id: 'each-request', pricing: { prompt: '0.000001', completion: '0.000001', request: '0.005' } },
      { id: 'words', pricing: { prompt: 'cheap', completion: '0' } },
      { id: 'none' },
    ];
    const listed = await listModels({
      name: 'p',
      config: { ...local, baseUrl: fake.openaiBaseUrl },
      apiKey: '',
      clock: systemClock,
    });
    expect(listed.map((model) => describeNamed(reseller, model).prices)).toEqual([
      { inputPerMillion: 0.15, outputPerMillion: 0.6 },
      { inputPerMillion: 0, outputPerMillion: 0 },
      null,
      null,
      null,
      null,
    ]);
  });
});

describe('the catalogue', () => {
  it.each(['openai', 'anthropic', 'gemini'] as const)('of %s has prices that can be', (type) => {
    for (const name of catalogueNames(type)) {
      const { prices, contextTokens, maxOutputTokens } = describeNamed(config({ type }), name);
      const { inputPerMillion, outputPerMillion, cachedInputPerMillion = 0 } = prices ?? {};
      expect(cachedInputPerMillion, name).toBeGreaterThan(0);
      expect(inputPerMillion, name).toBeGreaterThan(cachedInputPerMillion);
      expect(outputPerMillion, name).toBeGreaterThan(inputPerMillion ?? 0);
      expect(contextTokens, name).toBeGreaterThan(maxOutputTokens);
    }
  });
});

describe('the lines that price a model', () => {
  it.each(['openai/gpt-x', 'ollama/gpt-oss:20b', `odd/it's "#1": {x}`])('are YAML for %s', (id) => {
    expect(parse(priceLine(id))).toEqual({
      prices: { models: { [id]: { inputPerMillion: 'DOLLARS', outputPerMillion: 'DOLLARS' } } },
    });
  });
});
