import { afterAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../kernel/clock.ts';
import { oddKey, startOddServer } from '../../../testing/odd-streams/index.ts';
import type { OddCase } from '../../../testing/odd-streams/index.ts';
import { listModels } from '../discovery.ts';
import { translateModelError } from '../errors.ts';

const list = (serve: OddCase['serve'], type: OddCase['type'] = 'openai-compatible'): OddCase => ({
  ...{ group: 'lists', name: 'list', serve, type },
  ends: {},
});
const json = (body: unknown): OddCase => list([JSON.stringify(body)]);
const redirect = (status: number, type?: OddCase['type']): OddCase =>
  list(
    ({ elsewhere }, response) => void response.writeHead(status, { location: `${elsewhere}/v1/models` }).end(),
    type,
  );

const generates = { supportedGenerationMethods: ['generateContent', 'countTokens'] };
const pages = [
  {
    models: [
      { name: 'models/gemini-a', ...generates, inputTokenLimit: 1000, outputTokenLimit: '100', thinking: true },
      { name: 'models/gemini-a-image', ...generates },
      { name: 'models/gemini-a-tts', ...generates },
      { name: 'models/embedding', supportedGenerationMethods: ['embedContent'] },
      ...[null, 'x', {}, { name: 'models/odd', supportedGenerationMethods: 'all' }],
    ],
    nextPageToken: 'a token',
  },
  { models: [{ name: 'models/gemini-b', ...generates }] },
];
const invalidKey = {
  error: {
    ...{ code: 400, message: 'API key not valid. Please pass a valid API key.', status: 'INVALID_ARGUMENT' },
    details: [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'API_KEY_INVALID' }],
  },
};

const server = await startOddServer(
  new Map<string, OddCase>([
    ['redirect', redirect(302)],
    ['anthropic', redirect(307, 'anthropic')],
    ['large', list(Array.from({ length: 200 }, () => `{"id":"${'x'.repeat(64 * 1024)}"},`))],
    ['page', list(['<!DOCTYPE html><title>Sign in</title>'])],
    ['other', json({ hello: 1 })],
    [
      'odd',
      json({
        data: [
          { id: 'a' },
          { id: 'a' },
          null,
          { id: 7 },
          { name: 'x' },
          'b',
          { id: 'y'.repeat(600) },
          { id: 'c', context_length: '4096', pricing: 'free' },
        ],
      }),
    ],
    ['bare', json([{ id: 'a' }])],
    ['gemini', list(({ before }, response) => void response.end(JSON.stringify(pages[before])), 'gemini')],
    [
      'gemini-key',
      list((_request, response) => void response.writeHead(400).end(JSON.stringify(invalidKey)), 'gemini'),
    ],
    ['many', json({ data: Array.from({ length: 5000 }, (_, index) => ({ id: `m${index}` })) })],
  ]),
);
afterAll(() => server.close());

function read(id: string, type: OddCase['type'] = 'openai-compatible') {
  const timeouts = { firstByteMs: 1000, stallMs: 1000, totalMs: 1000 };
  const config = { type, baseUrl: server.baseUrl(id), apiKeys: [oddKey], timeouts, optional: false };
  return listModels({ name: 'p', config, apiKey: oddKey, clock: systemClock });
}

describe('a list of models', () => {
  it.each([
    ['that redirects', 'redirect', 'openai-compatible', /redirects to http/],
    ['of Anthropic that redirects', 'anthropic', 'anthropic', /redirects to http/],
    ['of 12 MB', 'large', 'openai-compatible', /larger than 4 MB/],
    ['that is a web page', 'page', 'openai-compatible', /web page/],
    ['that is something else', 'other', 'openai-compatible', /can't be read/],
  ] as const)('%s is told as what it is', async (_what, id, type, message) => {
    await expect(read(id, type)).rejects.toThrow(message);
    expect(server.elsewhere).toBe(0);
  });

  it('keeps what can be read of it, each model once', async () => {
    expect((await read('odd')).map(({ name, contextTokens }) => [name, contextTokens])).toEqual([
      ['a', undefined],
      ['7', undefined],
      ['b', undefined],
      ['c', 4096],
    ]);
    expect((await read('bare')).map(({ name }) => name)).toEqual(['a']);
  });

  it('of Gemini is read over its pages, with what holds conversations or draws', async () => {
    expect(await read('gemini', 'gemini')).toEqual([
      { name: 'gemini-a', contextTokens: 1000, maxOutputTokens: 100, reasoning: true },
      { name: 'gemini-a-image', abilities: ['draw'] },
      { name: 'gemini-b' },
    ]);
  });

  it('of Gemini is refused for a dead key with 400', async () => {
    const error = await read('gemini-key', 'gemini').catch((reason: unknown) => reason);
    expect(translateModelError('p', error, 0)).toMatchObject({ code: 'model/bad-key' });
  });

  it('has no more models than anyone chooses from', async () => {
    expect(await read('many')).toHaveLength(2000);
  });
});
