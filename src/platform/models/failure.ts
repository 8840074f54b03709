import { errorMessage } from '../../kernel/errors.ts';

/** What a failed call tells, read by shape: the AI SDK's classes are loaded only when it is used. */
export interface Failure {
  name: string;
  message: string;
  status: number | undefined;
  headers: Record<string, string>;
  /** The provider's own codes, types and statuses, in lower case, wherever it puts them. */
  codes: string;
  /** Message, codes and body in lower case, for the kinds that only words tell apart. */
  words: string;
  /** A web page, of a proxy or a wall in front of the provider, stands in for its words. */
  isPage: boolean;
  /** The parts of the body that describe the error. */
  details: Record<string, unknown>;
}

/** Enough for any explanation. */
const MOST_WORDS = 8000;

export function readFailure(error: unknown): Failure {
  const fields: Record<string, unknown> = typeof error === 'object' && error !== null ? { ...error } : {};
  const details = describedIn(fields);
  const body = textOf(fields['responseBody']);
  const own = error instanceof Error ? error.message : textOf(fields['message']) || textOf(error);
  const message = textOf(details['message']) || own;
  const cause = error instanceof Error && error.cause !== undefined ? errorMessage(error.cause) : '';
  const causeCode = error instanceof Error ? textOf((error.cause as { code?: unknown } | undefined)?.code) : '';
  const headers = (fields['responseHeaders'] as Record<string, string> | undefined) ?? {};
  const codes = [...codesIn(details), fields['code'], fields['type']].map(textOf).join(' ').trim();
  return {
    name: error instanceof Error ? error.name : typeof error,
    message: shorten(message),
    status: failingStatus(fields['statusCode']) ?? failingStatus(details['code'] ?? fields['code']),
    headers,
    codes: codes.toLowerCase().slice(0, 1000),
    words: [message, cause, causeCode, body, codes].join(' ').slice(0, MOST_WORDS).toLowerCase(),
    isPage: isPage(body, headers),
    details,
  };
}

/** Cloudflare blocks some callers with a line of plain text, `error code: 1020`. */
function isPage(body: string, headers: Record<string, string>): boolean {
  return /^\s*(<|error code: 1\d{3}\b)/i.test(body) || /^text\/html\b/i.test(headers['content-type'] ?? '');
}

/** For the log: what kind of failure it was, without the provider's words. */
export function codesOf({ name, status, codes }: Failure): string {
  return [status === undefined ? name : `HTTP ${status}`, ...new Set(codes.split(' '))]
    .filter((part) => /^[\w.-]{1,60}$|^HTTP /.test(part))
    .join(', ');
}

function codesIn(details: Record<string, unknown>): unknown[] {
  const inner = Array.isArray(details['details']) ? (details['details'] as unknown[]) : [];
  const reasons = inner.slice(0, 10).map((detail) => recordOf(detail)?.['reason']);
  return [details['code'], details['type'], details['status'], ...reasons];
}

/** The description of an error in a response's body or in an event of a stream; empty when there is none. */
export function describedIn(fields: Record<string, unknown>): Record<string, unknown> {
  const { data, responseBody } = fields;
  for (const source of [data, parseJson(textOf(responseBody)), { error: fields['error'] }]) {
    const found = describe(source, 0);
    if (found) return found;
  }
  return {};
}

/**
 * The forms that are in use: `{error: {…}}`, `{error: "…"}`, Gemini's `[{error: {…}}]`, FastAPI's `{detail: …}`, Mistral's
 * and vLLM's `{message: …}`, Cloudflare's `{errors: [{…}]}`.
 */
function describe(body: unknown, depth: number): Record<string, unknown> | undefined {
  if (depth > 4) return undefined;
  if (Array.isArray(body)) return describe(body[0], depth + 1);
  const fields = recordOf(body);
  if (!fields) return undefined;
  const { error, errors, detail, message } = fields;
  if (typeof error === 'string' && error !== '') return { ...fields, message: textOf(message) || error };
  const inner = recordOf(error) ?? (Array.isArray(errors) ? recordOf((errors as unknown[])[0]) : undefined);
  if (inner) {
    const raw = recordOf(inner['metadata'])?.['raw'];
    const words = textOf(inner['message']) || textOf(inner['detail']);
    // A gateway repeats the words of the provider behind it.
    const more = typeof raw === 'string' ? ` ${raw}` : '';
    return { type: fields['type'], ...inner, message: `${words}${more}` };
  }
  if (typeof detail === 'string') return { ...fields, message: detail };
  if (Array.isArray(detail)) return { ...fields, message: (detail as unknown[]).slice(0, 5).map(complaint).join('; ') };
  if (recordOf(detail)) return describe(detail, depth + 1) ?? recordOf(detail);
  if (typeof message === 'object' && message !== null) return describe(message, depth + 1);
  return typeof message === 'string' ? fields : undefined;
}

/** One entry of pydantic's list: where, and what is wrong. What was sent stands there too and is left out. */
function complaint(entry: unknown): string {
  const fields = recordOf(entry) ?? {};
  const place = Array.isArray(fields['loc']) ? (fields['loc'] as unknown[]).map(textOf).join('.') : '';
  return `${place} ${textOf(fields['msg']) || textOf(fields['message'])} ${textOf(fields['type'])}`.trim();
}

export function recordOf(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** A broken stream carries the 200 that it began with; some gateways put the status into the body of an event. */
export function failingStatus(status: unknown): number | undefined {
  const number = typeof status === 'string' && /^[45]\d\d$/.test(status) ? Number(status) : status;
  return typeof number === 'number' && number >= 400 && number < 600 ? number : undefined;
}

export function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

function shorten(message: string): string {
  return message.length <= 300 ? message : `${message.slice(0, 299)}…`;
}
