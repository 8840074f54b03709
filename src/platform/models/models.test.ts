import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Cancelled, VendorError } from '../../kernel/errors.ts';
import type { Logger } from '../../kernel/logger.ts';
import { silentLogger } from '../../kernel/logger.ts';
import { systemClock } from '../../kernel/clock.ts';
import type { Clock } from '../../kernel/clock.ts';
import { createManualClock } from '../../testing/manual-clock.ts';
import { startFakeProviders } from '../../testing/providers.ts';
import type { FakeProviders } from '../../testing/providers.ts';
import type { ProviderConfig } from '../config/index.ts';
import { createModels } from './index.ts';
import type { ChatEvent, ChatMessage, Models } from './index.ts';

let fake: FakeProviders;
const opened: Models[] = [];
beforeAll(async () => {
  fake = await startFakeProviders();
});
afterEach(async () => {
  const unused = fake.unused();
  await Promise.all(opened.splice(0).map((models) => models.close()));
  fake.reset();
  expect(unused).toEqual([]);
});
afterAll(() => fake.close());

const timeouts = { firstByteMs: 10_000, stallMs: 5000, totalMs: 60_000 };

function provider(config: Partial<ProviderConfig> & Pick<ProviderConfig, 'type'>): ProviderConfig {
  return { apiKeys: ['key-1'], timeouts, optional: false, ...config };
}

const openai = (config: Partial<ProviderConfig> = {}) =>
  provider({ type: 'openai', baseUrl: fake.openaiBaseUrl, ...config });
const anthropic = (config: Partial<ProviderConfig> = {}) =>
  provider({ type: 'anthropic', baseUrl: fake.anthropicBaseUrl, ...config });
const compatible = (config: Partial<ProviderConfig> = {}) =>
  provider({ type: 'openai-compatible', baseUrl: fake.openaiBaseUrl, models: [{ name: 'plain' }], ...config });
const ollama = (config: Partial<ProviderConfig> = {}) =>
  provider({ type: 'ollama', baseUrl: fake.ollamaBaseUrl, apiKeys: [], ...config });

interface Setup {
  models?: { default?: string; fallback?: string[] };
  clock?: Clock;
  logger?: Logger;
}

async function open(providers: Record<string, ProviderConfig>, setup: Setup = {}): Promise<Models> {
  const models = await createModels({
    providers,
    clock: systemClock,
    random: { next: () => 0 },
    logger: silentLogger,
    ...setup,
  });
  opened.push(models);
  return models;
}

interface Asked {
  modelId?: string;
  messages?: ChatMessage[];
  signal?: AbortSignal;
  maxOutputTokens?: number;
}

function ask(models: Models, question: string, asked: Asked = {}): AsyncIterable<ChatEvent> {
  return models.stream({
    modelId: asked.modelId ?? models.default.id,
    messages: asked.messages ?? [
      { role: 'system', content: 'Be kind.' },
      { role: 'user', content: question },
    ],
    maxOutputTokens: asked.maxOutputTokens ?? 500,
    signal: asked.signal ?? new AbortController().signal,
  });
}

interface Answer {
  startedBy: string[];
  text: string;
  reasoning: string;
  finish: Extract<ChatEvent, { type: 'finish' }> | undefined;
}

async function collect(events: AsyncIterable<ChatEvent>): Promise<Answer> {
  const answer: Answer = { startedBy: [], text: '', reasoning: '', finish: undefined };
  for await (const event of events) {
    if (event.type === 'start') answer.startedBy.push(event.modelId);
    else if (event.type === 'finish') answer.finish = event;
    else answer[event.type] += event.text;
  }
  return answer;
}

async function failure(events: AsyncIterable<ChatEvent>): Promise<{ error: VendorError; text: string }> {
  let text = '';
  try {
    for await (const event of events) if (event.type === 'text') text += event.text;
  } catch (error) {
    expect(error).toBeInstanceOf(VendorError);
    return { error: error as VendorError, text };
  }
  throw new Error('expected the stream to fail');
}

