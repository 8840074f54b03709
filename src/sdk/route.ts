import type { z } from 'zod';
import { UserError } from '../kernel/errors.ts';
import type { FileAnswer } from '../platform/http/index.ts';

export { FileAnswer } from '../platform/http/index.ts';

/** A request whose parts have been checked by the route's schemas; a part without a schema is undefined. */
export interface RouteRequest<Params, Query, Body> {
  params: Params;
  query: Query;
  /** Of a raw route the bytes that came. */
  body: Body;
  /** Of a raw route those that it names, each undefined where it did not come; of others none. */
  headers: Readonly<Record<string, string | undefined>>;
  /** The API key that asks; null where the route is public and none came. */
  key: { name: string; scopes: readonly string[] } | null;
  /** Aborted when the client goes away. */
  signal: AbortSignal;
}

interface RouteBase {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below `/api/<feature>`; `/users/:userId` has the parameter `userId`. */
  path: string;
  /** One sentence for the API's document. */
  summary: string;
  /** What an API key needs, as `group:name` (`usage:read`); `public` needs no key. */
  scope: string;
  /** Bytes; 64 KiB unless given, at most 16 MiB. */
  maxBodyBytes?: number;
}

export interface RouteDefinition<
  Params extends z.ZodType,
  Query extends z.ZodType,
  Body extends z.ZodType,
  Response extends z.ZodType,
> extends RouteBase {
  params?: Params;
  /** Values arrive as text: use `z.coerce`. */
  query?: Query;
  body?: Body;
  /** What is answered, and nothing else. Without it the answer is 204. */
  response?: Response;
  run(
    request: RouteRequest<z.output<Params>, z.output<Query>, z.output<Body>>,
  ): Promise<z.input<Response> extends undefined ? void : z.input<Response>>;
}

export interface FileRouteDefinition<Params extends z.ZodType, Query extends z.ZodType> extends RouteBase {
  method: 'GET';
  /** The media type of its files: `image/*`. */
  file: string;
  params?: Params;
  query?: Query;
  run(request: RouteRequest<z.output<Params>, z.output<Query>, undefined>): Promise<FileAnswer>;
}

/** A route whose body is given as it came. */
export interface RawRouteDefinition<Params extends z.ZodType, Query extends z.ZodType> extends RouteBase {
  method: 'POST' | 'PUT' | 'PATCH';
  raw: {
    /** The media type of its bodies, for the API's document: bodies of every type are taken. */
    contentType: string;
    /** Lower-case names of the headers that `run` is given. */
    headers: readonly string[];
  };
  params?: Params;
  query?: Query;
  /** The answer is 204. */
  run(request: RouteRequest<z.output<Params>, z.output<Query>, Uint8Array>): Promise<void>;
}

/** A route with its types erased, as `setup` returns it. */
export interface Route extends RouteBase {
  params?: z.ZodType;
  query?: z.ZodType;
  body?: z.ZodType;
  response?: z.ZodType;
  file?: string;
  raw?: RawRouteDefinition<z.ZodType, z.ZodType>['raw'];
  run(request: RouteRequest<unknown, unknown, unknown>): Promise<unknown>;
}

/**
 * Declares a route below `/api/<feature>`. Before `run`, the API key, its scope, its rate, the size of the body and every
 * input are checked; what is answered is stripped to `response`. A UserError is answered as 422 with its code and text, a
 * RouteError with its own status; anything else as 500 under an id that is logged. `/api/openapi.json` lists it.
 *
 * @example
 * defineRoute({
 *   method: 'GET',
 *   path: '/members/:userId',
 *   summary: 'The level of a member.',
 *   scope: 'levels:read',
 *   params: z.object({ userId: z.string().regex(/^\d{17,20}$/) }),
 *   query: z.object({ days: z.coerce.number().int().min(1).max(90).default(7) }),
 *   response: z.object({ level: z.int(), xp: z.int() }),
 *   run: async ({ params, query }) => {
 *     const found = await findLevel(context.db, params.userId, query.days);
 *     if (!found) throw new RouteError(404, 'levels.unknown-member', 'this member has no level');
 *     return found;
 *   },
 * });
 */
export function defineRoute<
  Params extends z.ZodType = z.ZodUndefined,
  Query extends z.ZodType = z.ZodUndefined,
  Body extends z.ZodType = z.ZodUndefined,
  Response extends z.ZodType = z.ZodUndefined,
>(definition: RouteDefinition<Params, Query, Body, Response>): Route {
  // The schemas are what every request is checked with before `run`, so that the erased type holds at run time.
  return definition;
}

/** As `defineRoute`, for a route that answers with a file: browsers take it for nothing but the type it has. */
export function defineFileRoute<Params extends z.ZodType = z.ZodUndefined, Query extends z.ZodType = z.ZodUndefined>(
  definition: FileRouteDefinition<Params, Query>,
): Route {
  return definition;
}

/**
 * As `defineRoute`, for what another program sends on its own account: `body` is the bytes that came, however they are
 * meant, and `headers` are those that the route names. Nothing of it has been checked but its size: `run` does that.
 */
export function defineRawRoute<Params extends z.ZodType = z.ZodUndefined, Query extends z.ZodType = z.ZodUndefined>(
  definition: RawRouteDefinition<Params, Query>,
): Route {
  return definition;
}

/** An answer with a status of its own; `code` and `data` as of every UserError. */
export class RouteError extends UserError {
  readonly status: 400 | 401 | 403 | 404 | 409 | 410 | 422 | 429 | 503;

  constructor(status: RouteError['status'], code: string, message: string, data: Record<string, string | number> = {}) {
    super(code, message, data);
    this.name = 'RouteError';
    this.status = status;
  }
}
