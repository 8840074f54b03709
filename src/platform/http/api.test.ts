import { createHash } from 'node:crypto';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createApi, FileAnswer, startHttp, tooMany } from './index.ts';
import type { ApiRequest, ApiRoute, HttpServer } from './index.ts';

const keyOf = (name: string) => name.repeat(8).padEnd(32, '-');
const hashOf = (key: string) => createHash('sha256').update(key).digest('hex');
const reader = keyOf('reader');
const owner = keyOf('owner');
const busy = keyOf('busy');

const asked: ApiRequest[] = [];
const explained: unknown[] = [];
let nowMs = 0;
/** What the notes' routes do next, instead of answering. */
let instead: (() => unknown) | undefined;

const note = z.object({ id: z.string(), text: z.string(), colour: z.enum(['red', 'blue']) });
const route = (part: Partial<ApiRoute>): ApiRoute => ({
  ...{ feature: 'notes', method: 'GET', path: '/all', summary: 'Does it.', scope: 'notes:read' },
  run: async () => undefined,
  ...part,
});
const answer = async (request: ApiRequest): Promise<unknown> => {
  asked.push(request);
  return instead ? instead() : { id: '1', text: 'hello', colour: 'red', secret: 'not in the schema' };
};
const routes = [
  route({
    path: '/all/:id',
    params: z.object({ id: z.string().regex(/^\d+$/) }),
    query: z.object({
      limit: z.coerce.number().int().min(1).max(50).default(10),
      colour: z.enum(['red', 'blue']).optional(),
    }),
    response: note,
    run: answer,
  }),
  route({
    method: 'POST',
    scope: 'notes:write',
    body: note.omit({ id: true }),
    maxBodyBytes: 200,
    response: note,
    run: answer,
  }),
  route({
    method: 'DELETE',
    path: '/all/:id',
    scope: 'notes:write',
    params: z.object({ id: z.string() }),
    run: async () => undefined,
  }),
  route({
    path: '/open',
    scope: 'public',
    response: z.object({ name: z.string().nullable() }),
    run: async ({ key }) => ({ name: key?.name ?? null }),
  }),
  route({
    path: '/file',
    scope: 'public',
    file: 'image/*',
    run: async () => new FileAnswer(Buffer.from('GIF89a'), 'image/gif', { 'cache-control': 'private' }),
  }),
  route({
    ...{ method: 'POST', path: '/report/:id', scope: 'public', maxBodyBytes: 200, run: answer, response: note },
    params: z.object({ id: z.string() }),
    raw: { contentType: 'application/json', headers: ['signature'] },
  }),
  route({ path: '/closed', scope: 'public', run: async () => undefined }),
];

let http: HttpServer;
beforeAll(async () => {
  http = await startHttp({ host: '127.0.0.1', port: 0, api: true, routes: [], publicUrl: 'https://bot.example.org/' });
});
afterAll(() => http.close());

