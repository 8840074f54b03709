import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { createManualClock } from '../../testing/manual-clock.ts';
import { ask, collect, createModelBench, failure } from '../../testing/model-bench.ts';
import { startFakeProviders } from '../../testing/providers.ts';
import type { ModelInfo, Models } from './index.ts';

const bench = await createModelBench();
const { fake, openai, anthropic, gemini, compatible, ollama, open } = bench;
afterEach(() => bench.finish());
afterAll(() => fake.close());

/** An address where nothing listens. */
async function nowhere(): Promise<string> {
  const gone = await startFakeProviders();
  await gone.close();
  return gone.ollamaBaseUrl;
}

describe('the default model', () => {
  it('is the demo when there is nothing else', async () => {
    const models = await open({ ollama: ollama({ baseUrl: await nowhere(), optional: true }) });
    expect(models.list().map((model) => model.id)).toEqual(['demo/familiar']);
    expect(models.default.demo).toBe(true);
  });

  it('is the cheap current one of the first provider with a key', async () => {
    const models = await open({ anthropic: anthropic(), openai: openai() });
    expect(models.default.id).toBe('anthropic/claude-haiku-5-5');
    expect(models.list().some((model) => model.demo)).toBe(false);
  });

  it('is a local one only when there is no provider with a key', async () => {
    expect((await open({ ollama: ollama(), openai: openai() })).default.id).toBe('openai/gpt-6-luna');
    expect((await open({ ollama: ollama() })).default.id).toBe('ollama/gpt-oss:20b');
  });

  it('is a cheap one of Gemini, whose key serves images as well', async () => {
    const models = await open({ gemini: gemini({ baseUrl: undefined }) });
    expect(models.default).toMatchObject({
      id: 'gemini/gemini-3.5-flash-lite',
      abilities: { vision: true, tools: true, reasoning: true },
      prices: { inputPerMillion: 0.3, cachedInputPerMillion: 0.03, outputPerMillion: 2.5 },
    });
    expect(models.list().map(({ id }) => id)).not.toContain('gemini/gemini-3.1-flash-image');
    expect(models.abilities.list('draw').map(({ id }) => id)).toContain('gemini/gemini-3.1-flash-image');
  });

  it('of Gemini is no model that draws, where the settings name both', async () => {
    const names = ['gemini-3.1-flash-image', 'gemini-2.5-pro'];
    const models = await open({ gemini: gemini({ models: names.map((name) => ({ name })) }) });
    expect(models.list().map(({ id }) => id)).toEqual(['gemini/gemini-2.5-pro']);
    expect(models.abilities.list('draw')[0]?.id).toBe('gemini/gemini-3.1-flash-image');
  });

  it('is the one that the settings name, also when no list has it', async () => {
    const models = await open({ openai: openai({ baseUrl: undefined }) }, { models: { default: 'openai/gpt-9' } });
    expect(models.default).toMatchObject({ id: 'openai/gpt-9', contextTokens: 8192, prices: null });
    expect(models.list()[0]?.id).toBe('openai/gpt-9');
  });

  it('is the demo on request', async () => {
    const models = await open({ openai: openai() }, { models: { default: 'demo/familiar' } });
    expect(models.default.demo).toBe(true);
    expect(models.list().length).toBeGreaterThan(1);
  });
});

