import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Caller, Core, UploadedFile } from '../contract.ts';

export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/**
 * Who may call a route: anybody with a token, bots alone, people alone, or also those without a token (who are then
 * known by something in the path).
 */
type RouteAuth = 'any' | 'bot' | 'person' | 'none';

export interface ApiReply {
  /** 200 with a returned value and 204 without one unless set. */
  status(code: number): void;
  header(name: string, value: string): void;
}

export interface ApiRequest<C> {
  caller: C;
  /** By the names in the path, decoded. */
  params: Record<string, string>;
  query: Record<string, string | undefined>;
  /** The JSON body or, from multipart, `payload_json`; undefined when there is none. */
  body: unknown;
  files: readonly UploadedFile[];
  /** `X-Audit-Log-Reason`. */
  reason: string | null;
  reply: ApiReply;
}

interface ApiRoute<A extends RouteAuth> {
  method: HttpMethod;
  /** As in Discord's documentation: `/channels/{channel_id}/messages`, without `/api`. */
  path: string;
  auth: A;
  /** Several routes may share method and path; the first that accepts the parameters handles the request. */
  accepts?: (params: Record<string, string>) => boolean;
  /** A returned value is sent as JSON, nothing as 204. Throws `DiscordError`. */
  handler: (request: ApiRequest<A extends 'none' ? Caller | null : Caller>) => unknown;
}

export type AnyApiRoute = ApiRoute<'any'> | ApiRoute<'bot'> | ApiRoute<'person'> | ApiRoute<'none'>;

export interface ApiRouter {
  route<A extends RouteAuth>(route: ApiRoute<A>): void;
  /** Everything registered, for comparing with what Discord has. */
  readonly routes: readonly AnyApiRoute[];
}

/** Registers a part of the API. */
export type Routes = (api: ApiRouter, core: Core) => void;

/** All routes of one method and path. */
export interface Endpoint {
  method: HttpMethod;
  path: string;
  routes: AnyApiRoute[];
}

export class RouteTable implements ApiRouter {
  readonly routes: AnyApiRoute[] = [];

  route<A extends RouteAuth>(route: ApiRoute<A>): void {
    this.routes.push(route as unknown as AnyApiRoute);
  }

  endpoints(): Endpoint[] {
    const endpoints = new Map<string, Endpoint>();
    for (const route of this.routes) {
      const key = `${route.method} ${withoutParameterNames(route.path)}`;
      const endpoint = endpoints.get(key);
      if (endpoint === undefined) endpoints.set(key, { method: route.method, path: route.path, routes: [route] });
      else endpoint.routes.push(route);
    }
    return [...endpoints.values()];
  }

  /** Whether some other method would have found this path: the difference between 404 and 405. */
  knowsPath(path: string): boolean {
    const segments = path.split('/');
    return this.routes.some((route) => {
      const pattern = route.path.split('/');
      return (
        pattern.length === segments.length &&
        pattern.every((part, index) => (part.startsWith('{') ? segments[index] !== '' : part === segments[index]))
      );
    });
  }
}

function withoutParameterNames(path: string): string {
  return path.replace(/\{[^}]*\}/g, '{}');
}

type EndpointRunner = (endpoint: Endpoint, request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;

/** Mounts every endpoint under `/api`; other spellings of the prefix are rewritten to it before. */
export function mount(app: FastifyInstance, table: RouteTable, run: EndpointRunner): void {
  for (const endpoint of table.endpoints()) {
    app.route({
      method: endpoint.method,
      url: `/api${endpoint.path.replace(/\{([^}]*)\}/g, ':$1')}`,
      config: { endpoint },
      handler: (request, reply) => run(endpoint, request, reply),
    });
  }
}

declare module 'fastify' {
  interface FastifyContextConfig {
    endpoint?: Endpoint;
  }
}
