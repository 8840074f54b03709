import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { ask, collect, createModelBench, failure } from '../../testing/model-bench.ts';
import type { Answer, Asked } from '../../testing/model-bench.ts';
import type { FakeCall } from '../../testing/providers.ts';
import { assistantMessage, picturePart, userMessage } from './index.ts';
import type { ModelInfo, ModelMessage, Models, ToolDeclaration, Usage } from './index.ts';

const bench = await createModelBench();
const { fake, openai, anthropic, gemini, compatible, open } = bench;
afterEach(() => bench.finish());
afterAll(() => fake.close());

const weather: ToolDeclaration = {
  name: 'weather',
  description: 'Tells the weather of a city.',
  inputSchema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};
const tools = [weather, { ...weather, name: 'tides', description: 'Tells the tides of a city.' }];
const berlin: FakeCall = { name: 'weather', input: '{"city":"Berlin"}' };

const kinds = [
  ['OpenAI', () => ({ p: openai({ models: [{ name: 'gpt-6-luna' }] }) })],
  ['Anthropic', () => ({ p: anthropic({ models: [{ name: 'claude-haiku-4-5' }] }) })],
  ['Gemini', () => ({ p: gemini({ models: [{ name: 'gemini-3.5-flash-lite' }] }) })],
  [
    'a compatible server',
    () => ({
      p: compatible({
        models: [{ name: 'plain', tools: true, vision: true, contextTokens: 400_000, maxOutputTokens: 100_000 }],
      }),
    }),
  ],
] as const;

/** What the caller says of each call, in the order of the calls. */
function resultsOf({ calls }: Answer, ...values: string[]): ModelMessage {
  return {
    role: 'tool',
    content: calls.map(({ id, name }, index) => ({
      ...{ type: 'tool-result', toolCallId: id, toolName: name },
      output: { type: 'text', value: values[index] ?? 'nothing' },
    })),
  };
}

const question = userMessage('How is it?');

async function step(models: Models, messages: ModelMessage[], more: Asked = {}): Promise<Answer> {
  return collect(ask(models, '', { tools, messages, ...more }));
}

const said = ({ finish }: Answer): ModelMessage => finish?.message ?? assistantMessage('');

