import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SeenRequest {
  method: string;
  path: string;
  body: Record<string, unknown>;
  headers: IncomingMessage['headers'];
  /** By the clock that the fake was given. */
  atMs: number;
}

export interface FakeAnswer {
  status?: number;
  body?: unknown;
  headers?: Record<string, string>;
}

interface FakeMessage {
  id: string;
  channel_id: string;
  content: string;
  nonce?: unknown;
  [field: string]: unknown;
}

/** As much of Discord's REST as sending needs: messages with nonces, the budget of a channel, and answers on demand. */
export interface FakeApi {
  base: string;
  requests: SeenRequest[];
  /** Refusals for going over a budget. */
  tooMany: SeenRequest[];
  messages: Map<string, FakeMessage>;
  /** Answers requests instead of the fake; undefined lets it answer. May wait. */
  intercept: (request: SeenRequest) => FakeAnswer | undefined | Promise<FakeAnswer | undefined>;
  /** Messages on screen, in order. */
  screen(): string[];
  close(): Promise<void>;
}

/** The message of an interaction, as far as anybody looks at it. */
const said = { id: '1200000000000000009', channel_id: '1', content: '' };
const WINDOW_MS = 5000;
const LIMIT = 5;

type Windows = Map<string, { used: number; resetAtMs: number }>;

/** Discord's budget of five writes in five seconds and channel, and its headers. */
function budgetOf(windows: Windows, request: SeenRequest): { refused: boolean; headers: Record<string, string> } {
  const channelId = /^\/channels\/(\d+)\/messages/.exec(request.path)?.[1];
  if (channelId === undefined || !['POST', 'PATCH'].includes(request.method)) return { refused: false, headers: {} };
  let window = windows.get(channelId);
  if (!window || request.atMs >= window.resetAtMs) window = { used: 0, resetAtMs: request.atMs + WINDOW_MS };
  windows.set(channelId, window);
  const refused = window.used >= LIMIT;
  if (!refused) window.used += 1;
  const leftMs = window.resetAtMs - request.atMs;
  const headers = {
    'x-ratelimit-limit': String(LIMIT),
    'x-ratelimit-remaining': String(LIMIT - window.used),
    'x-ratelimit-reset-after': (leftMs / 1000).toFixed(3),
    'x-ratelimit-bucket': 'writes',
    ...(refused ? { 'retry-after': String(leftMs / 1000) } : {}),
  };
  return { refused, headers };
}

export async function startFakeApi(now: () => number): Promise<FakeApi> {
  const windows: Windows = new Map();
  let lastId = 1_300_000_000_000_000_000n;

  const answer = (request: SeenRequest): FakeAnswer => {
    const [, listed, after = '0'] = /^\/channels\/(\d+)\/messages\?after=(\d+)/.exec(request.path) ?? [];
    if (request.method === 'GET' && listed) {
      const later = [...api.messages.values()].filter(
        ({ id, channel_id }) => channel_id === listed && BigInt(id) > BigInt(after),
      );
      return { body: later };
    }
    const { refused, headers } = budgetOf(windows, request);
    if (refused) {
      api.tooMany.push(request);
      return { status: 429, headers, body: { message: 'rate limited', retry_after: 1, global: false } };
    }
    const [, channelId = '', messageId] = /^\/channels\/(\d+)\/messages(?:\/(\d+))?$/.exec(request.path) ?? [];
    if (request.method === 'POST' && channelId && messageId === undefined) {
      const known = [...api.messages.values()].find(
        ({ nonce }) => nonce !== undefined && nonce === request.body['nonce'],
      );
      const id = String((lastId += 1n));
      const message = known ?? { content: '', ...request.body, id, channel_id: channelId };
      api.messages.set(message.id, message);
      return { headers, body: message };
    }
    const message = messageId === undefined ? undefined : api.messages.get(messageId);
    if (channelId && !message) return { status: 404, headers, body: { code: 10008, message: 'Unknown Message' } };
    if (request.method === 'PATCH' && message) return { headers, body: Object.assign(message, request.body) };
    if (request.method === 'DELETE' && message) api.messages.delete(message.id);
    if (/\/callback\?.*with_response=true/.test(request.path)) return { body: { resource: { message: said } } };
    if (request.path.startsWith('/webhooks/') && request.method !== 'DELETE') return { body: said };
    return { status: 204, headers };
  };

  const server = createServer((request, response) => {
    void serve(request, response, api, now, answer);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const api: FakeApi = {
    base: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`,
    requests: [],
    tooMany: [],
    messages: new Map(),
    intercept: () => undefined,
    screen: () => [...api.messages.values()].map(({ content }) => content),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return api;
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  api: FakeApi,
  now: () => number,
  answer: (request: SeenRequest) => FakeAnswer,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  const seen: SeenRequest = {
    method: request.method ?? '',
    path: (request.url ?? '').replace(/^\/api\/v10/, ''),
    body: text.startsWith('{') || text.startsWith('[') ? (JSON.parse(text) as Record<string, unknown>) : { raw: text },
    headers: request.headers,
    atMs: now(),
  };
  api.requests.push(seen);
  const { status = 200, body, headers = {} } = (await api.intercept(seen)) ?? answer(seen);
  response.writeHead(status, { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}
