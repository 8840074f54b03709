import type { AddressInfo } from 'node:net';
import fastify from 'fastify';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { StartError } from '../../kernel/errors.ts';
import { isAllowedHost } from './allowed-host.ts';
import { addPages } from './pages.ts';
import type { Pages } from './pages.ts';
import type { Api } from './api.ts';

export { createApi, tooMany } from './api.ts';
export type { Api } from './api.ts';
export { FileAnswer } from './api-route.ts';
export type { ApiRefusal, ApiRequest, ApiRoute } from './api-route.ts';
export type { Pages } from './pages.ts';

export interface HttpAnswer {
  status: number;
  /** Sent as JSON, or as it is when it is a string. */
  body: unknown;
  contentType?: string;
}

export interface HttpRoute {
  method: 'GET' | 'POST';
  path: string;
  handle(): HttpAnswer | Promise<HttpAnswer>;
}

export interface HttpServer {
  /** The port it listens on; the one asked for unless that was 0. */
  readonly port: number;
  /** From now on answers what is below `/api`; until then 503. Only where `api` was asked for. */
  serveApi(api: Api): void;
  close(): Promise<void>;
}

const nothing = { error: 'not-found', message: 'There is nothing at this address.' };

/** Also for an address that cannot be read, the answer has the form of every refusal. */
function createServer(): FastifyInstance {
  const server = fastify({
    ...{ forceCloseConnections: true, bodyLimit: 1024 * 1024 },
    frameworkErrors: (_error, _request, reply) => void (reply as FastifyReply).status(404).send(nothing),
  });
  server.setNotFoundHandler((_request, reply) => reply.status(404).send(nothing));
  return server;
}

/** Serves the routes, under names that are known to be ours alone. Throws a StartError that names the port when it is taken or not allowed. */
export async function startHttp(options: {
  host: string;
  port: number;
  /** Names beside those of this machine. */
  allowedHosts?: readonly string[];
  /** Its host name is allowed too. */
  publicUrl?: string | undefined;
  /** Whether there will be something below `/api`. */
  api?: boolean;
  routes: readonly HttpRoute[];
  /** Served at `/dashboard`. */
  pages?: Pages | undefined;
}): Promise<HttpServer> {
  const server = createServer();
  const { publicUrl } = options;
  const allowed = [options.host, ...(publicUrl ? [new URL(publicUrl).hostname] : []), ...(options.allowedHosts ?? [])];
  let api: Api | undefined;
  server.addHook('onRequest', async (request, reply) => {
    if (isAllowedHost(request.headers.host, allowed)) return;
    const message =
      'This host name is not mine. Use the address, or add the name to http.allowedHosts (ALLOWED_HOSTS).';
    await reply.status(403).send({ error: 'host', message });
  });
  if (options.api) {
    server.addHook('onRequest', async (request, reply) => {
      if (!/^\/api([/?]|$)/.test(request.url)) return;
      if (!api) return reply.status(503).send({ error: 'starting', message: 'The bot is starting.' });
      reply.hijack();
      api.handle(request.raw, reply.raw);
    });
  }
  if (options.pages) await addPages(server, options.pages);
  for (const route of options.routes) {
    server.route({
      method: route.method,
      url: route.path,
      handler: async (_request, reply) => {
        const answer = await route.handle();
        if (answer.contentType !== undefined) reply.type(answer.contentType);
        return reply.status(answer.status).send(answer.body);
      },
    });
  }
  try {
    await server.listen({ host: options.host, port: options.port });
  } catch (error) {
    throw listenError(error, options);
  }
  const address = server.server.address() as AddressInfo;
  return {
    port: address.port,
    serveApi: (served) => {
      api = served;
    },
    close: async () => {
      await server.close();
      await api?.close();
    },
  };
}

function listenError(error: unknown, { host, port }: { host: string; port: number }): unknown {
  const code = (error as { code?: string }).code;
  if (code === 'EADDRINUSE') {
    return new StartError(`Port ${port} is taken by another program. Stop it, or set PORT to another one.`);
  }
  if (code === 'EACCES') return new StartError(`Port ${port} may not be used by this user. Set PORT above 1023.`);
  if (code === 'EADDRNOTAVAIL') return new StartError(`This machine has no address ${host}. Set HOST to one it has.`);
  return error;
}
