import { describe, expect, it } from 'vitest';
import { Cancelled } from '../../../kernel/errors.ts';
import { systemClock } from '../../../kernel/clock.ts';
import type { Clock } from '../../../kernel/clock.ts';
import { createManualClock } from '../../../testing/manual-clock.ts';
import { collect } from '../../../testing/model-bench.ts';
import { assistantMessage, picturePart, systemMessage, textPart, userMessage } from '../messages.ts';
import type { ModelMessage } from '../messages.ts';
import { calculate } from './arithmetic.ts';
import { DEMO_MODEL, streamDemo } from './model.ts';
import { texts } from './texts.ts';

/** Friday, 13 November 2026, 12:34:56 UTC. */
const startMs = Date.UTC(2026, 10, 13, 12, 34, 56);
const instant: Clock = { ...createManualClock(startMs), sleep: () => Promise.resolve() };
const random = { next: () => 0.5 };

async function reply(...said: (string | ModelMessage)[]): Promise<string> {
  const messages = said.map((text): ModelMessage => (typeof text === 'string' ? userMessage(text) : text));
  const request = { modelId: DEMO_MODEL.id, messages, maxOutputTokens: 2048, signal: new AbortController().signal };
  const { text } = await collect(streamDemo(request, { clock: instant, random }));
  expect(text).toContain(texts.label);
  return text.slice(0, -texts.label.length).trim();
}

const goOn: ModelMessage = userMessage('Your answer was cut off. Go on.');

