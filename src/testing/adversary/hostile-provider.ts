import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { imageSize } from '../../../emulator/messages/image-size.ts';
import { systemClock } from '../../kernel/clock.ts';

/** The provider's real work for one call, whatever it reported. */
interface Work {
  /** The texts of the request. */
  texts: string[];
  pictures: { width: number; height: number }[];
  /** The text written until the caller hung up, including thoughts. */
  written: string;
  /** False for calls refused with an HTTP error, which no provider charges. */
  begun: boolean;
  cut: boolean;
}

export interface HostileProvider {
  /** Ends in `/v1`. Answers to `case:NAME` behave as that case says; others are plain. */
  readonly baseUrl: string;
  /** Calls so far. */
  readonly calls: number;
  /** Calls that were cut off during the answer. */
  readonly cutOff: number;
  /** Other requests that it saw: an address that must never be reached by a redirect. */
  readonly leaks: string[];
  /** The price of all paid calls in micro-dollars, by the provider's own count. */
  worth(prices: { inputMicros: number; outputMicros: number }): number;
  close(): Promise<void>;
}

type Behaviour = (call: Call) => Promise<void>;

/** Calls of this model are free and not counted. */
export const FREE_MODEL = 'kind';

export async function startHostileProvider(): Promise<HostileProvider> {
  const works: Work[] = [];
  const leaks: string[] = [];
  const server = createServer((request, response) => {
    answer(request, response, works, leaks).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    baseUrl: `${origin}/v1`,
    get calls() {
      return works.length;
    },
    get cutOff() {
      return works.filter(({ cut }) => cut).length;
    },
    leaks,
    worth: (prices) => works.filter(({ begun }) => begun).reduce((sum, work) => sum + worthOf(work, prices), 0),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function worthOf(work: Work, { inputMicros, outputMicros }: { inputMicros: number; outputMicros: number }): number {
  // Special tokens in people's texts are plain text for a provider.
  const count = (text: string) => countTokens(text, { disallowedSpecial: new Set() });
  const pictures = work.pictures.reduce((sum, { width, height }) => sum + Math.ceil((width * height) / 750), 0);
  const input = work.texts.reduce((sum, text) => sum + count(text), 0) + pictures;
  return input * inputMicros + count(work.written) * outputMicros;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  works: Work[],
  leaks: string[],
): Promise<void> {
  const path = request.url ?? '';
  // The start asks whether the server answers; it lists no models.
  if (path === '/v1/models') {
    response.writeHead(404).end('{}');
    return;
  }
  if (!path.endsWith('/chat/completions')) {
    leaks.push(`${request.method} ${path}`);
    response.writeHead(404).end('{}');
    return;
  }
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  const body = JSON.parse(Buffer.concat(pieces).toString('utf8')) as WireBody;
  const work: Work = { ...contentsOf(body), written: '', begun: true, cut: false };
  response.once('close', () => {
    work.cut = !response.writableEnded && work.written !== '';
  });
  if (body.model !== FREE_MODEL) works.push(work);
  const [, name = 'plain'] = /case:([a-z0-9-]+)/.exec(lastUserText(body)) ?? [];
  const behaviour = (body.model === FREE_MODEL ? undefined : behaviours[name]) ?? behaviours['plain'];
  await behaviour?.(new Call(response, work, path));
}

interface WireBody {
  model: string;
  messages: { role: string; content: string | WirePart[] }[];
}

interface WirePart {
  type: string;
  text?: string;
  image_url?: { url: string };
}

const partsOf = ({ content }: WireBody['messages'][number]): WirePart[] =>
  typeof content === 'string' ? [{ type: 'text', text: content }] : content;

function contentsOf({ messages }: WireBody): Pick<Work, 'texts' | 'pictures'> {
  const parts = messages.flatMap(partsOf);
  const addresses = parts.flatMap(({ image_url: image }) => (image ? [image.url] : []));
  return {
    texts: parts.flatMap(({ text }) => (text === undefined ? [] : [text])),
    pictures: addresses.map((url) => {
      const data = Buffer.from(url.slice(url.indexOf(',') + 1), 'base64');
      return imageSize(data) ?? { width: 0, height: 0 };
    }),
  };
}

function lastUserText({ messages }: WireBody): string {
  const last = messages.findLast(({ role }) => role === 'user');
  return last
    ? partsOf(last)
        .map(({ text = '' }) => text)
        .join('\n')
    : '';
}

/** One call and its hostile behaviour. */
class Call {
  readonly response: ServerResponse;
  readonly path: string;
  private readonly work: Work;

  constructor(response: ServerResponse, work: Work, path: string) {
    this.response = response;
    this.work = work;
    this.path = path;
  }

  get gone(): boolean {
    return this.response.destroyed;
  }

  open(headers: Record<string, string> = {}): void {
    this.response.writeHead(200, { 'content-type': 'text/event-stream', ...headers });
  }

  async raw(text: string): Promise<void> {
    if (this.gone) return;
    if (!this.response.write(text)) await Promise.race([once(this.response, 'drain'), once(this.response, 'close')]);
  }

  /** Writes a frame with a piece of answer or thoughts; counts it unless the caller has hung up. */
  async says(piece: string, field: 'content' | 'reasoning_content' = 'content'): Promise<void> {
    if (this.gone) return;
    this.work.written += piece;
    await this.frame({ choices: [{ index: 0, delta: { [field]: piece }, finish_reason: null }] });
  }

  async frame(more: object): Promise<void> {
    await this.raw(`data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', model: 'm', ...more })}\n\n`);
  }

  async finish(usage?: object, reason = 'stop'): Promise<void> {
    await this.frame({ choices: [{ index: 0, delta: {}, finish_reason: reason }], ...(usage && { usage }) });
    await this.raw('data: [DONE]\n\n');
    this.response.end();
  }

  refuse(status: number, body: unknown, headers: Record<string, string> = {}): void {
    this.work.begun = false;
    this.response.writeHead(status, { 'content-type': 'application/json', ...headers });
    this.response.end(JSON.stringify(body));
  }
}

const pause = (delayMs: number): Promise<void> => systemClock.sleep(delayMs);
const words = (count: number, word = 'word') =>
  Array.from({ length: count }, (_, index) => `${word}${index} `).join('');

/** Writes 600 words in pieces, then ends with this report. */
const reporting = (usage: object | undefined) => async (call: Call) => {
  call.open();
  for (let index = 0; index < 20; index += 1) {
    await call.says(words(30));
    await pause(5);
  }
  await call.finish(usage);
};

/** Continues, whatever the request's limits, until the caller hangs up or two minutes have passed. */
const endless = (piece: (index: number) => string, field?: 'reasoning_content') => async (call: Call) => {
  call.open();
  for (let index = 0; index < 6000 && !call.gone; index += 1) {
    await call.says(piece(index), field);
    await pause(20);
  }
  call.response.end();
};

const behaviours: Readonly<Record<string, Behaviour>> = {
  plain: async (call) => {
    call.open();
    await call.says('A plain answer ');
    await pause(20);
    await call.says('of a few words.');
    await call.finish({ prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 });
  },
  slow: async (call) => {
    call.open();
    for (let index = 0; index < 40; index += 1) {
      await call.says(`slow ${index} and more words to read `);
      await pause(100);
    }
    await call.finish();
  },
  endless: endless((index) => words(20, `again${index}-`)),
  'endless-signs': endless(() => '¤§#*+~^°|<>{}[]'.repeat(10)),
  'endless-thoughts': endless((index) => words(20, `thought${index}-`), 'reasoning_content'),
  'endless-letters': endless(() => 'a'.repeat(600)),
  'no-usage': reporting(undefined),
  'zero-out': reporting({ prompt_tokens: 100, completion_tokens: 0, total_tokens: 100 }),
  'zero-all': reporting({ prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 }),
  'small-usage': reporting({ prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 }),
  'text-usage': reporting({ prompt_tokens: '7', completion_tokens: '3', total_tokens: '10' }),
  'negative-usage': reporting({ prompt_tokens: -5, completion_tokens: -9, total_tokens: -14 }),
  'absurd-usage': reporting({ prompt_tokens: 1e15, completion_tokens: 1e15, total_tokens: 2e15 }),
  'hidden-total': reporting({ prompt_tokens: 32, completion_tokens: 9, total_tokens: 3041 }),
  'cached-more': reporting({
    prompt_tokens: 4,
    completion_tokens: 30,
    total_tokens: 20_034,
    prompt_tokens_details: { cached_tokens: 20_000 },
  }),
  cut: async (call) => {
    call.open();
    for (let index = 0; index < 10; index += 1) await call.says(words(30));
    await pause(50);
    call.response.destroy();
  },
  'cut-first': async (call) => {
    call.open();
    await pause(20);
    call.response.destroy();
  },
  silence: async (call) => {
    call.open();
    await once(call.response, 'close');
  },
  'stall-after-words': async (call) => {
    call.open();
    await call.says(words(50));
    await once(call.response, 'close');
  },
  'huge-line': async (call) => {
    call.open();
    await call.raw('data: {"choices":[{"index":0,"delta":{"content":"');
    const piece = 'x'.repeat(1 << 20);
    for (let index = 0; index < 300 && !call.gone; index += 1) await call.raw(piece);
    call.response.end();
  },
  'huge-error': async (call) => {
    call.refuse(500, 'e'.repeat(50 << 20));
    return Promise.resolve();
  },
  'huge-json': async (call) => {
    call.response.writeHead(200, { 'content-type': 'application/json' });
    const piece = 'x'.repeat(1 << 20);
    await call.raw('{"choices":[{"message":{"content":"');
    for (let index = 0; index < 200 && !call.gone; index += 1) await call.raw(piece);
    call.response.end();
  },
  'many-pings': async (call) => {
    call.open();
    for (let index = 0; index < 200_000 && !call.gone; index += 1) await call.raw(': ping\n\n');
    await call.says('After many pings.');
    await call.finish();
  },
  'deep-json': async (call) => {
    call.open();
    await call.raw(`data: ${'['.repeat(100_000)}${']'.repeat(100_000)}\n\n`);
    await call.says('After something deep.');
    await call.finish();
  },
  redirect: async (call) => {
    call.refuse(307, {}, { location: `${call.path}/stolen` });
    return Promise.resolve();
  },
  'too-many': async (call) => {
    call.refuse(429, { error: { message: 'Too many requests', code: 'rate_limit' } }, { 'retry-after': '1' });
    return Promise.resolve();
  },
  broken: async (call) => {
    call.refuse(500, { error: { message: 'Internal error' } });
    return Promise.resolve();
  },
  filtered: async (call) => {
    call.open();
    await call.finish({ prompt_tokens: 100, completion_tokens: 0, total_tokens: 100 }, 'content_filter');
  },
  'only-thoughts': async (call) => {
    call.open();
    await call.says(words(200, 'idea'), 'reasoning_content');
    await call.finish();
  },
  mentions: async (call) => {
    call.open();
    await call.says('@everyone @here <@&1> [x](https://evil.example) '.repeat(200));
    await call.finish();
  },
};

/** The names for `case:NAME` in a question. */
export const hostileCases: readonly string[] = Object.keys(behaviours);
