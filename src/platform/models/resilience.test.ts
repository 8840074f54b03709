import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../../kernel/logger.ts';
import type { Logger } from '../../kernel/logger.ts';
import { createManualClock } from '../../testing/manual-clock.ts';
import { ask, collect, createModelBench, failure, timeouts } from '../../testing/model-bench.ts';
import { startFakeProviders } from '../../testing/providers.ts';
import type { ModelNews, Usage } from './index.ts';

const bench = await createModelBench();
const { fake, openai, anthropic, compatible, open } = bench;
afterEach(() => bench.finish());
afterAll(() => fake.close());

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

describe('an account without credit', () => {
  it('is no bad key: another key answers, and the owner is told once', async () => {
    const news: ModelNews[] = [];
    fake.answer((request) => request.apiKey === 'a', { status: 429, errorCode: 'insufficient_quota' });
    const models = await open({ p: compatible({ apiKeys: ['a', 'b'] }) });
    models.onNews((found) => news.push(found));
    for (let round = 0; round < 3; round++) await collect(ask(models, 'hello'));
    expect(fake.requests.map((request) => request.apiKey)).toEqual(['a', 'b', 'b', 'b']);
    expect(news).toEqual([{ kind: 'no-credit', provider: 'p', keyNumber: 1, of: 2 }]);
  });

  it('is tried again after a while', async () => {
    const clock = createManualClock(1_700_000_000_000);
    fake.answer('hello', { status: 402 });
    const models = await open({ p: compatible() }, { clock });
    for (let round = 0; round < 2; round++)
      expect((await failure(ask(models, 'hello'))).error).toMatchObject({ code: 'model/no-credit', retryable: false });
    await clock.advance(600_000);
    expect((await collect(ask(models, 'hello'))).text).toBe('You said: hello');
    expect(fake.requests).toHaveLength(2);
  });
});

describe('what a model refuses', () => {
  const refusal = { status: 400, text: 'Unrecognized request argument supplied: stream_options', times: 9 };

  it('is learned once for that model, told once, and costs nothing', async () => {
    const news: ModelNews[] = [];
    const told: Usage[] = [];
    fake.answer((request) => request.model === 'old' && 'stream_options' in request.body, refusal);
    const models = await open({ p: compatible({ models: [{ name: 'old' }, { name: 'new' }] }) });
    models.onNews((found) => news.push(found));
    const onUsage = (usage: Usage): void => void told.push(usage);
    for (const modelId of ['p/old', 'p/old', 'p/new']) await collect(ask(models, 'hello', { modelId, onUsage }));
    expect(fake.requests.map(({ model, body }) => [model, 'stream_options' in body])).toEqual([
      ['old', true],
      ['old', false],
      ['old', false],
      ['new', true],
    ]);
    expect(news).toEqual([{ kind: 'quirk', provider: 'p', model: 'old', quirk: 'no-stream-options' }]);
    expect(told).toHaveLength(3);
  });

  it('is the most output it writes, where the refusal names that', async () => {
    const asked = (body: Readonly<Record<string, unknown>>) => Number(body['max_tokens']);
    const text = 'max_tokens is too large: 1000. This model supports at most 64 completion tokens.';
    fake.answer((request) => request.model === 'old' && asked(request.body) > 64, { status: 400, text, times: 9 });
    const models = await open({ p: compatible({ models: [{ name: 'old' }, { name: 'new' }] }) });
    for (const modelId of ['p/old', 'p/old', 'p/new']) await collect(ask(models, 'hello', { modelId }));
    const limits = fake.requests.map(({ body }) => asked(body));
    expect(limits.slice(1, 3)).toEqual([64, 64]);
    expect(limits).toHaveLength(4);
    expect(limits[0]).toBeGreaterThan(64);
    expect(limits[3]).toBe(limits[0]);
  });

  it('is not learned from a refusal that stays', async () => {
    const news: ModelNews[] = [];
    fake.answer('hello', refusal);
    const models = await open({ p: compatible() });
    models.onNews((found) => news.push(found));
    for (let round = 0; round < 2; round++)
      expect((await failure(ask(models, 'hello'))).error.code).toBe('model/failed');
    expect(fake.requests.map(({ body }) => 'stream_options' in body)).toEqual([true, false, true, false]);
    expect(news).toEqual([]);
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
    expect((await failure(ask(models, 'hello'))).error.code).toBe('model/broke-off');
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

  it('of one model leaves the others of its provider alone', async () => {
    fake.answer((request) => request.model === 'odd', {
      chunks: ['one ', 'two'],
      cutAfterChunks: 1,
      delayMs: 5,
      times: 5,
    });
    const models = await open({ p: compatible({ models: [{ name: 'odd' }, { name: 'good' }] }) });
    for (let round = 0; round < 5; round++) {
      expect((await failure(ask(models, 'hello', { modelId: 'p/odd' }))).error.code).toBe('model/broke-off');
    }
    const { error } = await failure(ask(models, 'hello', { modelId: 'p/odd' }));
    expect(error.message).toContain('p/odd: it failed several times in a row');
    expect((await collect(ask(models, 'hello', { modelId: 'p/good' }))).text).toBe('You said: hello');
    expect(fake.requests).toHaveLength(6);
  });

  it('of the connection spares every model the wait', async () => {
    const gone = await startFakeProviders();
    await gone.close();
    const models = await open({
      p: compatible({ baseUrl: gone.openaiBaseUrl, models: [{ name: 'one' }, { name: 'two' }] }),
    });
    for (let round = 0; round < 5; round++) await failure(ask(models, 'hello', { modelId: 'p/one' }));
    const { error } = await failure(ask(models, 'hello', { modelId: 'p/two' }));
    expect(error.message).toContain('p: it failed several times in a row');
  });

  it('counts a server that is not there', async () => {
    const gone = await startFakeProviders();
    await gone.close();
    const models = await open({ p: compatible({ baseUrl: gone.openaiBaseUrl }) });
    const { error } = await failure(ask(models, 'hello'));
    expect(error).toMatchObject({ code: 'model/unreachable', retryable: true });
  });
});