describe.each(kinds)('a tool, asked by %s', (_name, providers) => {
  it('is called, and its result leads to the answer; each step is counted', async () => {
    fake.answer('How', { text: 'Let me see.', calls: [berlin], usage: { inputTokens: 100, outputTokens: 20 } });
    fake.answer('How', { text: 'It is sunny.', usage: { inputTokens: 150, outputTokens: 10 } });
    const models = await open(providers());
    const used: Usage[] = [];
    const asked = { onUsage: (usage: Usage) => void used.push(usage) };
    const first = await step(models, [question], asked);
    expect(first).toMatchObject({ text: 'Let me see.', finish: { reason: 'tool-calls' } });
    expect(first.calls).toMatchObject([{ type: 'tool-call', id: 'call-1', ...berlin }]);
    const second = await step(models, [question, said(first), resultsOf(first, '21 degrees')], asked);
    expect(second).toMatchObject({ text: 'It is sunny.', calls: [], finish: { reason: 'stop' } });
    expect(used.map(({ inputTokens, outputTokens }) => [inputTokens, outputTokens])).toEqual([
      [100, 20],
      [150, 10],
    ]);
    expect(fake.requests[0]?.toolNames).toEqual(['weather', 'tides']);
    expect(fake.requests[1]).toMatchObject({ toolResults: [{ id: 'call-1', text: '21 degrees' }] });
    expect(JSON.stringify(fake.requests[1]?.body)).toContain('Let me see.');
  });

  it('may be called twice at once', async () => {
    const tides = { name: 'tides', input: '{"city":"Hamburg"}' };
    fake.answer('How', { calls: [berlin, tides] });
    fake.answer('How', { text: 'Sunny and low.' });
    const models = await open(providers());
    const first = await step(models, [question]);
    expect(first.calls).toMatchObject([berlin, tides]);
    expect(new Set(first.calls.map(({ id }) => id)).size).toBe(2);
    await step(models, [question, said(first), resultsOf(first, 'sunny', 'low')]);
    expect(fake.requests[1]?.toolResults).toEqual([
      { id: 'call-1', text: 'sunny' },
      { id: 'call-2', text: 'low' },
    ]);
  });

  it('that does not exist, and input that is no JSON, are told as they came and can be answered', async () => {
    fake.answer('How', {
      calls: [
        { name: 'unknown', input: '{}' },
        { ...berlin, input: '{"city": "Ber' },
      ],
    });
    fake.answer('How', { text: 'I cannot say.' });
    const models = await open(providers());
    const first = await step(models, [question]);
    expect(first.calls).toMatchObject([
      { name: 'unknown', input: '{}' },
      { name: 'weather', input: '{"city": "Ber' },
    ]);
    const second = await step(models, [question, said(first), resultsOf(first, 'no such tool', 'no JSON')]);
    expect(second.text).toBe('I cannot say.');
    expect(fake.requests[1]?.toolResults.map(({ text }) => text)).toEqual(['no such tool', 'no JSON']);
  });

  it('is called at most 16 times in an answer, with at most 64 KiB', async () => {
    const long = { name: 'weather', input: JSON.stringify({ city: 'Berlin '.repeat(12_000) }) };
    fake.answer('How', { calls: [long, ...Array.from({ length: 20 }, () => berlin)] });
    const { calls, finish } = await step(await open(providers()), [question], { maxOutputTokens: 60_000 });
    expect(calls).toHaveLength(16);
    expect(Buffer.byteLength(calls[0]?.input ?? '')).toBe(64 * 1024);
    expect(finish?.message.content.length).toBe(16);
  });

  it('is not called where the output limit ends its input, which is paid', async () => {
    fake.answer('How', { calls: [{ name: 'weather', input: JSON.stringify({ city: 'Berlin '.repeat(2000) }) }] });
    const { calls, finish } = await step(await open(providers()), [question], { maxOutputTokens: 100 });
    expect(calls).toEqual([]);
    expect(finish).toMatchObject({ reason: 'length', usage: { estimated: true } });
    expect(finish?.usage.outputTokens).toBeGreaterThanOrEqual(100);
  });

  it('that was used is told in words where no tools are offered any more', async () => {
    fake.answer('How', { calls: [berlin] });
    fake.answer('21 degrees', { text: 'Sunny.' });
    const models = await open(providers());
    const first = await step(models, [question]);
    await step(models, [question, said(first), resultsOf(first, '21 degrees')], { tools: [] });
    expect(fake.requests[1]).toMatchObject({ toolNames: [], toolResults: [] });
    expect(JSON.stringify(fake.requests[1]?.body)).toContain('Called the tool weather');
  });

  it('may give a picture', async () => {
    fake.answer('How', { calls: [berlin] });
    fake.answer(() => true, { text: 'A map.' });
    const models = await open(providers());
    const first = await step(models, [question]);
    const { id: toolCallId, name: toolName } = first.calls[0] ?? { id: '', name: '' };
    const map = picturePart({ mediaType: 'image/png', data: new Uint8Array([137, 80, 78, 71]) });
    const output = { type: 'content' as const, value: [{ type: 'text' as const, text: 'A map' }, map] };
    const result = { type: 'tool-result' as const, toolCallId, toolName, output };
    await step(models, [question, said(first), { role: 'tool', content: [result] }]);
    const sent = JSON.stringify(fake.requests[1]?.body);
    expect(sent).toContain('A map');
    expect(sent).toContain('iVBORw');
  });
});

describe('thoughts before a call', () => {
  it.each([
    [...kinds[0], 'fake-encrypted'],
    [...kinds[1], 'fake-signature'],
    [...kinds[2], '"thought":true'],
    [...kinds[3], 'reasoning_content'],
  ] as const)('are sent back to %s as it recognises them', async (_name, providers, mark) => {
    fake.answer('How', { reasoning: ['I need the weather.'], calls: [berlin] });
    fake.answer('How', { text: 'Sunny.' });
    const models = await open(providers());
    const first = await step(models, [question]);
    await step(models, [question, said(first), resultsOf(first, 'sunny')]);
    const sent = JSON.stringify(fake.requests[1]?.body);
    expect(sent).toContain(mark);
    expect(sent).toContain('I need the weather.');
  });
});

describe('a call that its model has signed', () => {
  it.each([
    [...kinds[2], '"thoughtSignature":"fake-signature"'],
    [...kinds[3], '"thought_signature":"fake-signature"'],
  ] as const)('is sent back to %s with the signature', async (_name, providers, mark) => {
    fake.answer('How', { calls: [{ ...berlin, signature: 'fake-signature' }] });
    fake.answer('How', { text: 'Sunny.' });
    const models = await open(providers());
    const first = await step(models, [question]);
    await step(models, [question, said(first), resultsOf(first, 'sunny')]);
    expect(JSON.stringify(fake.requests[1]?.body)).toContain(mark);
  });
});

