import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { Cancelled } from '../../kernel/errors.ts';
import { ask, collect, createModelBench, failure } from '../../testing/model-bench.ts';
import type { ChatMessage } from './index.ts';

const bench = await createModelBench();
const { fake, openai, anthropic, compatible, ollama, open } = bench;
afterEach(() => bench.finish());
afterAll(() => fake.close());

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