const kinds = [
  ['OpenAI', () => ({ p: openai({ models: [{ name: 'gpt-6-luna' }] }) }), 'p/gpt-6-luna', 'responses'],
  ['Anthropic', () => ({ p: anthropic({ models: [{ name: 'claude-haiku-4-5' }] }) }), 'p/claude-haiku-4-5', 'messages'],
  ['a compatible server', () => ({ p: compatible() }), 'p/plain', 'chat'],
  ['Ollama', () => ({ p: ollama() }), 'p/gpt-oss:20b', 'chat'],
] as const;

describe.each(kinds)('%s', (_name, providers, modelId, api) => {
  it('streams its answer and reports what it used', async () => {
    fake.answer('weather', {
      chunks: ['It is ', 'sunny.'],
      usage: { inputTokens: 100, outputTokens: 20, cachedInputTokens: 40 },
    });
    const models = await open(providers());
    const answer = await collect(ask(models, 'How is the weather?'));
    expect(answer).toMatchObject({ startedBy: [modelId], text: 'It is sunny.' });
    expect(answer.finish).toEqual({
      type: 'finish',
      reason: 'stop',
      usage: { inputTokens: 100, outputTokens: 20, cachedInputTokens: 40, reasoningTokens: 0, estimated: false },
    });
    expect(fake.requests[0]).toMatchObject({ api, userText: 'How is the weather?', model: modelId.slice(2) });
    if (api === 'responses') expect(fake.requests[0]?.body['store']).toBe(false);
  });

  it('says why an answer ended', async () => {
    fake.answer('long', { text: 'a b', finishReason: 'length' });
    fake.answer('bad', { text: 'a', finishReason: 'content-filter' });
    const models = await open(providers());
    expect((await collect(ask(models, 'long'))).finish?.reason).toBe('length');
    expect((await collect(ask(models, 'bad'))).finish?.reason).toBe('refused');
  });

  it.each([
    [429, { code: 'model/rate-limited', retryable: true }, {}],
    [503, { code: 'model/overloaded', retryable: true }, {}],
    [529, { code: 'model/overloaded', retryable: true }, {}],
    [500, { code: 'model/failed', retryable: true }, {}],
    [504, { code: 'model/timeout', retryable: true }, {}],
    [401, { code: 'model/bad-key', retryable: false }, {}],
    [404, { code: 'model/unknown-model', retryable: false }, {}],
    [400, { code: 'model/failed', retryable: false }, {}],
    [
      400,
      { code: 'model/too-long', retryable: false },
      { text: "This model's maximum context length is 8192 tokens." },
    ],
    [400, { code: 'model/refused', retryable: false }, { text: 'Rejected by the content filter.' }],
    [429, { code: 'model/bad-key', retryable: false }, { errorCode: 'insufficient_quota' }],
  ])('answers with %i: %j', async (status, expected, answer) => {
    fake.answer('question', { status, ...answer });
    const models = await open(providers());
    const { error, text } = await failure(ask(models, 'question'));
    expect(error).toMatchObject(expected);
    expect(text).toBe('');
  });

  it('hands on what it said before the connection broke', async () => {
    fake.answer('question', { chunks: ['one ', 'two ', 'three'], cutAfterChunks: 1, delayMs: 20 });
    const models = await open(providers());
    const { error, text } = await failure(ask(models, 'question'));
    expect(error).toMatchObject({ code: 'model/unreachable', retryable: true });
    expect('one ').toContain(text);
  });

  it('is hung up on when the caller gives up, at once and with the reason given', async () => {
    fake.answer('question', { chunks: ['one ', 'two'], stallAfterChunks: 1 });
    const models = await open(providers());
    const controller = new AbortController();
    const reason = new Cancelled('somebody');
    const seen: string[] = [];
    const run = (async () => {
      for await (const event of ask(models, 'question', { signal: controller.signal })) {
        if (event.type !== 'text') continue;
        seen.push(event.text);
        controller.abort(reason);
      }
    })();
    await expect(run).rejects.toBe(reason);
    expect(seen).toEqual(['one ']);
    await fake.requests[0]?.closed;
    expect(fake.requests[0]?.aborted).toBe(true);
  });
});