describe('models', () => {
  it('of known names come with window, abilities and prices', async () => {
    const models = await open({ anthropic: anthropic({ baseUrl: undefined }) });
    expect(models.find('anthropic/claude-sonnet-5-5')).toMatchObject({
      contextTokens: 1_000_000,
      abilities: { vision: true, tools: true, reasoning: true },
      prices: { inputPerMillion: 2, outputPerMillion: 10, cachedInputPerMillion: 0.1 },
    });
  });

  it('are described by the settings first', async () => {
    const described = {
      name: 'gpt-6-luna',
      contextTokens: 1000,
      vision: false,
      prices: { inputPerMillion: 7, outputPerMillion: 8 },
    };
    const models = await open({ p: openai({ models: [described] }) });
    expect(models.list()).toEqual([
      {
        id: 'p/gpt-6-luna',
        provider: 'p',
        contextTokens: 1000,
        maxOutputTokens: 500,
        abilities: { vision: false, tools: true, reasoning: true },
        paid: true,
        prices: { inputPerMillion: 7, outputPerMillion: 8 },
        demo: false,
      },
    ]);
  });

  it('that a server lists come with what it says of them', async () => {
    fake.models.openai = [
      { id: 'openai/gpt-5.4-mini' },
      {
        id: 'maker/big',
        context_length: 64_000,
        architecture: { input_modalities: ['text', 'image'] },
        supported_parameters: ['tools'],
        pricing: { prompt: '0.000001', completion: '0.000002' },
        top_provider: { max_completion_tokens: 4000 },
      },
      { id: 'text-embedding-3-small' },
    ];
    const models = await open({ router: compatible({ models: undefined }) });
    expect(models.list().map((model) => model.id)).toEqual(['router/openai/gpt-5.4-mini', 'router/maker/big']);
    expect(models.find('router/openai/gpt-5.4-mini')).toMatchObject({ contextTokens: 400_000, paid: false });
    expect(models.find('router/maker/big')).toEqual({
      id: 'router/maker/big',
      provider: 'router',
      contextTokens: 64_000,
      maxOutputTokens: 4000,
      abilities: { vision: true, tools: true, reasoning: false },
      paid: false,
      prices: { inputPerMillion: 0, outputPerMillion: 0 },
      demo: false,
    });
  });

  it('are found by their short name when only one has it', async () => {
    const models = await open({
      a: compatible({ models: [{ name: 'one' }, { name: 'both' }] }),
      b: compatible({ models: [{ name: 'Both' }] }),
    });
    expect(models.find('one')?.id).toBe('a/one');
    expect(models.find('ONE')?.id).toBe('a/one');
    expect(models.find('both')).toBeUndefined();
    expect(models.find('b/Both')?.id).toBe('b/Both');
    expect((await failure(ask(models, 'hi', { modelId: 'a/none' }))).error.code).toBe('model/unknown-model');
  });
});

describe('the candidates of a request', () => {
  const providers = { first: openai(), second: anthropic(), third: compatible() };
  const fallback = ['second/claude-haiku-4-5', 'first/gpt-6-luna', 'gone/model', 'third/plain'];
  const ids = (models: Models, modelId: string) => models.candidates(modelId).map((model) => model.id);

  it('are the model asked for and then the fallbacks that exist, each once', async () => {
    const models = await open(providers, { models: { fallback } });
    expect(ids(models, 'gpt-6-sol')).toEqual([
      'first/gpt-6-sol',
      'second/claude-haiku-4-5',
      'first/gpt-6-luna',
      'third/plain',
    ]);
    expect(ids(models, 'third/plain')).toEqual(['third/plain', 'second/claude-haiku-4-5', 'first/gpt-6-luna']);
    expect(ids(models, 'no/such')).toEqual(['second/claude-haiku-4-5', 'first/gpt-6-luna', 'third/plain']);
  });

  it('answer only when they are allowed', async () => {
    const models = await open(providers, { models: { fallback } });
    const allowed = (model: ModelInfo) => model.provider === 'third';
    const answer = await collect(ask(models, 'hello', { modelId: 'first/gpt-6-sol', allowed }));
    expect(answer.startedBy).toEqual(['third/plain']);
    expect(fake.requests).toHaveLength(1);
    const none = await failure(ask(models, 'hello', { modelId: 'first/gpt-6-sol', allowed: () => false }));
    expect(none.error.code).toBe('model/unknown-model');
    expect(fake.requests).toHaveLength(1);
  });

  it('are judged again when one turns out to be another', async () => {
    const clock = createManualClock(1_700_000_000_000);
    const list = fake.models.openai.splice(0);
    const models = await open({ late: compatible({ models: undefined }) }, { clock });
    expect(models.default.id).toBe('late/auto');
    fake.models.openai.push({ id: 'too-dear' }, ...list);
    await clock.advance(30_000);
    const allowed = (model: ModelInfo) => model.id !== 'late/too-dear';
    const answer = await collect(ask(models, 'hello', { modelId: 'late/auto', allowed }));
    expect(answer.startedBy).toEqual(['late/fake-large']);
  });
});

