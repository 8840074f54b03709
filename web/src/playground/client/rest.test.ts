import { describe, expect, it } from 'vitest';
import { ApiError, createRequest } from './rest.ts';

function requestAnswering(status: number, body: unknown, headers: Record<string, string> = {}) {
  const seen: { url: string; init: RequestInit }[] = [];
  const request = createRequest({
    baseUrl: '/api/v10',
    token: 'token',
    fetch: (url, init) => {
      seen.push({ url: url as string, init: init ?? {} });
      return Promise.resolve(new Response(status === 204 ? null : JSON.stringify(body), { status, headers }));
    },
  });
  return { request, seen };
}

async function failureOf(status: number, body: unknown, headers: Record<string, string> = {}): Promise<ApiError> {
  const error = await requestAnswering(status, body, headers)
    .request('GET', '/x')
    .catch((reason: unknown) => reason);
  if (!(error instanceof ApiError)) throw new Error('It was expected to fail with an ApiError.');
  return error;
}

describe('requests', () => {
  it('carry the member’s token without a prefix, the query and JSON', async () => {
    const { request, seen } = requestAnswering(200, { ok: true });
    expect(await request('POST', '/x', { json: { a: 1 }, query: { limit: 50, before: undefined } })).toEqual({
      ok: true,
    });
    expect(seen[0]?.url).toBe('/api/v10/x?limit=50');
    expect(new Headers(seen[0]?.init.headers).get('Authorization')).toBe('token');
    expect(seen[0]?.init.body).toBe('{"a":1}');
  });

  it('put files beside the JSON in a form', async () => {
    const { request, seen } = requestAnswering(200, {});
    await request('POST', '/x', { json: { content: 'c' }, files: [new File(['x'], 'a.txt')] });
    const form = seen[0]?.init.body as FormData;
    expect(form.get('payload_json')).toBe('{"content":"c"}');
    expect((form.get('files[0]') as File).name).toBe('a.txt');
  });

  it('resolve to undefined for an answer without content', async () => {
    expect(await requestAnswering(204, null).request('DELETE', '/x')).toBeUndefined();
  });

  it.each([
    [403, { message: 'Missing Permissions', code: 50013 }, /may not do that here \(Missing Permissions\)/],
    [413, { message: 'Request entity too large', code: 40005 }, /too big/],
    [500, {}, /stumbled \(500\)/],
    [
      400,
      {
        message: 'Invalid Form Body',
        code: 50035,
        errors: { content: { _errors: [{ code: 'X', message: 'Too long' }] } },
      },
      /^content: Too long$/,
    ],
  ])('say in words why they failed with %i', async (status, body, words) => {
    expect((await failureOf(status, body)).message).toMatch(words);
  });

  it('tell how long to wait after 429, from the body or the header', async () => {
    expect((await failureOf(429, { retry_after: 1.5 })).retryAfterMs).toBe(1_500);
    expect((await failureOf(429, {}, { 'Retry-After': '3' })).retryAfterMs).toBe(3_000);
    expect((await failureOf(404, {})).retryAfterMs).toBeNull();
  });

  it('say so when the server is out of reach', async () => {
    const request = createRequest({ baseUrl: '', token: 't', fetch: () => Promise.reject(new TypeError('failed')) });
    await expect(request('GET', '/x')).rejects.toThrow(/does not answer/);
  });
});