describe('the demo', () => {
  it('goes on where its answer was cut', async () => {
    const whole = await reply('tell me a story');
    const written: ModelMessage = assistantMessage(whole.slice(0, 100));
    expect(await reply('tell me a story', written, goOn)).toBe(whole.slice(100).trim());
    const all: ModelMessage = assistantMessage(`${whole}\n${texts.label}`);
    const messages: ModelMessage[] = [userMessage('tell me a story'), all, goOn];
    const request = { modelId: DEMO_MODEL.id, messages, maxOutputTokens: 2048, signal: new AbortController().signal };
    const { text } = await collect(streamDemo(request, { clock: instant, random }));
    expect(text).toBe(texts.saidAll);
  });

  it.each([
    ['hi', /Hello! I am Familiar/],
    ['Ada Lovelace: hello there', /Hello, Ada!/],
    ['my name is ada', /Nice to meet you, \*\*Ada\*\*/],
    ['what can you do?', /member of your Discord community/],
    ['how do I connect a real model?', /OPENAI_API_KEY=sk-\.\.\.\n[\s\S]*ollama pull gpt-oss:20b/],
    ['show me a table', /```\nModel/],
    ['make a list of things', /1\. \*\*Kindness\*\*/],
    ['show me some markdown', /# A heading/],
    ['write a function in Python', /```python\ndef greet/],
    ['show me where to go', /I hear you/],
    ['Show me some Python', /```python\ndef greet/],
    ['rust code please', /```rust\nfn greet/],
    ['write hello world in C++', /```cpp\n#include <iostream>/],
    ['give me some C code', /```c\n#include <stdio/],
    ['write a program in Haskell', /no Haskell in my small collection/],
    ['write me a poem', /The Familiar/],
    ['tell me a joke', /async/],
    ['tell me a story', /A fox once/],
    ['what time is it?', /<t:1794573296:t> on <t:1794573296:D> where you are \(2026-11-13 12:34 UTC\)/],
    ['what is 12 * (3 + 4)?', /12 × \(3 \+ 4\) = \*\*84\*\*/],
    ['what is 0.1 + 0.2', /= \*\*0\.3\*\*/],
    ['1 / 0', /no answer among the numbers/],
    ['explain recursion to me', /\*\*recursion to me\*\*/],
    ['summarise: One thing happened. Then another did.', /6 words came in\): One thing happened\.$/],
    ['say @everyone wake up', /^@everyone wake up$/],
    ['how are you?', /Very well/],
    ['thanks!', /You are welcome/],
    ['why is the sky blue?', /You ask: \*why is the sky blue\?\*/],
    ['bananas everywhere', /I hear you: \*bananas everywhere\*/],
    ['', /said nothing/],
  ])('answers %j', async (question, expected) => {
    expect(await reply(question)).toMatch(expected);
  });

  it('extracts what it is to summarise, and says that it is no summary', async () => {
    const said = [
      'Bob: shall we meet?',
      'Milo: on Friday at six',
      'Bob: fine: see you',
      '(What people said is left out.)',
    ];
    const words = 'Alice: Summarise these messages: what is it about, who says what, and what was decided?';
    expect(await reply(`${words}\n\n[The messages:]\n${said.join('\n')}`)).toBe(
      'I am the demo model and understand nothing, so here is an extract in place of a summary.\n' +
        'Who wrote: **Bob** 2 messages, **Milo** 1 message.\nThey said:\n' +
        '> Bob: shall we meet?\n> Milo: on Friday at six\n> Bob: fine: see you',
    );
    const long = Array.from({ length: 90 }, (_, index) => `Bob: ${'word '.repeat(20)}${index}`).join('\n');
    expect(await reply(`${words}\n\n[The messages:]\n${long}`)).toMatch(
      /Bob\*\* 90 messages\.\nIt began:\n(?:> .*\n?){5}$/,
    );
  });

  it('repeats what it is to explain, and says that it understands nothing of it', async () => {
    const quoted = '> Milo: before\n> Bob: Entropy rises.\n> Always.';
    expect(await reply(`Alice: Explain this message.\n\n[In reply to:]\n${quoted}`)).toBe(
      'This is a message of **Bob**:\n> Entropy rises. Always.\n' +
        'I am the demo model and understand nothing of it. A real model would explain it here.',
    );
    expect(await reply('Explain this message.')).toMatch(/did not reach me/);
  });

  it('remembers a name and what was told', async () => {
    const told = ['My name is Grace.', 'My favorite colour is deep green', 'I live in Lisbon', 'I like old maps.'];
    expect(await reply(...told, 'What is my name?')).toBe('You are **Grace**.');
    expect(await reply(...told, "what's my favourite colour?")).toBe(
      'You told me: your favourite colour is **deep green**.',
    );
    expect(await reply(...told, 'where do I live?')).toContain('**Lisbon**');
    expect(await reply(...told, 'what do I like?')).toContain('**old maps**');
    expect(await reply(...told, 'what do you know about me?')).toMatch(
      /\*\*Grace\*\*[\s\S]*deep green[\s\S]*Lisbon[\s\S]*old maps/,
    );
    expect(await reply(...told, 'what is my shoe size?')).toContain('have not told me about your shoe size');
    expect(await reply('what is my name?')).toContain('have not told me your name');
  });

  it('repeats what was said, to the one who said it', async () => {
    const said = ['Ada: I like maps', 'Bob: I like trains', 'Ada: what did I say?'];
    expect(await reply(...said)).toBe('Before this you said:\n> I like maps');
    expect(await reply('what did I say?')).toContain('first thing you say');
  });

  it('knows who speaks, also beside what was overheard and summarised', async () => {
    const asides = ['[Summary of what was said here before]\n> Bob: hi', '[Overheard]\nBob: my name is Bob'];
    expect(await reply(...asides, 'Ada: I like tea', 'Ada: what did I say?')).toContain('I like tea');
    expect(await reply(...asides, 'Ada: who am I?')).toContain('**Ada**');
  });

  it('writes summaries as minutes: what was noted before, and who said what', async () => {
    const instructions: ModelMessage = systemMessage('Write a summary of a conversation.');
    const lines = [{ summary: '- Ada: hello' }, { from: 'Bob', text: `hi\nthere ${'x'.repeat(200)}` }, 'no material'];
    const material = lines.map((line) => JSON.stringify(line)).join('\n');
    const request = { modelId: DEMO_MODEL.id, maxOutputTokens: 600, signal: new AbortController().signal };
    const messages: ModelMessage[] = [instructions, userMessage(material)];
    const { text } = await collect(streamDemo({ ...request, messages }, { clock: instant, random }));
    expect(text).toBe(`- Ada: hello\n- Bob: hi there ${'x'.repeat(90)}…`);
  });

  it('does not take a note for a speaker', async () => {
    expect(await reply('hello', 'Note: hello')).not.toContain('Note,');
  });

  it.each([
    ['Tell me about the owls and how they hunt at night, please', 'Owls and how they hunt at'],
    ['what is 2 + 2?', '2 + 2'],
    ['hello', 'Hello'],
  ])('names a conversation that begins with %j', async (request, title) => {
    const system: ModelMessage = systemMessage('Write a title for a conversation.');
    const messages: ModelMessage[] = [system, userMessage(request)];
    const asked = { modelId: DEMO_MODEL.id, messages, maxOutputTokens: 24, signal: new AbortController().signal };
    expect((await collect(streamDemo(asked, { clock: instant, random }))).text).toBe(title);
  });

  it('tells a story longer than one Discord message', async () => {
    expect((await reply('tell me a long story')).length).toBeGreaterThan(2000);
  });

  it('says that it sees no pictures', async () => {
    const picture = picturePart({ mediaType: 'image/png', data: new Uint8Array() });
    expect(await reply(userMessage([textPart('what is this?'), picture]))).toContain('no eyes');
    expect(await reply('look\n\n[Attached, but you cannot see pictures: cat.png]')).toContain('no eyes');
  });

  it('has a program that fits its fence for every language it names', async () => {
    for (const language of Object.keys(texts.programs)) {
      const text = await reply(`write some code in ${language}`);
      expect(text).toContain(`\`\`\`${language}\n`);
      expect(text.split('```')).toHaveLength(3);
    }
  });

  it('takes bounded time for whatever is pasted', async () => {
    const startedMs = performance.now();
    for (const piece of ['a', '1+', '(', 'my ', 'explain ', '\n', 'what is my ']) await reply(piece.repeat(100_000));
    expect(performance.now() - startedMs).toBeLessThan(2000);
  });
});

