import { countTokens as countO200k } from 'gpt-tokenizer/encoding/o200k_base';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { Cancelled } from '../../kernel/errors.ts';
import { createManualClock } from '../../testing/manual-clock.ts';
import { ask, collect, createModelBench } from '../../testing/model-bench.ts';
import type { FakeAnswer, FakeUsage } from '../../testing/providers.ts';
import { HiddenThoughts } from './hidden-thoughts.ts';
import { picturePart, userMessage } from './index.ts';
import type { ModelMessage, Usage } from './index.ts';

const bench = await createModelBench();
const { fake, openai, anthropic, compatible, open } = bench;
afterEach(() => bench.finish());
afterAll(() => fake.close());

const kinds = [
  ['OpenAI', () => ({ p: openai({ models: [{ name: 'gpt-5-mini' }] }) })],
  ['Anthropic', () => ({ p: anthropic({ models: [{ name: 'claude-haiku-4-5' }] }) })],
  ['a compatible server', () => ({ p: compatible() })],
] as const;
const endless = Array.from({ length: 20_000 }, (_, index) => `again and again ${index} `);
/** What our count and a tokenizer's may differ by, for a model whose tokenizer is not known. */
const UNKNOWN = 1 / 0.85;

describe.each(kinds)('a server that ignores the output limit: %s', (name, providers) => {
  it.each<[string, FakeAnswer]>([
    ['in many pieces', { chunks: endless }],
    ['in one piece', { chunks: [endless.join('')] }],
    ['in thoughts', { reasoning: [endless.join('')], text: 'Done.' }],
  ])('is read no further, %s', async (_how, answer) => {
    fake.answer('question', { ...answer, usage: { inputTokens: 10, outputTokens: 400_000 } });
    const models = await open(providers());
    await models.countTokens(models.default.id, 'word '.repeat(1000));
    const told: Usage[] = [];
    const onUsage = (usage: Usage): void => void told.push(usage);
    const { text, reasoning, finish } = await collect(ask(models, 'question', { maxOutputTokens: 200, onUsage }));
    expect(finish).toMatchObject({ reason: 'length', usage: { estimated: true } });
    expect(told).toEqual([finish?.usage]);
    const tokens = countO200k(text + reasoning);
    expect(tokens).toBeGreaterThan(150);
    // What is beyond the limit is an overrun, which the books are told of.
    expect(finish?.usage.outputTokens).toBeGreaterThanOrEqual(Math.max(200, tokens));
    expect(finish?.usage.outputTokens).toBeLessThan(2 * 200);
    expect(tokens).toBeLessThanOrEqual((200 + 32) * (name === 'OpenAI' ? 1 : UNKNOWN));
    expect(endless.join('')).toContain(text + reasoning);
    await fake.requests[0]?.closed;
    expect(fake.requests).toHaveLength(1);
  });

  it.each([
    ['letters', 'abcdefghij'.repeat(3000)],
    ['emoji', '👩‍🚀🎉'.repeat(3000)],
    ['Chinese', '今天的天气非常好我们打算去公园散步'.repeat(1000)],
    ['signs', '=-'.repeat(20_000)],
  ])('is read no further and keeps its words, in one piece of %s without a blank', async (_what, whole) => {
    fake.answer('question', { chunks: [whole], usage: { inputTokens: 10, outputTokens: 400_000 } });
    const models = await open(providers());
    await models.countTokens(models.default.id, 'word '.repeat(1000));
    const { text, finish } = await collect(ask(models, 'question', { maxOutputTokens: 200 }));
    expect(finish?.reason).toBe('length');
    expect(whole.startsWith(text)).toBe(true);
    expect(text.length).toBeGreaterThan(100);
    expect(text.isWellFormed()).toBe(true);
    expect(finish?.usage.outputTokens).toBeGreaterThanOrEqual(Math.max(200, countO200k(text)));
  });
});

describe('an honest server', () => {
  it.each([
    ['English', 'The quick brown fox jumps over the lazy dog. '.repeat(20), 1],
    ['Hindi by a better tokenizer', 'आज मौसम बहुत अच्छा है और हम बाहर घूमने जा रहे हैं। '.repeat(20), 1],
    ['Chinese by a better tokenizer', '今天的天气非常好，我们打算去公园散步。'.repeat(30), 0.9],
    ['code', 'for (let i = 0; i < 10; i++) {\n    console.log(i);\n}\n'.repeat(20), 1],
  ])('is never cut for %s', async (_what, text, share) => {
    const limit = Math.ceil(countO200k(text) * share);
    fake.answer('question', { text, finishReason: 'length', usage: { inputTokens: 20, outputTokens: limit } });
    const models = await open({ p: compatible() });
    await models.countTokens('p/plain', 'word '.repeat(1000));
    const answer = await collect(ask(models, 'question', { maxOutputTokens: limit }));
    expect(answer.text).toBe(text);
    expect(answer.finish?.usage).toMatchObject({ outputTokens: limit, estimated: false });
  });
});