interface AskOptions {
  key?: string;
  headers?: Record<string, string>;
  method?: string;
  body?: unknown;
}
const ask = (path: string, options: AskOptions = {}) => {
  const { key, method = 'GET', body } = options;
  return fetch(`http://127.0.0.1:${http.port}${path}`, {
    method,
    headers: {
      ...(key !== undefined && { authorization: `Bearer ${key}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...options.headers,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
};
const refusal = async (response: Response) => {
  const body = (await response.json()) as { error: string; message: string; problems?: object[] };
  return { status: response.status, ...body };
};

it('answers 503 until the routes are there, and then them', async () => {
  expect(await refusal(await ask('/api/notes/open'))).toMatchObject({ status: 503, error: 'starting' });
  const api = await createApi({
    routes,
    keys: [
      { name: 'reader', sha256: hashOf(reader), scopes: ['notes:read'] },
      { name: 'owner', sha256: hashOf(owner), scopes: ['notes:*'] },
      { name: 'busy', sha256: hashOf(busy), scopes: ['*'] },
    ],
    visitorsPerMinute: 5,
    trustProxy: ['127.0.0.1'],
    publicUrl: 'https://bot.example.org/',
    version: '1.2.3',
    now: () => nowMs,
    takeRate: async ({ name }) => (name === 'busy' ? tooMany(4200) : undefined),
    refuseVisitor: async ({ path }) =>
      path === '/closed' ? { status: 403, error: 'refused.policy', message: 'not here' } : undefined,
    explain: (error) => {
      explained.push(error);
      return { status: 422, error: 'notes.full', message: 'There is no room.' };
    },
  });
  http.serveApi(api);
  expect(await (await ask('/api/notes/open')).json()).toEqual({ name: null });
});

describe('a request', () => {
  beforeEach(() => {
    // Another minute, in which visitors have asked nothing yet.
    nowMs += 60_000;
    instead = undefined;
    asked.length = 0;
    explained.length = 0;
  });

  it('is answered with a file as it is, which no browser takes for anything else', async () => {
    const response = await ask('/api/notes/file');
    expect(await response.text()).toBe('GIF89a');
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'image/gif',
      'cache-control': 'private',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
    });
  });

  it.each<[string, string, string | undefined]>([
    ['JSON with its spaces', '{ "a" : 1 }', 'application/json'],
    ['JSON that is none', '{"a":', 'application/json; charset=utf-8'],
    ['bytes of no type', 'a=\u0000b', undefined],
    ['a form', 'a=b', 'application/x-www-form-urlencoded'],
    ['nothing', '', 'application/json'],
  ])('of a raw route brings its bytes as they came, and the headers that it names: %s', async (_, body, type) => {
    const response = await fetch(`http://127.0.0.1:${http.port}/api/notes/report/7`, {
      ...{ method: 'POST', body: Buffer.from(body) },
      headers: { signature: 'v1', cookie: 'a=b', other: 'x', ...(type !== undefined && { 'content-type': type }) },
    });
    expect(response.status).toBe(200);
    const [request] = asked;
    expect(request).toMatchObject({ params: { id: '7' }, key: null });
    expect([Buffer.from(request?.body as Uint8Array).toString(), request?.headers]).toEqual([
      body,
      { signature: 'v1' },
    ]);
  });

  it('of a raw route is bounded too, and other routes get no headers', async () => {
    const body = 'x'.repeat(201);
    expect(await refusal(await ask('/api/notes/report/7', { method: 'POST', body }))).toMatchObject({ status: 413 });
    expect(asked).toEqual([]);
    await ask('/api/notes/all/7', { key: reader, headers: { signature: 'v1' } });
    expect(asked[0]?.headers).toEqual({});
  });

  it('reaches its route with what its schemas made of it, and is answered with what the schema names', async () => {
    const response = await ask('/api/notes/all/7?limit=20', { key: reader });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(await response.json()).toEqual({ id: '1', text: 'hello', colour: 'red' });
    expect(asked[0]).toMatchObject({
      params: { id: '7' },
      query: { limit: 20 },
      body: undefined,
      key: { name: 'reader' },
    });
  });

  it('may have a body, and an answer without content', async () => {
    const body = { text: 'new', colour: 'blue' };
    expect((await ask('/api/notes/all', { key: owner, method: 'POST', body })).status).toBe(200);
    expect(asked[0]?.body).toEqual(body);
    const deleted = await ask('/api/notes/all/7', { key: owner, method: 'DELETE' });
    expect([deleted.status, await deleted.text()]).toEqual([204, '']);
  });

  it('may name the type of a body that it does not have', async () => {
    const headers = { 'content-type': 'application/json' };
    expect((await ask('/api/notes/all/7', { key: owner, method: 'DELETE', headers })).status).toBe(204);
    const without = await refusal(await ask('/api/notes/all', { key: owner, method: 'POST', headers }));
    expect(without).toMatchObject({ status: 400, error: 'invalid', problems: [{ path: 'body' }] });
  });

  it('is refused with every wrong part, its path and the allowed values', async () => {
    const found = await refusal(await ask('/api/notes/all/x?limit=99&colour=green', { key: reader }));
    expect(found).toMatchObject({ status: 400, error: 'invalid' });
    expect(found.problems).toMatchObject([
      { path: 'params.id' },
      { path: 'query.limit', message: expect.stringContaining('50') as string },
      { path: 'query.colour', allowed: ['red', 'blue'] },
    ]);
    expect(found.message).toContain('query.limit: ');
    expect(asked).toEqual([]);
  });

  it.each([
    ['no key', {}, 401, 'key-missing'],
    ['a key that is not known', { key: keyOf('other') }, 401, 'key-unknown'],
    [
      'another kind of authorization',
      { headers: { authorization: `Basic ${btoa(`a:${reader}`)}` } },
      401,
      'key-unknown',
    ],
    ['a key without the scope', { key: reader, method: 'POST', body: {} }, 403, 'scope-missing'],
    ['a key that asks too often', { key: busy, method: 'POST', body: {} }, 429, 'too-many-requests'],
    [
      'a body that is too large',
      { key: owner, method: 'POST', body: { text: 'x'.repeat(200), colour: 'red' } },
      413,
      'too-large',
    ],
    ['a body that is no JSON', { key: owner, method: 'POST', body: '{"text":' }, 400, 'not-json'],
    [
      'a body of another kind',
      { key: owner, method: 'POST', body: 'a=b', headers: { 'content-type': 'text/csv' } },
      415,
      'not-json',
    ],
    ['no body where one is needed', { key: owner, method: 'POST' }, 400, 'invalid'],
    [
      'a body that would change prototypes',
      { key: owner, method: 'POST', body: '{"__proto__":{"a":1}}' },
      400,
      'not-json',
    ],
  ] satisfies [string, AskOptions, number, string][])(
    'with %s is refused',
    async (_, options: AskOptions, status, error) => {
      const path = options.method === 'POST' ? '/api/notes/all' : '/api/notes/all/7';
      const response = await ask(path, options);
      expect(response.headers.get('www-authenticate')).toBe(status === 401 ? 'Bearer' : null);
      expect(response.headers.get('retry-after')).toBe(status === 429 ? '5' : null);
      const found = await refusal(response);
      expect(found).toMatchObject({ status, error });
      expect(JSON.stringify(found)).not.toContain(reader);
      expect(asked).toEqual([]);
    },
  );

  it('for a public route may come without a key, but not with a wrong one, nor against the policy', async () => {
    expect(await (await ask('/api/notes/open', { key: reader })).json()).toEqual({ name: 'reader' });
    expect((await ask('/api/notes/open', { key: keyOf('other') })).status).toBe(401);
    expect(await refusal(await ask('/api/notes/closed'))).toMatchObject({ status: 403, error: 'refused.policy' });
  });

  it('of a visitor is one of few in a minute, counted by address and over all that is refused', async () => {
    const from = (address: string) => ask('/api/nothing', { headers: { 'x-forwarded-for': address } });
    for (let number = 0; number < 5; number += 1) expect((await from('2001:db8:1:2::7')).status).toBe(404);
    const refused = await from('2001:db8:1:2:9::8');
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '60']);
    expect((await from('2001:db8:1:3::7')).status).toBe(404);
    nowMs += 60_000;
    expect((await from('2001:db8:1:2::7')).status).toBe(404);
  });

  it('whose route fails is told what the edge makes of it', async () => {
    instead = () => {
      throw new TypeError('what nobody is to see');
    };
    expect(await refusal(await ask('/api/notes/all/7', { key: reader }))).toEqual({
      status: 422,
      error: 'notes.full',
      message: 'There is no room.',
    });
    expect(explained).toEqual([new TypeError('what nobody is to see')]);
  });

  it('whose answer does not fit its schema gets none of it', async () => {
    instead = () => ({ id: 7, text: 'hello' });
    expect((await ask('/api/notes/all/7', { key: reader })).status).toBe(422);
    expect(explained[0]).toBeInstanceOf(z.ZodError);
  });

  it('that goes away aborts the signal', async () => {
    const gone = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    instead = () => {
      asked[0]?.signal.addEventListener('abort', () => gone.resolve());
      begun.resolve();
      return gone.promise.then(() => ({}));
    };
    const controller = new AbortController();
    const request = fetch(`http://127.0.0.1:${http.port}/api/notes/all/7`, {
      headers: { authorization: `Bearer ${reader}` },
      signal: controller.signal,
    });
    await begun.promise;
    controller.abort();
    await expect(request).rejects.toThrow();
    await gone.promise;
    expect(asked[0]?.signal.aborted).toBe(true);
  });
});