describe('the tools of the demo', () => {
  const declared = (name: string, input: string) => ({
    ...{ name, description: name, inputSchema: { type: 'object', properties: {}, required: [input] } },
  });
  const tools = [declared('draw_image', 'prompt'), declared('edit_image', 'change')];
  const callsFor = async (question: string, offered = tools) => {
    const messages: ModelMessage[] = [userMessage(question)];
    const request = { modelId: DEMO_MODEL.id, messages, maxOutputTokens: 500, signal: new AbortController().signal };
    const { calls } = await collect(streamDemo({ ...request, tools: offered }, { clock: instant, random }));
    return calls.map(({ name, input }) => [name, JSON.parse(input) as unknown]);
  };
  const above = '\n\n[Attached, but you cannot see pictures: image.png]';

  it.each([
    ['draw me a lighthouse', 'draw_image', { prompt: 'a lighthouse' }],
    ['Can you please paint a red fox in the snow?', 'draw_image', { prompt: 'a red fox in the snow' }],
    ['show me a picture of two cats', 'draw_image', { prompt: 'two cats' }],
    [`draw a dog${above}`, 'draw_image', { prompt: 'a dog' }],
    [`make it brighter${above}`, 'edit_image', { change: 'make it brighter' }],
    [`Please add a hat${above}`, 'edit_image', { change: 'add a hat' }],
    ['please use draw_image a moon', 'draw_image', { prompt: 'a moon' }],
  ])('are used for %j', async (question, name, input) => {
    expect(await callsFor(question)).toEqual([[name, input]]);
  });

  it.each(['make it brighter', 'what do you draw?', 'tell me a joke', 'I like to draw lighthouses'])(
    'are not used for %j',
    async (question) => {
      expect(await callsFor(question)).toEqual([]);
    },
  );

  it('are not used where they are not offered', async () => {
    expect(await callsFor('draw me a lighthouse', [])).toEqual([]);
  });
});

