/** One message of Discord's tree of field errors, with where in the request it belongs. */
export interface FieldError {
  /** Names and indexes from the top of the request, `data.components.0`. */
  readonly path: string;
  readonly message: string;
}

/** What the API answered instead of a success. `message` is written for the person at the screen. */
export class ApiError extends Error {
  readonly status: number;
  /** Discord's error code, 0 when there was none. */
  readonly code: number;
  readonly retryAfterMs: number | null;
  readonly fields: readonly FieldError[];

  constructor(
    status: number,
    code: number,
    message: string,
    retryAfterMs: number | null,
    fields: readonly FieldError[] = [],
  ) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.retryAfterMs = retryAfterMs;
    this.fields = fields;
  }
}

export interface RequestOptions {
  readonly json?: unknown;
  /** Sent as `files[n]` of a multipart body, with `json` as `payload_json`. */
  readonly files?: readonly File[];
  /** A list is sent as its name repeated. */
  readonly query?: Readonly<Record<string, string | number | readonly string[] | undefined>>;
}

/** Sends one request. Resolves to the parsed body (undefined for 204); rejects with an `ApiError`. */
export type Request = (method: string, path: string, options?: RequestOptions) => Promise<unknown>;

export interface RestOptions {
  /** For example `/api/v10`, without a slash at the end. */
  readonly baseUrl: string;
  readonly token: string;
  readonly fetch: typeof globalThis.fetch;
}

export function createRequest(options: RestOptions): Request {
  return async (method, path, { json, files = [], query } = {}) => {
    const headers = new Headers({ Authorization: options.token });
    const body = encodeBody(headers, json, files);
    let response: Response;
    try {
      response = await options.fetch(options.baseUrl + path + encodeQuery(query), {
        method,
        headers,
        ...(body === null ? {} : { body }),
      });
    } catch {
      throw new ApiError(0, 0, 'The playground’s server does not answer. Is it still running?', null);
    }
    if (response.status === 204) return undefined;
    const answer = parseJson(await response.text());
    if (!response.ok) throw toApiError(response, answer);
    return answer;
  };
}

function encodeBody(headers: Headers, json: unknown, files: readonly File[]): BodyInit | null {
  if (files.length > 0) {
    const form = new FormData();
    form.set('payload_json', JSON.stringify(json ?? {}));
    files.forEach((file, index) => {
      form.set(`files[${index}]`, file, file.name);
    });
    return form;
  }
  if (json === undefined) return null;
  headers.set('Content-Type', 'application/json');
  return JSON.stringify(json);
}

function encodeQuery(query: RequestOptions['query']): string {
  const entries = Object.entries(query ?? {}).flatMap(([name, value]) => {
    if (value === undefined) return [];
    return (Array.isArray(value) ? (value as readonly string[]) : [value]).map((entry) => [name, String(entry)]);
  });
  return entries.length === 0 ? '' : `?${new URLSearchParams(entries).toString()}`;
}

function parseJson(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

interface ErrorBody {
  message?: unknown;
  code?: unknown;
  retry_after?: unknown;
  errors?: unknown;
}

function toApiError(response: Response, answer: unknown): ApiError {
  const body = (typeof answer === 'object' && answer !== null ? answer : {}) as ErrorBody;
  const code = typeof body.code === 'number' ? body.code : 0;
  const said = typeof body.message === 'string' ? body.message : '';
  const fields = fieldErrors(body.errors, '');
  const { status } = response;
  return new ApiError(status, code, explain(status, code, said, fields), retryAfterMs(response, body), fields);
}

function retryAfterMs(response: Response, body: ErrorBody): number | null {
  if (response.status !== 429) return null;
  const seconds = typeof body.retry_after === 'number' ? body.retry_after : Number(response.headers.get('Retry-After'));
  return Number.isFinite(seconds) ? Math.ceil(seconds * 1000) : 1000;
}

/** Words for a refusal, with what can be done where that is known. */
function explain(status: number, code: number, said: string, fields: readonly FieldError[]): string {
  if (code === 50007) return 'This person takes no direct messages from you.';
  if (status === 401) return 'The playground no longer knows this member. Reload the page to pick one.';
  if (status === 403) return `You may not do that here (${said || 'missing permission'}).`;
  if (status === 404) return said || 'It is no longer there.';
  if (status === 413 || code === 40005) return 'The file is too big: 10 MB each is the most.';
  if (status === 429) return 'Slow down: too many at once.';
  if (status >= 500) return `The playground’s server stumbled (${status}). Try again.`;
  const [first] = fields;
  if (first === undefined) return said || `The request was refused (${status}).`;
  return first.path === '' ? first.message : `${first.path}: ${first.message}`;
}

/** Discord's tree of field errors, flat and in its order. */
function fieldErrors(tree: unknown, path: string): readonly FieldError[] {
  if (typeof tree !== 'object' || tree === null) return [];
  return Object.entries(tree).flatMap(([name, value]): readonly FieldError[] => {
    if (name !== '_errors') return fieldErrors(value, path === '' ? name : `${path}.${name}`);
    const entries = Array.isArray(value) ? (value as readonly { message?: unknown }[]) : [];
    return entries.flatMap(({ message }) => (typeof message === 'string' ? [{ path, message }] : []));
  });
}