describe('a model without tools', () => {
  it.each([
    [400, 'registry.ollama.ai/library/plain:latest does not support tools'],
    [400, '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'],
    [404, 'No endpoints found that support tool use. Try disabling "weather".'],
    [400, '`tool calling` is not supported with this model'],
    [500, 'tools param requires --jinja flag'],
  ])('is known by its refusal: %i %s', async (status, text) => {
    fake.answer('How', { status, text });
    const models = await open({ p: compatible({ models: [{ name: 'plain', tools: true }] }) });
    const used: Usage[] = [];
    const asked = { tools, messages: [question], onUsage: (usage: Usage) => void used.push(usage) };
    const { error } = await failure(ask(models, '', asked));
    expect(error).toMatchObject({ code: 'model/no-tools', retryable: false });
    expect(used).toMatchObject([{ inputTokens: 0, outputTokens: 0 }]);
    expect(models.default.abilities.tools).toBe(false);
    // The next time nobody needs to ask.
    expect((await failure(ask(models, '', asked))).error.code).toBe('model/no-tools');
    fake.answer('How', { text: 'Fine.' });
    expect((await step(models, [question], { tools: [] })).text).toBe('Fine.');
    expect(fake.requests).toHaveLength(2);
  });

  it('is not seen in a complaint about one tool', async () => {
    fake.answer('How', { status: 400, text: "Invalid schema for function 'weather': 'city' is not permitted." });
    const models = await open({ p: openai() });
    expect((await failure(ask(models, '', { tools, messages: [question] }))).error.code).toBe('model/failed');
    expect(models.default.abilities.tools).toBe(true);
  });
});

describe('a reservation for tools', () => {
  const most = async (models: Models, messages: ModelMessage[], declared = tools): Promise<number> =>
    models.maxInputTokens(messages, [models.default], declared);

  it('covers declarations, calls, results, thoughts and files', async () => {
    const models = await open(kinds[0][1]());
    await models.countTokens(models.default.id, 'word '.repeat(1000));
    const info: ModelInfo = models.default;
    const bare = await most(models, [question], []);
    expect((await most(models, [question])) - bare).toBeGreaterThan(2 * JSON.stringify(weather).length * 0.2);
    const long = 'sunny '.repeat(2000);
    const call: ModelMessage = {
      role: 'assistant',
      content: [
        { type: 'reasoning', text: long, providerOptions: { openai: { reasoningEncryptedContent: 'x'.repeat(4000) } } },
        { type: 'tool-call', toolCallId: 'a', toolName: 'weather', input: { city: long } },
      ],
    };
    const result = (value: string): ModelMessage => ({
      role: 'tool',
      content: [
        { type: 'tool-result', toolCallId: 'a', toolName: 'weather', output: { type: 'json', value: { sky: value } } },
      ],
    });
    const called = await most(models, [question, call]);
    expect(called - (await most(models, [question]))).toBeGreaterThan(2000 + 2000 + 4000);
    expect((await most(models, [question, call, result(long)])) - called).toBeGreaterThan(2000);
    const file = { type: 'file' as const, mediaType: 'application/pdf', data: { type: 'data' as const, data: 'AAAA' } };
    expect(await most(models, [userMessage([file])])).toBeGreaterThanOrEqual(info.contextTokens);
  });
});

describe('the demo model', () => {
  it('calls a tool that the question names, and says what came back', async () => {
    const models = await open({});
    const ask1 = [userMessage('Alice: please use weather {"city":"Berlin"}')];
    const first = await step(models, ask1);
    expect(first).toMatchObject({
      calls: [{ name: 'weather', input: '{"city":"Berlin"}' }],
      finish: { reason: 'tool-calls' },
    });
    const second = await step(models, [...ask1, said(first), resultsOf(first, '21 degrees')]);
    expect(second.text).toContain('The tool `weather` says: 21 degrees');
    const inWords = await step(models, [userMessage('use tides Hamburg')]);
    expect(inWords.calls).toMatchObject([{ name: 'tides', input: '{"city":"Hamburg"}' }]);
    expect((await step(models, [userMessage('hello')])).calls).toEqual([]);
  });
});