describe('usage over the wire', () => {
  it.each<[string, FakeUsage, number[]]>([
    ['a total with hidden reasoning', { inputTokens: 32, outputTokens: 9, totalTokens: 3041 }, [32, 3009]],
    ['reasoning outside', { inputTokens: 32, outputTokens: 9, reasoningTokens: 3000, totalTokens: 3041 }, [32, 3009]],
    ['more cached', { inputTokens: 4, outputTokens: 30, cachedInputTokens: 2000, totalTokens: 2034 }, [2004, 30]],
  ])('is read dearly: %s', async (_what, usage, expected) => {
    fake.answer('question', { text: 'Four.', usage });
    const { finish } = await collect(ask(await open({ p: compatible() }), 'question'));
    expect([finish?.usage.inputTokens, finish?.usage.outputTokens]).toEqual(expected);
  });

  it('is counted here where 600 words are reported as none', async () => {
    const text = Array.from({ length: 600 }, (_, index) => `word${index} `).join('');
    fake.answer('question', { text, usage: { inputTokens: 0, outputTokens: 0, totalTokens: 0 } });
    const models = await open({ p: compatible({ models: [{ name: 'plain', maxOutputTokens: 3000 }] }) });
    const { finish } = await collect(ask(models, 'question', { maxOutputTokens: 3000 }));
    expect(finish?.usage.outputTokens).toBeGreaterThanOrEqual(1200);
    expect(finish?.usage).toMatchObject({ estimated: true, cachedInputTokens: 0 });
    expect(finish?.usage.inputTokens).toBeGreaterThan(2);
  });
});

describe('a reservation', () => {
  it('covers the longest count of any candidate, its pictures and what surrounds the messages', async () => {
    const models = await open({
      p: openai({ models: [{ name: 'gpt-4o-mini' }, { name: 'gpt-4o' }] }),
      q: anthropic({ models: [{ name: 'claude-haiku-4-5' }] }),
    });
    const words = 'The quick brown fox jumps over the lazy dog. '.repeat(100);
    const text: ModelMessage[] = [userMessage(words)];
    const image = { mediaType: 'image/png', data: new Uint8Array(4) };
    const picture: ModelMessage[] = [userMessage([picturePart({ ...image, size: { width: 512, height: 512 } })])];
    const most = (messages: ModelMessage[], ...ids: string[]) =>
      models.maxInputTokens(
        messages,
        ids.map((id) => models.find(id) ?? models.default),
      );
    const truth = countO200k(words);
    const own = await most(text, 'p/gpt-4o');
    expect(own).toBeGreaterThan(truth);
    expect(own).toBeLessThan(truth + 120);
    expect(await most(text, 'p/gpt-4o', 'q/claude-haiku-4-5')).toBeGreaterThan(truth * 1.45);
    expect(await most(picture, 'p/gpt-4o')).toBeLessThan(400);
    expect(await most(picture, 'p/gpt-4o', 'p/gpt-4o-mini')).toBeGreaterThanOrEqual(8500);
    expect(await most([userMessage([picturePart(image)])], 'p/gpt-4o')).toBeGreaterThanOrEqual(1445);
    expect(models.pictureTokens('p/gpt-4o-mini', undefined)).toBe(48_169);
  });
});

describe('thoughts that are kept secret', () => {
  it.each([
    [20_000, 2000],
    [120_000, 3000],
  ])('and stopped after %i ms are charged by their time, up to the limit: %i', async (afterMs, tokens) => {
    const clock = createManualClock(1_700_000_000_000);
    const timeouts = { firstByteMs: 300_000, stallMs: 300_000, totalMs: 300_000 };
    fake.answer('question', { reasoning: [''], chunks: ['Yes.'], stallAfterChunks: 0 });
    const models = await open({ p: openai({ models: [{ name: 'gpt-6-luna' }], timeouts }) }, { clock });
    const controller = new AbortController();
    const told: Usage[] = [];
    const asked = {
      signal: controller.signal,
      maxOutputTokens: 3000,
      onUsage: (usage: Usage) => void told.push(usage),
    };
    const run = (async () => {
      for await (const event of ask(models, 'question', asked)) {
        if (event.type !== 'reasoning') continue;
        await clock.advance(afterMs);
        controller.abort(new Cancelled('Alice'));
      }
    })();
    await expect(run).rejects.toThrow('cancelled');
    expect(told).toMatchObject([{ outputTokens: tokens, reasoningTokens: tokens, estimated: true }]);
  });

  it('last from when a model that reasons has read its prompt to its first word', async () => {
    const clock = createManualClock(1_700_000_000_000);
    const models = await open({ p: openai({ models: [{ name: 'gpt-6-luna' }, { name: 'gpt-4o' }] }) });
    const [thinker, plain] = ['p/gpt-6-luna', 'p/gpt-4o'].map(
      (id) => new HiddenThoughts(clock, models.find(id) ?? models.default),
    );
    thinker?.opened();
    plain?.opened();
    await clock.advance(3000);
    expect([thinker?.tokens(), plain?.tokens()]).toEqual([200, 0]);
    thinker?.end();
    await clock.advance(10_000);
    expect(thinker?.tokens()).toBe(200);
  });
});

describe('thoughts within the text', () => {
  it.each([
    ['closed only', ['Okay, a colour. ', 'Blue is safe.\n</th', 'ink>\n', '\nBlue.']],
    ['<thinking>', ['<thin', 'king>\nsecret\n</thinking>\n\nBlue.']],
    ['channels', ['<|channel|>analysis<|mess', 'age|>secret<|end|><|start|>assistant<|channel|>final<|message|>Blue.']],
  ])('are never a part of the answer: %s', async (_form, chunks) => {
    fake.answer('question', { chunks });
    const answer = await collect(ask(await open({ p: compatible() }), 'question'));
    expect(answer.text).toBe('Blue.');
    expect(answer.reasoning).toMatch(/secret|colour/);
  });
});
