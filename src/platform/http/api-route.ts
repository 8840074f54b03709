import type { z } from 'zod';
import type { ApiKey } from './api-keys.ts';

export interface ApiRequest {
  params: unknown;
  query: unknown;
  /** Of a raw route the bytes that came. */
  body: unknown;
  /** Of a raw route those that it names; empty for the others. */
  headers: Readonly<Record<string, string | undefined>>;
  /** Null where the route is public and no key came. */
  key: Pick<ApiKey, 'name' | 'scopes'> | null;
  /** Aborted when the client goes away. */
  signal: AbortSignal;
}

/** A file as the answer of a route, in place of JSON. */
export class FileAnswer {
  readonly bytes: Uint8Array;
  readonly contentType: string;
  /** Further headers by lower-case name. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(bytes: Uint8Array, contentType: string, headers: Readonly<Record<string, string>> = {}) {
    this.bytes = bytes;
    this.contentType = contentType;
    this.headers = headers;
  }
}

export interface ApiRoute {
  feature: string;
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below `/api/<feature>`, with `:name` for parameters. */
  path: string;
  summary: string;
  /** `public` needs no key. */
  scope: string;
  /** 64 KiB unless given. */
  maxBodyBytes?: number | undefined;
  params?: z.ZodType | undefined;
  query?: z.ZodType | undefined;
  body?: z.ZodType | undefined;
  /** Without it the answer is 204. */
  response?: z.ZodType | undefined;
  /** The media type of its files (`image/*`), where it answers with a `FileAnswer`. */
  file?: string | undefined;
  /** It gets the body as it came, and these headers. */
  raw?: { contentType: string; headers: readonly string[] } | undefined;
  run(request: ApiRequest): Promise<unknown>;
}

/** What a request gets instead of an answer. `message` is for people. */
export interface ApiRefusal {
  status: number;
  error: string;
  message: string;
  /** In milliseconds. */
  retryAfterMs?: number;
}

export interface ApiOptions {
  routes: readonly ApiRoute[];
  keys: readonly ApiKey[];
  /** Of one address without a key. */
  visitorsPerMinute: number;
  trustProxy: boolean | readonly string[];
  publicUrl: string | undefined;
  version: string;
  now: () => number;
  /** The refusal of a key that asks too often; undefined counts it. */
  takeRate(key: ApiKey): Promise<ApiRefusal | undefined>;
  /** The refusal of a public route to a visitor. */
  refuseVisitor(route: ApiRoute): Promise<ApiRefusal | undefined>;
  /** What is told of an error of a route; logs what is a bug. */
  explain(error: unknown, route: ApiRoute): ApiRefusal;
}