describe('Ollama', () => {
  it('tells what its models can do; those that only embed are left out', async () => {
    fake.models.ollama = [
      { name: 'nomic-embed-text', capabilities: ['embedding'], contextTokens: 2048 },
      { name: 'llava', capabilities: ['completion', 'vision'], contextTokens: 4096 },
      { name: 'gpt-oss:20b', capabilities: ['completion', 'tools', 'thinking'], contextTokens: 131_072 },
    ];
    const models = await open({ ollama: ollama() });
    expect(models.list()).toMatchObject([
      { id: 'ollama/gpt-oss:20b', contextTokens: 8192, abilities: { vision: false, tools: true, reasoning: true } },
      { id: 'ollama/llava', contextTokens: 4096, abilities: { vision: true, tools: false, reasoning: false } },
    ]);
  });

  it('takes the place of the demo when it is started later', async () => {
    const clock = createManualClock(1_700_000_000_000);
    const kept = fake.models.ollama.splice(0);
    const other = await open({ ollama: ollama({ optional: true }) }, { clock });
    expect(other.default.demo).toBe(true);
    fake.models.ollama.push(...kept);
    expect(other.default.demo).toBe(true);
    await clock.advance(30_000);
    await expect.poll(() => other.default.id).toBe('ollama/gpt-oss:20b');
  });
});

describe('the start', () => {
  it('does not wait long for a provider that is slow to list its models', async () => {
    const clock = createManualClock(1_700_000_000_000);
    const silent = await startFakeProviders({ silent: true });
    let ready = false;
    const starting = open({ p: compatible({ baseUrl: silent.openaiBaseUrl, models: undefined }) }, { clock }).then(
      (models) => {
        ready = true;
        return models;
      },
    );
    await clock.advance(299);
    expect(ready).toBe(false);
    await clock.advance(1);
    const models = await starting;
    expect(models.default.id).toBe('p/auto');
    await silent.close();
  });

  it('goes on without a provider that is down, which is named when it is asked', async () => {
    const baseUrl = `${await nowhere()}/v1`;
    const models = await open({ studio: compatible({ baseUrl, models: undefined }) });
    expect(models.default).toMatchObject({ id: 'studio/auto', demo: false });
    const { error } = await failure(ask(models, 'hello'));
    expect(error).toMatchObject({ code: 'model/unreachable', retryable: true });
    expect(error.message).toContain('studio');
  });

  it('says what to do about a provider that cannot list its models', async () => {
    fake.refuseLists('simple', 404);
    const models = await open({ simple: compatible({ apiKeys: ['simple'], models: undefined }) });
    const { error } = await failure(ask(models, 'hello'));
    expect(error).toMatchObject({ code: 'model/unknown-model', retryable: false });
    expect(error.message).toContain('providers.simple.models');
  });

  it('lets whatever the provider has answer once it is up', async () => {
    const clock = createManualClock(1_700_000_000_000);
    const list = fake.models.openai.splice(0);
    const models = await open({ studio: compatible({ models: undefined }) }, { clock });
    expect(models.default.id).toBe('studio/auto');
    fake.models.openai.push(...list);
    await clock.advance(30_000);
    const answer = await collect(ask(models, 'hello', { modelId: 'studio/auto' }));
    expect(answer.startedBy).toEqual(['studio/fake-large']);
  });
});

describe('the check', () => {
  it('says of each provider whether it answers and what to do', async () => {
    const gone = await nowhere();
    fake.refuseLists('bad', 401);
    fake.refuseLists('simple', 404);
    const models = await open({
      good: openai(),
      claude: anthropic(),
      google: gemini(),
      googled: gemini({ apiKeys: ['bad'] }),
      locked: compatible({ apiKeys: ['bad'] }),
      simple: compatible({ apiKeys: ['simple'] }),
      down: compatible({ baseUrl: `${gone}/v1` }),
      maybe: ollama({ baseUrl: gone, optional: true }),
    });
    expect(await models.check()).toEqual([
      { provider: 'good', state: 'up', detail: '1 model' },
      { provider: 'claude', state: 'up', detail: '1 model' },
      { provider: 'google', state: 'up', detail: '2 models' },
      { provider: 'googled', state: 'down', fault: 'bad-key', detail: expect.stringContaining('is refused') as string },
      { provider: 'locked', state: 'down', fault: 'bad-key', detail: expect.stringContaining('is refused') as string },
      { provider: 'simple', state: 'up', detail: 'it answers, but lists no models' },
      {
        provider: 'down',
        state: 'down',
        fault: 'unreachable',
        detail: expect.stringContaining(`nothing answers at ${gone}/v1`) as string,
      },
      { provider: 'maybe', state: 'unknown', detail: `not running (optional), at ${gone}` },
    ]);
  });

  it('names the demo when that is what answers', async () => {
    const models = await open({});
    expect(await models.check()).toEqual([
      { provider: 'demo', state: 'up', detail: expect.stringContaining('built in') as string },
    ]);
  });
});
