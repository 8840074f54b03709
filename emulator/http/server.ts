import { setTimeout as delay } from 'node:timers/promises';
import fastify from 'fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Caller, Core } from '../contract.ts';
import { DiscordError, discordError, formError } from '../errors.ts';
import type { FaultAnswer } from '../faults.ts';
import { acceptBodies, bodyLimitBytes, readBody } from './body.ts';
import { isSnowflake } from '../snowflake.ts';
import type { RequestGuard } from './guard.ts';
import { RequestRecorder } from './recorder.ts';
import type { RecordedRequest } from './recorder.ts';
import { mount } from './router.ts';
import type { AnyApiRoute, ApiReply, Endpoint, RouteTable } from './router.ts';

export interface HttpServer {
  app: FastifyInstance;
  requests: RequestRecorder;
}

/** What is known of an API request before its body is read. */
interface Visit {
  caller: Caller | null;
  /** Who is counted by the rate limits. */
  subject: string;
  recorded: RecordedRequest;
  fault: FaultAnswer | undefined;
}

/** Tells an answer of Discord's own from one of the wall before it: discord.py waits and retries only when this is there. */
const VIA = '1.1 google';

const visits = new WeakMap<FastifyRequest, Visit>();

/** Builds the server with every route of `table`; it does not listen yet. */
export async function buildServer(core: Core, table: RouteTable, guard: RequestGuard): Promise<HttpServer> {
  const app = fastify({
    bodyLimit: bodyLimitBytes,
    routerOptions: { maxParamLength: 500 },
    rewriteUrl: (request) => normaliseUrl(request.url ?? '/'),
    forceCloseConnections: true,
  });
  const server: HttpServer = { app, requests: new RequestRecorder() };
  await acceptBodies(app);
  app.addHook('onRequest', async (request, reply) => {
    const refusal = guard.refusal(request.raw);
    if (refusal !== undefined) return reply.code(403).send({ message: refusal, code: 0 });
    if (isApi(request)) return receive(server, core, request, reply);
  });
  // Discord names no charset, and some libraries compare the type as a whole.
  app.addHook('onSend', async (_request, reply) => {
    if (reply.getHeader('content-type') === 'application/json; charset=utf-8') {
      reply.header('content-type', 'application/json');
    }
  });
  app.addHook('onResponse', async (request, reply) => {
    const visit = visits.get(request);
    if (visit !== undefined) visit.recorded.status = reply.statusCode;
  });
  app.setErrorHandler((error, request, reply) => answerError(core, error, request, reply));
  mount(app, table, (endpoint, request, reply) => handle(core, endpoint, request, reply));
  return server;
}

/** The unversioned path is the one that is served; `@` may arrive encoded. */
function normaliseUrl(url: string): string {
  const [path = '', ...query] = url.split('?');
  const plain = path.replace(/^\/api\/v(?:[6-9]|10)(?=\/|$)/, '/api').replace(/%40/gi, '@');
  return query.length === 0 ? plain : `${plain}?${query.join('?')}`;
}

function isApi(request: FastifyRequest): boolean {
  return request.url.startsWith('/api/');
}

/** Everything that Discord decides before it looks at a body: who is it, is it a fault's turn, is it too often. */
async function receive(server: HttpServer, core: Core, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const { endpoint } = request.routeOptions.config;
  const token = request.headers.authorization ?? '';
  const caller = identify(core, token);
  const path = pathOf(request);
  const recorded = server.requests.begin({
    method: request.method,
    route: path,
    at: core.clock.now(),
    userId: caller?.user.id ?? null,
  });
  const subject = caller?.user.id ?? request.ip;
  const fault = core.faults.takeForRequest(request.method, endpoint?.path ?? path, path);
  visits.set(request, { caller, subject, recorded, fault });
  if (fault !== undefined && (await strike(fault, request, reply))) return reply;
  if (endpoint === undefined) return undefined;
  const shutOutMs = core.limits.shutOutMs(subject);
  if (shutOutMs > 0) {
    return reply
      .code(429)
      .headers({ 'retry-after': String(Math.ceil(shutOutMs / 1000)) })
      .type('text/plain')
      .send('error code: 1015');
  }
  const needsToken = endpoint.routes.every((route) => route.auth !== 'none');
  if ((needsToken && caller === null) || (token !== '' && caller === null)) throw discordError('unauthorized');
  const verdict = core.limits.check(endpoint, request.params as Record<string, string>, caller, subject);
  reply.headers(verdict.headers);
  if (verdict.refused === undefined) return undefined;
  core.limits.countInvalid(subject);
  const { retryAfterMs, global } = verdict.refused;
  reply.header('via', VIA);
  return reply.code(429).send({ message: 'You are being rate limited.', retry_after: retryAfterMs / 1000, global });
}

/** `Bot <token>` for bots, the bare token for people; a token under the wrong scheme is as good as none. */
function identify(core: Core, authorization: string): Caller | null {
  const isBotScheme = authorization.startsWith('Bot ');
  const user = core.world.userByToken(isBotScheme ? authorization.slice(4) : authorization);
  if (user === undefined || user.token === '' || user.bot !== isBotScheme) return null;
  return { user, kind: user.bot ? 'bot' : 'person' };
}

