import { createDeflate, createGzip } from 'node:zlib';
import type { ServerResponse } from 'node:http';
import { broken, data, plain, say, sse } from './case.ts';
import type { OddCase, OddEnding, Serve } from './case.ts';

/** Writes the same piece until the caller hangs up. */
async function endless(
  response: ServerResponse,
  piece: string | Buffer,
  into: NodeJS.WritableStream = response,
): Promise<void> {
  let gone = false;
  response.once('close', () => (gone = true));
  while (!gone) {
    await new Promise<void>((resolve) => {
      response.once('close', resolve);
      into.write(piece, () => {
        response.off('close', resolve);
        resolve();
      });
    });
  }
}

const endlessly =
  (status: number, begin: string, piece: string, headers: Record<string, string> = sse): Serve =>
  async (_request, response) => {
    response.writeHead(status, headers);
    response.write(begin);
    await endless(response, piece);
  };

const bomb =
  (encoding: 'gzip' | 'deflate', piece: string): Serve =>
  async (_request, response) => {
    response.writeHead(200, { ...sse, 'content-encoding': encoding });
    const packed = encoding === 'gzip' ? createGzip() : createDeflate();
    packed.on('error', () => undefined).pipe(response);
    await endless(response, piece, packed);
    packed.destroy();
  };

const redirects =
  (status: number): Serve =>
  (request, response) =>
    void response.writeHead(status, { location: `${request.elsewhere}/v1/chat/completions` }).end();

const tooMuch: OddEnding = { error: 'model/failed', retryable: false };
const redirected: OddEnding = {
  text: '',
  error: 'model/redirected',
  retryable: false,
  says: /redirects to http:\/\/127/,
};
const filler = 'x'.repeat(64 * 1024);

const cases: [string, Serve | OddCase['serve'], OddEnding, Partial<OddCase>?][] = [
  ...[301, 302, 303, 307, 308].map((status): [string, Serve, OddEnding] => [
    `${status} to another host`,
    redirects(status),
    redirected,
  ]),
  ['307 of Anthropic to another host', redirects(307), redirected, { type: 'anthropic' }],
  ['308 of OpenAI to another host', redirects(308), redirected, { type: 'openai' }],
  [
    'a redirect to nowhere',
    (_request, response) => void response.writeHead(302).end(),
    { ...redirected, says: /redirects to nowhere/ },
  ],
  ['a line without an end', endlessly(200, 'data: {"x":"', filler), { ...tooMuch, text: '', says: /line/ }],
  [
    'a line without an end after words',
    endlessly(200, `${say('Begin')}data: {"x":"`, filler),
    { ...tooMuch, text: 'Begin', says: /line/ },
  ],
  [
    'a line without an end, Anthropic',
    endlessly(200, 'data: {"x":"', filler),
    { ...tooMuch, text: '', says: /line/ },
    { type: 'anthropic' },
  ],
  [
    'an event of endless lines',
    endlessly(200, 'data: {\n', 'data: "x":\n'.repeat(500)),
    { ...tooMuch, text: '', says: /line/ },
  ],
  ['endless pings', endlessly(200, '', ': ping\n\n'.repeat(5000)), { ...tooMuch, text: '', says: /MB/ }],
  [
    'endless empty events',
    endlessly(200, say('Begin'), data({ choices: [] }).repeat(500)),
    { ...tooMuch, text: 'Begin', says: /MB/ },
  ],
  [
    'an endless answer in one piece',
    endlessly(200, '{"choices":[{"message":{"content":"', filler, { 'content-type': 'application/json' }),
    { ...tooMuch, text: '', says: /MB/ },
  ],
  [
    'an endless web page',
    endlessly(200, '<html>', filler),
    { ...tooMuch, error: 'model/web-page', text: '', says: /web page/ },
  ],
  [
    'an endless error',
    endlessly(500, '{"error":{"message":"', filler),
    { text: '', error: 'model/failed', retryable: true },
  ],
  [
    'an endless 429',
    endlessly(429, '', filler, { 'retry-after': '5' }),
    { text: '', error: 'model/rate-limited', retryAfterMs: 5000 },
  ],
  ['a gzip bomb in one line', bomb('gzip', '0'.repeat(1_000_000)), { ...tooMuch, text: '', says: /MB|no answer/ }],
  ['a deflate bomb of many lines', bomb('deflate', ':\n'.repeat(500_000)), { ...tooMuch, text: '', says: /MB/ }],
  [
    'compression that breaks',
    (_request, response) => void response.writeHead(200, { ...sse, 'content-encoding': 'gzip' }).end('no gzip at all'),
    broken(''),
  ],
  [
    'headers that are too many',
    (_request, response) =>
      void response.writeHead(200, { ...sse, 'x-much': 'x'.repeat(100_000) }).end(plain('no').join('')),
    broken(''),
  ],
  ['no HTTP at all', (_request, response) => void response.socket?.end('I am not HTTP\r\n\r\n'), broken('')],
  [
    'a length that is not reached',
    (_request, response) => {
      response.writeHead(200, { ...sse, 'content-length': '100000' });
      response.write(say('Begin'), () => response.destroy());
    },
    broken('Begin'),
  ],
  ['a break right behind the last words', [say('one '), say('two '), say('three'), 'cut'], broken('one two three')],
];

export const transportCases: OddCase[] = cases.map(([name, serve, ends, more]) => ({
  group: 'transport',
  type: 'openai-compatible',
  ...{ name, serve, ends },
  ...more,
}));