describe('the document', () => {
  it('describes every route with the schemas that check it', async () => {
    nowMs += 60_000;
    const document = (await (await ask('/api/openapi.json')).json()) as {
      openapi: string;
      info: object;
      servers: object[];
      paths: Record<
        string,
        Record<string, { parameters: object[]; security?: object; responses: object; requestBody?: object }>
      >;
    };
    expect(document).toMatchObject({
      openapi: '3.1.0',
      info: { version: '1.2.3' },
      servers: [{ url: 'https://bot.example.org' }],
    });
    expect(Object.keys(document.paths)).toEqual([
      '/api/notes/all/{id}',
      '/api/notes/all',
      '/api/notes/open',
      '/api/notes/file',
      '/api/notes/report/{id}',
      '/api/notes/closed',
    ]);
    expect(document.paths['/api/notes/report/{id}']?.['post']).toMatchObject({
      parameters: [{ name: 'id' }, { name: 'signature', in: 'header' }],
      requestBody: { content: { 'application/json': {} } },
    });
    const found = document.paths['/api/notes/all/{id}']?.['get'];
    expect(found?.parameters).toMatchObject([
      { name: 'id', in: 'path', required: true, schema: { type: 'string' } },
      { name: 'limit', in: 'query', required: false, schema: { type: 'integer', maximum: 50, default: 10 } },
      { name: 'colour', in: 'query', required: false, schema: { enum: ['red', 'blue'] } },
    ]);
    expect(found?.security).toEqual([{ apiKey: [] }]);
    expect(document.paths['/api/notes/open']?.['get']?.security).toBeUndefined();
    expect(Object.keys(document.paths['/api/notes/all/{id}']?.['delete']?.responses ?? {})).toEqual(['204', '4XX']);
  });

  it('has schemas that accept what the routes do', async () => {
    nowMs += 60_000;
    const { paths } = (await (await ask('/api/openapi.json')).json()) as {
      paths: Record<string, Record<string, { requestBody: { content: Record<string, { schema: object }> } }>>;
    };
    const schema = paths['/api/notes/all']?.['post']?.requestBody.content['application/json']?.schema ?? {};
    const validate = new Ajv2020().compile(schema);
    expect(validate({ text: 'new', colour: 'blue' })).toBe(true);
    expect(validate({ text: 'new', colour: 'green' })).toBe(false);
  });
});