describe('the thoughts of the demo', () => {
  const think = async (question: string) => {
    const messages: ModelMessage[] = [userMessage(question)];
    const request = { modelId: DEMO_MODEL.id, messages, maxOutputTokens: 2048, signal: new AbortController().signal };
    return collect(streamDemo(request, { clock: instant, random }));
  };

  it.each(['think about what is 6 * 7?', 'Think hard: what is 6 * 7?', 'please think first, what is 6 * 7?'])(
    'come before the answer to %j',
    async (question) => {
      const { reasoning, text, finish } = await think(question);
      expect(reasoning).toContain('The question is: what is 6 * 7?');
      expect(text).toContain('= **42**');
      expect(finish?.usage.reasoningTokens).toBeGreaterThan(50);
      expect(finish?.usage.outputTokens).toBeGreaterThan(finish?.usage.reasoningTokens ?? 0);
    },
  );

  it('come only when they are asked for', async () => {
    expect((await think('what do you think?')).reasoning).toBe('');
  });
});

describe('the stream of the demo', () => {
  const request = (signal: AbortSignal, maxOutputTokens = 500) => ({
    modelId: DEMO_MODEL.id,
    messages: [userMessage('tell me a story')],
    maxOutputTokens,
    signal,
  });

  it('begins at once and goes on at a readable pace', async () => {
    const clock = createManualClock(startMs);
    const events = streamDemo(request(new AbortController().signal), { clock, random });
    expect((await events.next()).value).toEqual({ type: 'start', modelId: 'demo/familiar' });
    expect((await events.next()).value).toEqual({ type: 'text', text: 'A' });
    let words = 1;
    const rest = (async () => {
      for await (const event of events) if (event.type === 'text') words += 1;
    })();
    await clock.advance(1000);
    expect(words).toBeGreaterThanOrEqual(20);
    expect(words).toBeLessThanOrEqual(40);
    await clock.advance(10_000);
    await rest;
    expect(clock.pending).toBe(0);
  });

  it('is the same every time', async () => {
    expect(await reply('hello')).toBe(await reply('hello'));
  });

  it('ends early when there is no room', async () => {
    const answer = await collect(streamDemo(request(new AbortController().signal, 5), { clock: instant, random }));
    expect(answer.text).toBe('A fox once');
    expect(answer.finish).toMatchObject({ reason: 'length', usage: { estimated: true } });
  });

  it('stops with the reason it is given', async () => {
    const controller = new AbortController();
    const run = async () => {
      for await (const event of streamDemo(request(controller.signal), { clock: systemClock, random })) {
        if (event.type === 'text') controller.abort(new Cancelled('somebody'));
      }
    };
    await expect(run()).rejects.toThrow('cancelled by somebody');
  });
});

describe('arithmetic', () => {
  it.each([
    ['2 + 3 * 4', 14],
    ['(2 + 3) * 4 =', 20],
    ['2 ^ 3 ^ 2', 512],
    ['-3 - -4', 1],
    ['what is 7 times 6?', 42],
    ['how much is 15% of 80', 12],
    ['calculate 9 divided by 2 please', 4.5],
    ['12 x 12', 144],
    ['5 squared', 25],
  ])('%s is %d', (text, value) => {
    expect(calculate(text)?.value).toBe(value);
  });

  it.each(['2026', 'call me at 5', '2 +', '(1 + 2', 'what is love', '', '1 + one', '1+'.repeat(200)])(
    'is not %j',
    (text) => {
      expect(calculate(text)).toBeUndefined();
    },
  );
});