describe('answers', () => {
  it('stop being paid for when nobody reads on', async () => {
    fake.answer('question', { chunks: ['one ', 'two'], stallAfterChunks: 1 });
    const models = await open({ p: compatible() });
    for await (const event of ask(models, 'question')) if (event.type === 'text') break;
    await fake.requests[0]?.closed;
    expect(fake.requests[0]?.aborted).toBe(true);
  });

  it('are given up at once when the caller leaves before a first byte', async () => {
    fake.answer('question', { hang: true });
    const models = await open({ p: openai() });
    const controller = new AbortController();
    const run = collect(ask(models, 'question', { signal: controller.signal }));
    await fake.requested('question');
    controller.abort(new Cancelled('somebody'));
    await expect(run).rejects.toThrow('cancelled by somebody');
  });

  it('carry reasoning apart from text', async () => {
    fake.answer('question', { reasoning: ['Hmm, ', 'well.'], text: 'Yes.' });
    const models = await open({ p: compatible() });
    expect(await collect(ask(models, 'question'))).toMatchObject({ reasoning: 'Hmm, well.', text: 'Yes.' });
  });

  it('are counted when the provider reports no usage', async () => {
    fake.answer('question', { text: 'one two three four five', usage: null });
    const models = await open({ p: compatible() });
    models.countTokens('load');
    const { finish } = await collect(ask(models, 'question'));
    expect(finish?.usage.estimated).toBe(true);
    expect(finish?.usage.outputTokens).toBeGreaterThanOrEqual(5);
    expect(finish?.usage.inputTokens).toBeGreaterThan(2);
  });

  it('ask for no more than the model can write', async () => {
    const models = await open({ p: compatible({ models: [{ name: 'small', maxOutputTokens: 64 }] }) });
    await collect(ask(models, 'hello', { maxOutputTokens: 5000 }));
    expect(fake.requests[0]?.body['max_tokens']).toBe(64);
  });
});

describe('pictures', () => {
  const messages: ChatMessage[] = [
    {
      role: 'user',
      content: [
        { type: 'text', text: 'What is this?' },
        { type: 'image', mediaType: 'image/png', data: new Uint8Array([137, 80, 78, 71]) },
      ],
    },
    { role: 'assistant', content: '' },
    { role: 'user', content: [{ type: 'image', mediaType: 'image/png', data: new Uint8Array([137, 80]) }] },
  ];

  it('are sent to models that see', async () => {
    const models = await open({ p: compatible({ models: [{ name: 'eyes', vision: true }] }) });
    await collect(ask(models, '', { messages }));
    expect(fake.requests[0]?.images).toBe(2);
  });

  it('are never sent to models that do not', async () => {
    const models = await open({ p: compatible() });
    await collect(ask(models, '', { messages }));
    expect(fake.requests[0]?.images).toBe(0);
    expect(JSON.stringify(fake.requests[0]?.body)).toContain('a picture that you cannot see');
  });
});

