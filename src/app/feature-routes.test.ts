import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineFeature, defineRawRoute, defineRoute } from '../sdk/index.ts';
import type { Route } from '../sdk/index.ts';
import { checkedRoutes } from './feature-routes.ts';

const base = {
  method: 'GET',
  path: '/all',
  summary: 'Does it.',
  scope: 'notes:read',
  run: async () => undefined,
} as const;

function check(...routes: Route[]) {
  const definition = defineFeature({
    ...{ name: 'notes', summary: 'Is tested.', intents: [], settings: z.object({}), setup: () => ({ routes }) },
  });
  return checkedRoutes([{ definition, folder: '', parts: { routes } }]);
}

describe('the start', () => {
  it('takes routes that can be told apart', () => {
    const params = z.object({ id: z.string() });
    expect(check(base, { ...base, method: 'POST' }, { ...base, path: '/all/:id', params })).toHaveLength(3);
  });

  it.each([
    [{ path: 'all' }, /"GET all" of the feature "notes" is wrong: its path/],
    [{ path: '/all/' }, /its path must be parts/],
    [{ path: '/:id' }, /exactly what its path names \(id\)/],
    [{ path: '/:id', params: z.object({ other: z.string() }) }, /exactly what its path names \(id\)/],
    [{ scope: 'notes' }, /its scope must be "public" or two words/],
    [{ body: z.object({}) }, /GET has no body/],
    [{ raw: { contentType: 'text/plain', headers: ['cookie'] } }, /lower-case names, without authorization and cookie/],
    [{ raw: { contentType: 'text/plain', headers: ['X-Id'] } }, /its headers must be lower-case names/],
    [{ maxBodyBytes: 1e9 }, /maxBodyBytes must be from 1/],
  ])('stops at a route with %j', (part: Partial<Route>, message) => {
    expect(() => check({ ...base, ...part })).toThrow(message);
  });

  it('stops at two routes for the same requests', () => {
    const named = (name: string) => ({ ...base, path: `/:${name}`, params: z.object({ [name]: z.string() }) });
    expect(() => check(named('id'), named('other'))).toThrow(/another route for the same requests/);
  });
});

it('knows the types of its inputs and of its answer', () => {
  const route = defineRoute({
    ...base,
    query: z.object({ limit: z.coerce.number() }),
    response: z.object({ count: z.int() }),
    run: async ({ query, body }) => {
      const nothing: undefined = body;
      return { count: nothing ?? query.limit };
    },
  });
  expect(route.path).toBe('/all');
  defineRawRoute({
    ...{ ...base, method: 'POST', path: '/:id', params: z.object({ id: z.string() }) },
    raw: { contentType: 'application/json', headers: ['signature'] },
    run: async ({ params, body, headers }) => {
      const parts: [string, Uint8Array, string | undefined] = [params.id, body, headers['signature']];
      expect(parts).toHaveLength(3);
    },
  });
  defineRoute({
    ...base,
    response: z.object({ count: z.int() }),
    // @ts-expect-error The answer is not what the schema says.
    run: async () => ({ count: 'three' }),
  });
});
