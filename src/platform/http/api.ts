import type { IncomingMessage, ServerResponse } from 'node:http';
import fastify from 'fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { allows, findKey, presentedKey } from './api-keys.ts';
import type { ApiKey } from './api-keys.ts';
import { apiDocument } from './api-document.ts';
import { problemsOf } from './api-problems.ts';
import { FileAnswer } from './api-route.ts';
import type { ApiOptions, ApiRefusal, ApiRequest, ApiRoute } from './api-route.ts';
import { VisitorRate } from './visitor-rate.ts';

export interface Api {
  handle(request: IncomingMessage, response: ServerResponse): void;
  close(): Promise<void>;
}

const bodyBytes = 64 * 1024;

class Refused extends Error {
  readonly refusal: ApiRefusal;

  constructor(refusal: ApiRefusal) {
    super(refusal.message);
    this.refusal = refusal;
  }
}

/**
 * The routes below `/api`. Of every request, in this order: the key and its scope, the rate, the size of the body, all
 * inputs by their schemas. An answer has what its schema names and nothing else; one that does not fit is a bug, never sent.
 * Keys are never logged and never part of an answer.
 */
export async function createApi(options: ApiOptions): Promise<Api> {
  const trustProxy = typeof options.trustProxy === 'boolean' ? options.trustProxy : [...options.trustProxy];
  const server = fastify({
    ...{ bodyLimit: bodyBytes, trustProxy, exposeHeadRoutes: false },
    frameworkErrors: (error, _request, reply) => void sendRefusal(reply as FastifyReply, refusalOf(error)),
  });
  const rate = new VisitorRate(options.visitorsPerMinute);
  const readJson = server.getDefaultJsonParser('error', 'error');
  server.removeContentTypeParser('application/json');
  server.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body: string, done) => {
    // Many clients name the type of a body that they don't send. A route that needs one says so itself.
    if (body === '') done(null, undefined);
    else void readJson(request, body, done);
  });
  server.setErrorHandler((error, _request, reply) => sendRefusal(reply, refusalOf(error)));
  server.setNotFoundHandler(async (request, reply) => {
    const waitMs = rate.take(request.ip, options.now());
    const missing = { status: 404, error: 'not-found', message: 'There is nothing at this address.' };
    return sendRefusal(reply, waitMs === undefined ? missing : tooMany(waitMs));
  });
  for (const route of options.routes.filter(({ raw }) => !raw)) addRoute(server, route, options, rate);
  await server.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, parsed) => parsed(null, body));
    for (const route of options.routes.filter(({ raw }) => raw)) addRoute(scope, route, options, rate);
    done();
  });
  const document = apiDocument(options);
  const openApi = documentRoute(document);
  addRoute(server, openApi, { ...options, refuseVisitor: async () => undefined }, rate, '/api/openapi.json');
  await server.ready();
  return {
    handle: (request, response) => server.routing(request, response),
    close: () => server.close(),
  };
}

const documentRoute = (document: object): ApiRoute => ({
  feature: '',
  method: 'GET',
  path: '/openapi.json',
  summary: 'This document.',
  scope: 'public',
  run: async () => document,
});

function addRoute(
  server: FastifyInstance,
  route: ApiRoute,
  options: ApiOptions,
  rate: VisitorRate,
  url = `/api/${route.feature}${route.path}`,
): void {
  const keys = new WeakMap<FastifyRequest, ApiKey>();
  server.route({
    method: route.method,
    url,
    bodyLimit: route.maxBodyBytes ?? bodyBytes,
    // Before the body is read: a stranger is not listened to.
    onRequest: async (request) => {
      const key = await admit(request, route, options, rate);
      if (key) keys.set(request, key);
    },
    handler: async (request, reply) => {
      const input = readInput(request, route);
      const key = keys.get(request);
      const signal = signalOf(reply);
      let result: unknown;
      try {
        const named = key ? { name: key.name, scopes: key.scopes } : null;
        result = await route.run({ ...input, key: named, signal });
        if (route.response) result = route.response.parse(result);
      } catch (error) {
        throw new Refused(options.explain(error, route));
      }
      if (result instanceof FileAnswer) return sendFile(reply, result);
      if (result === undefined) return reply.status(204).send();
      // As text, so that no serializer of a schema changes it.
      return reply.type('application/json; charset=utf-8').send(JSON.stringify(result));
    },
  });
}