describe('waiting', () => {
  it.each([
    ['for a first byte', { hang: true }, 10_000, 'nothing came within 10 s'],
    ['for the next word', { chunks: ['one ', 'two'], stallAfterChunks: 1 }, 5000, 'it fell silent for 5 s'],
  ])('%s ends', async (_what, answer, waitMs, message) => {
    const clock = createManualClock(1_700_000_000_000);
    fake.answer('question', answer);
    const models = await open({ p: compatible() }, { clock });
    const firstText = Promise.withResolvers<void>();
    const run = failure(
      (async function* () {
        for await (const event of ask(models, 'question')) {
          if (event.type === 'text') firstText.resolve();
          yield event;
        }
      })(),
    );
    await fake.requested('question');
    if (!('hang' in answer)) await firstText.promise;
    await clock.advance(waitMs - 1);
    await clock.advance(1);
    expect((await run).error).toMatchObject({
      code: 'model/timeout',
      retryable: true,
      message: expect.stringContaining(message) as string,
    });
    await fake.requests[0]?.closed;
    expect(fake.requests[0]?.aborted).toBe(true);
    expect(clock.pending).toBe(0);
  });

  it('for a whole answer ends, however lively it is', async () => {
    const clock = createManualClock(1_700_000_000_000);
    fake.answer('question', { chunks: Array.from({ length: 500 }, () => 'word '), delayMs: 5 });
    const models = await open({ p: compatible({ timeouts: { ...timeouts, totalMs: 20_000 } }) }, { clock });
    const run = (async () => {
      let words = 0;
      for await (const event of ask(models, 'question')) {
        if (event.type === 'text' && ++words <= 6) await clock.advance(4000);
      }
    })();
    await expect(run).rejects.toMatchObject({ code: 'model/timeout' });
  });
});

describe('several keys', () => {
  it('are taken in turn', async () => {
    const models = await open({ p: openai({ apiKeys: ['a', 'b', 'c'] }) });
    for (let round = 0; round < 4; round++) await collect(ask(models, 'hello'));
    expect(fake.requests.map((request) => request.apiKey)).toEqual(['a', 'b', 'c', 'a']);
  });

  it('stand in for one that is rate limited, which rests as long as it is told to', async () => {
    const clock = createManualClock(1_700_000_000_000);
    fake.answer((request) => request.apiKey === 'a', { status: 429, headers: { 'retry-after': '30' } });
    const models = await open({ p: compatible({ apiKeys: ['a', 'b'] }) }, { clock });
    expect((await collect(ask(models, 'hello'))).startedBy).toEqual(['p/plain']);
    await collect(ask(models, 'hello'));
    await clock.advance(30_000);
    await collect(ask(models, 'hello'));
    expect(fake.requests.map((request) => request.apiKey)).toEqual(['a', 'b', 'b', 'a']);
  });

  it('that all rest say when the first is back, without asking', async () => {
    const clock = createManualClock(Date.parse('2026-11-21T12:00:00Z'));
    fake.answer((request) => request.apiKey === 'a', { status: 429, headers: { 'retry-after-ms': '12500' } });
    fake.answer((request) => request.apiKey === 'b', {
      status: 429,
      headers: { 'retry-after': 'Sat, 21 Nov 2026 12:00:09 GMT' },
    });
    const models = await open({ p: anthropic({ apiKeys: ['a', 'b'] }) }, { clock });
    expect((await failure(ask(models, 'hello'))).error).toMatchObject({
      code: 'model/rate-limited',
      retryAfterMs: 9000,
    });
    await clock.advance(1000);
    expect((await failure(ask(models, 'hello'))).error).toMatchObject({
      code: 'model/rate-limited',
      retryAfterMs: 8000,
    });
    expect(fake.requests).toHaveLength(2);
  });

  it('do without a bad one, which is told of once', async () => {
    const lines: object[] = [];
    const logger: Logger = { ...silentLogger, warn: (fields) => lines.push(fields) };
    fake.answer((request) => request.apiKey === 'secret-a', { status: 401 });
    const models = await open({ p: openai({ apiKeys: ['secret-a', 'b'] }) }, { logger });
    for (let round = 0; round < 3; round++) await collect(ask(models, 'hello'));
    expect(fake.requests.map((request) => request.apiKey)).toEqual(['secret-a', 'b', 'b', 'b']);
    expect(lines).toHaveLength(1);
    expect(JSON.stringify(lines)).not.toContain('secret-a');
  });
});

