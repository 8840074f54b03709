import type { LanguageModelV4, LanguageModelV4StreamPart } from '@ai-sdk/provider';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../kernel/clock.ts';
import { Cancelled } from '../../kernel/errors.ts';
import { createManualClock } from '../../testing/manual-clock.ts';
import { ask, collect, createModelBench, failure, timeouts } from '../../testing/model-bench.ts';
import type { Asked } from '../../testing/model-bench.ts';
import { startFakeProviders } from '../../testing/providers.ts';
import { callModel } from './call.ts';
import { assistantMessage, picturePart, textPart, userMessage } from './index.ts';
import type { ModelInfo, ModelMessage, Models, Usage } from './index.ts';

const bench = await createModelBench();
const { fake, openai, anthropic, gemini, compatible, ollama, open } = bench;
afterEach(() => bench.finish());
afterAll(() => fake.close());

const kinds = [
  ['OpenAI', () => ({ p: openai({ models: [{ name: 'gpt-6-luna' }] }) }), 'p/gpt-6-luna', 'responses'],
  ['Anthropic', () => ({ p: anthropic({ models: [{ name: 'claude-haiku-4-5' }] }) }), 'p/claude-haiku-4-5', 'messages'],
  [
    'Gemini',
    () => ({ p: gemini({ models: [{ name: 'gemini-3.5-flash-lite' }] }) }),
    'p/gemini-3.5-flash-lite',
    'generate',
  ],
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
      message: { role: 'assistant', content: [expect.objectContaining({ type: 'text', text: 'It is sunny.' })] },
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
    [429, { code: 'model/no-credit', retryable: false }, { errorCode: 'insufficient_quota' }],
    [402, { code: 'model/no-credit', retryable: false }, {}],
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
    expect(error).toMatchObject({ code: 'model/broke-off', retryable: true });
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

/** Asks and collects what `onUsage` is told, as `model: usage`. Resolves when the stream has ended, however it does. */
async function usageOf(models: Models, question: string, asked: Asked = {}): Promise<[string, Usage][]> {
  const told: [string, Usage][] = [];
  const onUsage = (usage: Usage, model: ModelInfo): void => void told.push([model.id, usage]);
  await collect(ask(models, question, { ...asked, onUsage })).catch(() => undefined);
  return told;
}

const nothing: Usage = {
  inputTokens: 0,
  outputTokens: 0,
  cachedInputTokens: 0,
  reasoningTokens: 0,
  estimated: false,
};

/** Of a call that was cut: some input, and `output` or nothing more. */
function cut(output: (tokens: number) => boolean = (tokens) => tokens === 0): unknown {
  return expect.toSatisfy(
    (usage: Usage) => usage.estimated && usage.inputTokens > 2 && output(usage.outputTokens),
    'a usage that is estimated',
  );
}

describe.each(kinds)('what a call of %s used', (_name, providers, modelId) => {
  it('is told as the provider reports it, before the end is seen', async () => {
    fake.answer('question', { text: 'answer', usage: { inputTokens: 100, outputTokens: 20, cachedInputTokens: 40 } });
    const models = await open(providers());
    const order: unknown[] = [];
    const onUsage = (usage: Usage, model: ModelInfo): void => void order.push([model.id, usage]);
    for await (const event of ask(models, 'question', { onUsage }))
      if (event.type === 'finish') order.push(event.usage);
    const usage = { ...nothing, inputTokens: 100, outputTokens: 20, cachedInputTokens: 40 };
    expect(order).toEqual([[modelId, usage], usage]);
  });

  it('is nothing when it is answered with an error', async () => {
    fake.answer('question', { status: 503 });
    expect(await usageOf(await open(providers()), 'question')).toEqual([[modelId, nothing]]);
  });

  it('is estimated from input and output so far when the connection breaks', async () => {
    fake.answer('question', { chunks: ['one two three ', 'four'], cutAfterChunks: 1, delayMs: 20 });
    expect(await usageOf(await open(providers()), 'question')).toEqual([[modelId, cut((tokens) => tokens < 20)]]);
  });

  it('is estimated from input and output so far when the caller gives up', async () => {
    fake.answer('question', { chunks: ['one two three ', 'four'], stallAfterChunks: 1 });
    const models = await open(providers());
    const told: Usage[] = [];
    const controller = new AbortController();
    const run = (async () => {
      const asked = { signal: controller.signal, onUsage: (usage: Usage) => void told.push(usage) };
      for await (const event of ask(models, 'question', asked)) {
        if (event.type === 'text') controller.abort(new Cancelled('somebody'));
      }
    })();
    await expect(run).rejects.toThrow('cancelled');
    expect(told).toEqual([cut((tokens) => tokens >= 3 && tokens < 20)]);
  });
});

describe('what was used', () => {
  const models = () => open({ p: compatible() });

  it('is estimated when the reader leaves', async () => {
    fake.answer('question', { chunks: ['one two three ', 'four'], stallAfterChunks: 1 });
    const told: Usage[] = [];
    const asked = { onUsage: (usage: Usage) => void told.push(usage) };
    for await (const event of ask(await models(), 'question', asked)) if (event.type === 'text') break;
    expect(told).toEqual([cut((tokens) => tokens >= 3)]);
  });

  it('is estimated when the answer falls silent', async () => {
    const clock = createManualClock(1_700_000_000_000);
    fake.answer('question', { chunks: ['one two three ', 'four'], stallAfterChunks: 1 });
    const told: Usage[] = [];
    const firstText = Promise.withResolvers<void>();
    const asked = { onUsage: (usage: Usage) => void told.push(usage) };
    const events = ask(await open({ p: compatible() }, { clock }), 'question', asked);
    const run = (async () => {
      for await (const event of events) if (event.type === 'text') firstText.resolve();
    })();
    await Promise.all([expect(run).rejects.toThrow('fell silent'), firstText.promise.then(() => clock.advance(5000))]);
    expect(told).toEqual([cut((tokens) => tokens >= 3)]);
  });

  it('is the input when nothing came in time', async () => {
    const clock = createManualClock(1_700_000_000_000);
    fake.answer('question', { hang: true });
    const told = usageOf(await open({ p: compatible() }, { clock }), 'question');
    await fake.requested('question');
    await clock.advance(10_000);
    expect(await told).toEqual([['p/plain', cut()]]);
  });

  it('is the input when the caller gives up before a first word', async () => {
    fake.answer('question', { hang: true });
    const controller = new AbortController();
    const told = usageOf(await models(), 'question', { signal: controller.signal });
    await fake.requested('question');
    controller.abort(new Cancelled('somebody'));
    expect(await told).toEqual([['p/plain', cut()]]);
  });

  it('counts pictures for models that see them', async () => {
    const picture = picturePart({ mediaType: 'image/png', data: new Uint8Array([137, 80]) });
    const messages: ModelMessage[] = [userMessage([picture, textPart('What is this?')])];
    fake.answer('What', { text: 'A cat.', usage: null, times: 2 });
    const seeing = await open({ p: compatible({ models: [{ name: 'eyes', vision: true }] }) });
    const [seen] = await usageOf(seeing, '', { messages });
    const [unseen] = await usageOf(await models(), '', { messages });
    expect((seen?.[1].inputTokens ?? 0) - (unseen?.[1].inputTokens ?? 0)).toBeGreaterThan(1000);
  });

  it('is nothing where no server is', async () => {
    const gone = await startFakeProviders();
    await gone.close();
    const unreachable = await open({ p: compatible({ baseUrl: gone.openaiBaseUrl }) });
    expect(await usageOf(unreachable, 'question')).toEqual([['p/plain', nothing]]);
  });

  it('is told of no call that was never begun', async () => {
    const aborted = AbortSignal.abort(new Cancelled('somebody'));
    expect(await usageOf(await models(), 'question', { signal: aborted })).toEqual([]);
    expect(await usageOf(await models(), 'question', { allowed: () => false })).toEqual([]);
    expect(fake.requests).toEqual([]);
  });

  it('is told for every key and model that was tried', async () => {
    fake.answer((request) => request.apiKey === 'a', { status: 429 });
    fake.answer((request) => request.apiKey === 'b', { status: 401 });
    const several = await open(
      { first: compatible({ apiKeys: ['a', 'b'] }), second: anthropic() },
      { models: { fallback: ['second/claude-haiku-4-5'] } },
    );
    expect(await usageOf(several, 'question')).toMatchObject([
      ['first/plain', nothing],
      ['first/plain', nothing],
      ['second/claude-haiku-4-5', { estimated: false }],
    ]);
  });

  it.each([
    ['more cached than there was', { inputTokens: 10, outputTokens: 5, cachedInputTokens: 99 }, [109, 99, 5, false]],
    ['negative counts', { inputTokens: -10, outputTokens: 5 }, [expect.any(Number), 0, 5, true]],
  ])('is never absurd, though the provider reports %s', async (_what, usage, expected) => {
    fake.answer('question', { text: 'answer', usage });
    const [told] = await usageOf(await models(), 'question');
    const { inputTokens, cachedInputTokens, outputTokens, estimated } = told?.[1] ?? nothing;
    expect([inputTokens, cachedInputTokens, outputTokens, estimated]).toEqual(expected);
    expect(Math.min(inputTokens, outputTokens)).toBeGreaterThan(0);
  });

  it('has what was put into a cache apart, where the provider charges for it', async () => {
    const finish: LanguageModelV4StreamPart = {
      type: 'finish',
      finishReason: { unified: 'stop', raw: 'stop' },
      usage: {
        inputTokens: { total: 100, noCache: 20, cacheRead: 30, cacheWrite: 50 },
        outputTokens: { total: 10, text: 4, reasoning: 6 },
      },
    };
    const model: LanguageModelV4 = {
      specificationVersion: 'v4',
      provider: 'p',
      modelId: 'm',
      supportedUrls: {},
      doGenerate: () => Promise.reject(new Error('only streams are asked for')),
      doStream: () => Promise.resolve({ stream: new ReadableStream({ start: (sink) => sink.enqueue(finish) }) }),
    };
    const told: Usage[] = [];
    const { signal } = new AbortController();
    const onUsage = (usage: Usage): void => void told.push(usage);
    const request = { modelId: 'demo/familiar', messages: [], maxOutputTokens: 10, signal, onUsage };
    const options = {
      info: (await open({})).default,
      timeouts,
      clock: systemClock,
      counter: {
        measure: () => Promise.resolve({ tokens: 1, least: 1, most: 1 }),
        measureWithin: () => Promise.resolve({ tokens: 1, least: 1, most: 1, within: 1 }),
      },
    };
    for await (const event of callModel({ ...options, model, request })) expect(event.type).toBe('finish');
    expect(told).toEqual([
      {
        inputTokens: 100,
        outputTokens: 10,
        cachedInputTokens: 30,
        cacheWriteTokens: 50,
        reasoningTokens: 6,
        estimated: false,
      },
    ]);
  });

  it('by the demo model is told as by any other, also when it is stopped', async () => {
    const demo = await open({});
    const [whole] = await usageOf(demo, 'hello', { maxOutputTokens: 4 });
    expect(whole).toEqual(['demo/familiar', cut((tokens) => tokens > 0)]);
    const told: Usage[] = [];
    for await (const event of ask(demo, 'hello', { onUsage: (usage) => void told.push(usage) })) {
      if (event.type === 'text') break;
    }
    expect(told).toEqual([cut((tokens) => tokens > 0)]);
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

  it.each([
    ['OpenAI', () => openai({ models: [{ name: 'gpt-6-luna' }] }), 'p/gpt-6-luna'],
    ['Anthropic', () => anthropic({ models: [{ name: 'claude-haiku-4-5' }] }), 'p/claude-haiku-4-5'],
  ])('of %s carry each thought as a paragraph, and tell of one that is kept', async (_name, provider, modelId) => {
    fake.answer('question', { reasoning: ['Hmm.', 'Well.'], text: 'Yes.' });
    fake.answer('silence', { reasoning: [''], text: 'No.' });
    const models = await open({ p: provider() });
    const told = await collect(ask(models, 'question', { modelId }));
    expect(told).toMatchObject({ reasoning: 'Hmm.\n\nWell.', text: 'Yes.' });
    const types = new Set<string>();
    for await (const event of ask(models, 'silence', { modelId })) types.add(event.type);
    expect([...types]).toEqual(['start', 'reasoning', 'text', 'finish']);
  });

  it('carry reasoning apart from text', async () => {
    fake.answer('question', { reasoning: ['Hmm, ', 'well.'], text: 'Yes.' });
    const models = await open({ p: compatible() });
    expect(await collect(ask(models, 'question'))).toMatchObject({ reasoning: 'Hmm, well.', text: 'Yes.' });
  });

  it('are counted when the provider reports no usage', async () => {
    fake.answer('question', { text: 'one two three four five', usage: null });
    const models = await open({ p: compatible() });
    await models.countTokens('p/local', 'load');
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
  const messages: ModelMessage[] = [
    userMessage([
      textPart('What is this?'),
      picturePart({ mediaType: 'image/png', data: new Uint8Array([137, 80, 78, 71]) }),
    ]),
    assistantMessage(''),
    userMessage([picturePart({ mediaType: 'image/png', data: new Uint8Array([137, 80]) })]),
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