/** Without `/api` and query. */
function pathOf(request: FastifyRequest): string {
  return (request.url.split('?')[0] ?? '').slice('/api'.length);
}

/** Applies a planted fault; true when the request has been answered or cut by it. */
async function strike(fault: FaultAnswer, request: FastifyRequest, reply: FastifyReply): Promise<boolean> {
  if (fault.delayMs !== undefined) await delay(fault.delayMs);
  if (fault.close !== undefined && fault.close !== false) {
    reply.hijack();
    request.raw.socket.destroy();
    return true;
  }
  if (fault.status === undefined) {
    if (fault.headers !== undefined) reply.headers(fault.headers);
    return false;
  }
  reply.code(fault.status).headers({ ...(fault.status === 429 ? { via: VIA } : {}), ...fault.headers });
  void reply.send(fault.body ?? { message: `${fault.status}: planted fault`, code: 0 });
  return true;
}

/** Runs the route that accepts the request; state is on disk before the answer leaves. */
async function handle(core: Core, endpoint: Endpoint, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const visit = visits.get(request);
  if (visit === undefined) throw discordError('internal');
  const params = request.params as Record<string, string>;
  const route = endpoint.routes.find((candidate) => candidate.accepts?.(params) ?? true);
  if (route === undefined) throw discordError('notFound');
  requireCaller(route, visit.caller);
  requireSnowflakes(params);
  const { body, files } = await readBody(request);
  visit.recorded.body = files.length === 0 ? (body ?? null) : { ...(body as object), files: files.map(summary) };
  const run = route.handler as (request: unknown) => unknown;
  const result = await run({
    caller: visit.caller,
    params,
    query: request.query,
    body,
    files,
    reason: decodeReason(request),
    reply: replyHandle(reply),
  });
  core.world.flush();
  if (visit.fault?.drop === true) {
    reply.hijack();
    request.raw.socket.destroy();
    return reply;
  }
  if (visit.fault?.empty === true) return reply.code(200).type('application/json').send('');
  if (result !== undefined) return reply.send(result);
  return reply.code(reply.statusCode === 200 ? 204 : reply.statusCode).send();
}

function requireCaller(route: AnyApiRoute, caller: Caller | null): void {
  if (route.auth === 'none') return;
  if (caller === null) throw discordError('unauthorized');
  if (route.auth === 'bot' && caller.kind !== 'bot') throw discordError('botsOnly');
  if (route.auth === 'person' && caller.kind !== 'person') throw discordError('peopleOnly');
}

/** Ids in the path that are none are a form error, not an unknown thing. */
function requireSnowflakes(params: Record<string, string>): void {
  for (const name in params) {
    const value = params[name] ?? '';
    if (!name.endsWith('_id') || isSnowflake(value)) continue;
    throw formError([name], 'NUMBER_TYPE_COERCE', `Value "${value.slice(0, 100)}" is not snowflake.`);
  }
}

function summary(file: { filename: string; contentType: string; data: Buffer }): Record<string, unknown> {
  return { filename: file.filename, contentType: file.contentType, size: file.data.length };
}

function decodeReason(request: FastifyRequest): string | null {
  const header = request.headers['x-audit-log-reason'];
  if (typeof header !== 'string') return null;
  try {
    return decodeURIComponent(header);
  } catch {
    return header;
  }
}

function replyHandle(reply: FastifyReply): ApiReply {
  return {
    status: (code) => void reply.code(code),
    header: (name, value) => void reply.header(name, value),
  };
}

/** Errors of Fastify by code, as Discord would answer them. */
const TRANSLATED: Readonly<Record<string, () => DiscordError>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: () => discordError('entityTooLarge'),
  FST_REQ_FILE_TOO_LARGE: () => discordError('entityTooLarge'),
  FST_FILES_LIMIT: () => discordError('entityTooLarge'),
  FST_PARTS_LIMIT: () => discordError('entityTooLarge'),
  FST_FIELDS_LIMIT: () => discordError('entityTooLarge'),
};

function answerError(core: Core, error: unknown, request: FastifyRequest, reply: FastifyReply): unknown {
  const answer = translate(error);
  if (answer.status === 401 || answer.status === 403) {
    const subject = visits.get(request)?.subject;
    if (subject !== undefined) core.limits.countInvalid(subject);
  }
  if (answer.status === 429) reply.header('via', VIA);
  return reply.code(answer.status).send(answer.toBody());
}

function translate(error: unknown): DiscordError {
  if (error instanceof DiscordError) return error;
  const { code, statusCode } = error as { code?: string; statusCode?: number };
  const known = code === undefined ? undefined : TRANSLATED[code];
  if (known !== undefined) return known();
  if (statusCode !== undefined && statusCode < 500) return new DiscordError(400, 0, '400: Bad Request');
  console.error('A bug in the emulator:', error);
  return discordError('internal');
}

/** What a path under `/api` that no route serves is answered: Discord tells a wrong method from a wrong path. */
export function answerUnknown(table: RouteTable, request: FastifyRequest, reply: FastifyReply): unknown {
  const path = pathOf(request);
  const error = /^\/v\d+(\/|$)/.test(path)
    ? discordError('invalidApiVersion')
    : discordError(table.knowsPath(path) ? 'methodNotAllowed' : 'notFound');
  return reply.code(error.status).send(error.toBody());
}