describe('another model', () => {
  it('answers when the one asked for does not, and is named', async () => {
    fake.answer((request) => request.provider === 'openai', { status: 503 });
    const models = await open(
      { first: openai(), second: anthropic() },
      { models: { fallback: ['second/claude-haiku-4-5'] } },
    );
    const answer = await collect(ask(models, 'hello'));
    expect(answer).toMatchObject({ startedBy: ['second/claude-haiku-4-5'], text: 'You said: hello' });
  });

  it('is not tried once something was said', async () => {
    fake.answer((request) => request.provider === 'openai', {
      chunks: ['one ', 'two'],
      cutAfterChunks: 1,
      delayMs: 20,
      reasoning: ['so'],
    });
    const models = await open(
      { first: compatible(), second: anthropic() },
      { models: { fallback: ['second/claude-haiku-4-5'] } },
    );
    expect((await failure(ask(models, 'hello'))).error.code).toBe('model/unreachable');
    expect(fake.requests).toHaveLength(1);
  });

  it('is not tried for what every model would refuse', async () => {
    fake.answer('hello', { status: 400, text: 'Your prompt is too long.' });
    const models = await open(
      { first: openai(), second: anthropic() },
      { models: { fallback: ['second/claude-haiku-4-5'] } },
    );
    expect((await failure(ask(models, 'hello'))).error.code).toBe('model/too-long');
  });

  it('failing too leaves the first failure to be told', async () => {
    fake.answer((request) => request.provider === 'openai', { status: 429, headers: { 'retry-after': '5' } });
    fake.answer((request) => request.provider === 'anthropic', { status: 529 });
    const models = await open(
      { first: openai(), second: anthropic() },
      { models: { fallback: ['second/claude-haiku-4-5'] } },
    );
    const { error } = await failure(ask(models, 'hello'));
    expect(error.code).toBe('model/rate-limited');
    expect(error.retryAfterMs).toBeGreaterThan(4000);
  });
});

describe('the circuit breaker', () => {
  it('leaves a failing provider alone, tries it once after a while, and closes when it is well', async () => {
    const clock = createManualClock(1_700_000_000_000);
    fake.answer('down', { status: 503, times: 6 });
    const models = await open({ p: compatible() }, { clock });
    for (let round = 0; round < 5; round++)
      expect((await failure(ask(models, 'down'))).error.code).toBe('model/overloaded');
    const refused = (await failure(ask(models, 'down'))).error;
    expect(refused).toMatchObject({ code: 'model/unreachable', retryable: true, retryAfterMs: 30_000 });
    expect(fake.requests).toHaveLength(5);

    await clock.advance(30_000);
    expect((await failure(ask(models, 'down'))).error.code).toBe('model/overloaded');
    expect((await failure(ask(models, 'down'))).error.code).toBe('model/unreachable');
    expect(fake.requests).toHaveLength(6);

    await clock.advance(30_000);
    const [trial, meanwhile] = await Promise.all([collect(ask(models, 'hi')), failure(ask(models, 'hi'))]);
    expect(trial.text).toBe('You said: hi');
    expect(meanwhile.error.code).toBe('model/unreachable');
    expect((await collect(ask(models, 'hi'))).text).toBe('You said: hi');
  });

  it('is not moved by refused requests or cancelled calls', async () => {
    fake.answer('bad', { status: 400, times: 6 });
    const models = await open({ p: compatible() });
    for (let round = 0; round < 6; round++) expect((await failure(ask(models, 'bad'))).error.code).toBe('model/failed');
    expect((await collect(ask(models, 'good'))).text).toBe('You said: good');
  });

  it('counts a server that is not there', async () => {
    const gone = await startFakeProviders();
    await gone.close();
    const models = await open({ p: compatible({ baseUrl: gone.openaiBaseUrl }) });
    const { error } = await failure(ask(models, 'hello'));
    expect(error).toMatchObject({ code: 'model/unreachable', retryable: true });
  });
});
