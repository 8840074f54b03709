import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { startFakeProviders } from './providers.ts';

const fake = await startFakeProviders();
afterEach(() => fake.reset());
afterAll(() => fake.close());

function ask(text: string, { stream = false, url = `${fake.openaiBaseUrl}/chat/completions` } = {}): Promise<Response> {
  const body = JSON.stringify({ model: 'm', stream, messages: [{ role: 'user', content: text }] });
  return fetch(url, { method: 'POST', headers: { authorization: 'Bearer key' }, body });
}

describe('the fake providers', () => {
  it('echo what nothing was scripted for, and remember it', async () => {
    const answer = (await (await ask('hello')).json()) as { choices: { message: { content: string } }[] };
    expect(answer.choices[0]?.message.content).toBe('You said: hello');
    expect(fake.requests).toMatchObject([
      { provider: 'openai', api: 'chat', apiKey: 'key', model: 'm', userText: 'hello' },
    ]);
  });

  it.each([
    ['Chat Completions', () => `${fake.openaiBaseUrl}/chat/completions`, 'data: [DONE]'],
    ['Responses', () => `${fake.openaiBaseUrl}/responses`, '"type":"response.completed"'],
    ['Messages', () => `${fake.anthropicBaseUrl}/messages`, '"type":"message_stop"'],
    ['Ollama', () => `${fake.ollamaBaseUrl}/v1/chat/completions`, 'data: [DONE]'],
  ])('stream %s and answer in one piece', async (_name, url, end) => {
    fake.answer('hi', { text: 'good day', times: 2 });
    const streamed = await (await ask('hi', { stream: true, url: url() })).text();
    expect(streamed).toContain('"good "');
    expect(streamed).toContain('"day"');
    expect(streamed.trimEnd().split('\n').at(-1)).toContain(end);
    expect(await (await ask('hi', { url: url() })).text()).toContain('good day');
  });

  it('answer each script once, in order, and tell which were not used', async () => {
    fake.answer('question', { text: 'first' });
    fake.answer(/quest/, { text: 'second' });
    fake.answer('never', { text: 'third' });
    const texts = [await ask('question'), await ask('question'), await ask('question')].map((response) =>
      response.text(),
    );
    expect((await Promise.all(texts)).map((text) => /first|second|You said/.exec(text)?.[0])).toEqual([
      'first',
      'second',
      'You said',
    ]);
    expect(fake.unused()).toEqual(['never']);
  });

  it('hold an answer until they are told to go on', async () => {
    fake.answer('slow', { chunks: ['one ', 'two'], hold: 1 });
    const { body } = await ask('slow', { stream: true });
    const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
    let seen = '';
    while (!seen.includes('one ')) seen += String((await reader?.read())?.value);
    expect(seen).not.toContain('two');
    expect(fake.requests[0]?.aborted).toBe(false);
    fake.release();
    while (!seen.includes('[DONE]')) seen += String((await reader?.read())?.value);
    expect(seen).toContain('two');
  });

  it('fail as they are told to, with headers', async () => {
    fake.answer('busy', { status: 429, text: 'Slow down.', headers: { 'retry-after': '7' } });
    const response = await ask('busy');
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '7']);
    expect(await response.json()).toMatchObject({ error: { message: 'Slow down.' } });
  });

  it('tell when a request arrives', async () => {
    const arrival = fake.requested('knock');
    await ask('knock knock');
    expect((await arrival).userText).toBe('knock knock');
    expect((await fake.requested('knock')).userText).toBe('knock knock');
  });
});