/** Never taken for another type than it has, and without rights where it is opened by itself. */
function sendFile(reply: FastifyReply, { bytes, contentType, headers }: FileAnswer): FastifyReply {
  return reply
    .headers({
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
      'referrer-policy': 'no-referrer',
      ...headers,
    })
    .type(contentType)
    .send(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
}

/** The key of a request that may go on; undefined for a visitor of a public route. Throws a Refused. */
async function admit(
  request: FastifyRequest,
  route: ApiRoute,
  options: ApiOptions,
  rate: VisitorRate,
): Promise<ApiKey | undefined> {
  const presented = presentedKey(request.headers.authorization);
  const key = presented ? findKey(options.keys, presented) : undefined;
  if (!key) {
    const waitMs = rate.take(request.ip, options.now());
    if (waitMs !== undefined) throw new Refused(tooMany(waitMs));
    if (presented !== undefined) throw new Refused(keyRefusal('key-unknown', 'This API key is not known.'));
    if (route.scope !== 'public') {
      throw new Refused(keyRefusal('key-missing', 'An API key is needed: send it as "Authorization: Bearer <key>".'));
    }
    const refusal = await options.refuseVisitor(route);
    if (refusal) throw new Refused(refusal);
    return undefined;
  }
  if (route.scope !== 'public' && !allows(key, route.scope)) {
    const message = `The API key "${key.name}" lacks the scope "${route.scope}".`;
    throw new Refused({ status: 403, error: 'scope-missing', message });
  }
  const refusal = await options.takeRate(key);
  if (refusal) throw new Refused(refusal);
  return key;
}

const keyRefusal = (error: string, message: string): ApiRefusal => ({ status: 401, error, message });

export const tooMany = (retryAfterMs: number): ApiRefusal => ({
  status: 429,
  error: 'too-many-requests',
  message: `Too many requests. Try again in ${Math.ceil(retryAfterMs / 1000)} s.`,
  retryAfterMs,
});

class Invalid extends Error {
  readonly problems: ReturnType<typeof problemsOf>;

  constructor(problems: ReturnType<typeof problemsOf>) {
    super('invalid');
    this.problems = problems;
  }
}

/** A schema walks a value by calling itself, so a body of many nested lists would end its stack. */
const mostNested = 64;

function isNestedDeeply(body: unknown): boolean {
  let level: unknown[] = [body];
  for (let depth = 0; depth <= mostNested; depth += 1) {
    level = level.flatMap((value): unknown[] =>
      typeof value === 'object' && value !== null ? Object.values(value) : [],
    );
    if (level.length === 0) return false;
  }
  return true;
}

type Input = Pick<ApiRequest, 'params' | 'query' | 'body' | 'headers'>;

function readInput(request: FastifyRequest, route: ApiRoute): Input {
  const input: Input = { params: undefined, query: undefined, ...rawParts(request, route) };
  const problems: ReturnType<typeof problemsOf> = [];
  if (!route.raw && isNestedDeeply(request.body)) {
    throw new Invalid([{ path: 'body', message: `is nested more than ${mostNested} times` }]);
  }
  for (const part of ['params', 'query', 'body'] as const) {
    const parsed = route[part]?.safeParse(request[part]);
    if (parsed?.success) input[part] = parsed.data;
    else if (parsed) problems.push(...problemsOf(part, parsed.error));
  }
  if (problems.length > 0) throw new Invalid(problems);
  return input;
}

function rawParts({ body, headers }: FastifyRequest, { raw }: ApiRoute): Pick<ApiRequest, 'body' | 'headers'> {
  if (!raw) return { body: undefined, headers: {} };
  // Without a body nothing reads one.
  return {
    body: body instanceof Uint8Array ? body : new Uint8Array(),
    headers: Object.fromEntries(raw.headers.map((name) => [name, headers[name]?.toString()])),
  };
}

function signalOf(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) controller.abort(new Error('the client has gone away'));
  });
  return controller.signal;
}

/** Errors of ours, and those with which the server refuses what it cannot read. */
function refusalOf(error: unknown): ApiRefusal & { problems?: unknown } {
  if (error instanceof Refused) return error.refusal;
  if (error instanceof Invalid) {
    const message = error.problems.map((problem) => `${problem.path}: ${problem.message}`).join('; ');
    return { status: 400, error: 'invalid', message, problems: error.problems };
  }
  const { statusCode = 500 } = error as { statusCode?: number };
  const said = clientErrors[statusCode];
  if (said) return { status: statusCode, ...said };
  return statusCode >= 400 && statusCode < 500
    ? { status: statusCode, error: 'invalid', message: 'This request cannot be read.' }
    : { status: 500, error: 'unexpected', message: 'Something went wrong.' };
}

const clientErrors: Readonly<Record<number, { error: string; message: string }>> = {
  400: { error: 'not-json', message: 'The body cannot be read as JSON.' },
  413: { error: 'too-large', message: 'The body is too large.' },
  415: { error: 'not-json', message: 'The body must be JSON, with "Content-Type: application/json".' },
};

function sendRefusal(reply: FastifyReply, refusal: ApiRefusal & { problems?: unknown }): FastifyReply {
  const { status, error, message, retryAfterMs, problems } = refusal;
  if (status === 401) reply.header('www-authenticate', 'Bearer');
  if (retryAfterMs !== undefined) reply.header('retry-after', String(Math.max(1, Math.ceil(retryAfterMs / 1000))));
  return reply.status(status).send({ error, message, ...(problems !== undefined && { problems }) });
}
