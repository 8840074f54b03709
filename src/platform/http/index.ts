import fastify from 'fastify';
import { StartError } from '../../kernel/errors.ts';

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
  close(): Promise<void>;
}

/** Serves the routes. Throws a StartError that names the port when it is taken or not allowed. */
export async function startHttp(options: {
  host: string;
  port: number;
  routes: readonly HttpRoute[];
}): Promise<HttpServer> {
  const server = fastify({ forceCloseConnections: true, bodyLimit: 1024 * 1024 });
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
  const address = server.server.address();
  return {
    port: typeof address === 'object' && address ? address.port : options.port,
    close: () => server.close(),
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
