import { errorMessage, VendorError } from '../../kernel/errors.ts';
import type { ModelErrorCode } from './port.ts';

export function modelError(
  code: ModelErrorCode,
  message: string,
  details: { retryable: boolean; retryAfterMs?: number; cause?: unknown },
): VendorError {
  return new VendorError(code, message, details);
}

/** The parts of the AI SDK's errors that matter here, read by shape: its classes are loaded only when it is used. */
interface Failure {
  name: string;
  message: string;
  statusCode: number | undefined;
  headers: Record<string, string>;
  /** The provider's own code or type, wherever it puts it. */
  vendorCode: string;
  /** Message and body in lower case, for the kinds that only words tell apart. */
  words: string;
}

const tooLong =
  /context[ _](length|window|size)|maximum context|too many (input )?tokens|prompt is too long|input is too long|exceeds? the (available |maximum )?context|reduce the length/;
const refusedByPolicy = /content[ _](filter|policy)|safety (system|filter)|moderation|usage polic/;
const noCredit = /insufficient_quota|billing_|credit balance|insufficient credits|exceeded your current quota/;
const networkFailure =
  /cannot connect|fetch failed|terminated|socket|econn|enotfound|eai_again|etimedout|network|other side closed|without a finish reason|premature close/;

/** What providers explain by keys, names and the network. Other failures they may explain with the words of the question. */
const explicable: ReadonlySet<ModelErrorCode> = new Set([
  'model/bad-key',
  'model/rate-limited',
  'model/unknown-model',
  'model/unreachable',
]);

/**
 * Turns whatever the AI SDK, `fetch` or a provider's stream fails with into a VendorError with a ModelErrorCode. It has
 * the provider's words where they are about keys, names or the network, and else its status and codes alone, since the
 * words would bring what people wrote into the log.
 */
export function translateModelError(provider: string, error: unknown, nowMs: number): VendorError {
  if (error instanceof VendorError) return error;
  const failure = readFailure(error);
  const retryAfterMs = readRetryAfter(failure.headers, nowMs);
  const make = (code: ModelErrorCode, retryable: boolean, what: string): VendorError =>
    modelError(code, `${provider}: ${what} (${explicable.has(code) ? failure.message : codesOf(failure)})`, {
      retryable,
      ...(retryAfterMs !== undefined && { retryAfterMs }),
      ...(explicable.has(code) && { cause: error }),
    });
  const { statusCode: status, words, vendorCode } = failure;
  if (noCredit.test(words) || status === 402) return make('model/bad-key', false, 'the key has no credit left');
  if (status === 401 || status === 403 || /authentication|permission_error|invalid_api_key/.test(vendorCode)) {
    return make('model/bad-key', false, 'the key is not accepted');
  }
  if (status === 429 || vendorCode.includes('rate_limit')) return make('model/rate-limited', true, 'too many requests');
  if (tooLong.test(words) || status === 413) return make('model/too-long', false, 'the conversation is too long');
  if (refusedByPolicy.test(words)) return make('model/refused', false, 'the provider refuses this request');
  if (status === 404 || vendorCode === 'model_not_found' || vendorCode === 'not_found_error') {
    return make('model/unknown-model', false, 'there is no such model');
  }
  if (status === 408 || status === 504) return make('model/timeout', true, 'the provider ran out of time');
  if (isOverloaded(status, vendorCode)) return make('model/overloaded', true, 'the provider is overloaded');
  if (status !== undefined && status >= 500) return make('model/failed', true, 'the provider failed');
  if (status === undefined && networkFailure.test(words)) return make('model/unreachable', true, 'no connection');
  return make('model/failed', false, 'the provider failed');
}

const codesOf = ({ name, statusCode, vendorCode }: Failure): string =>
  [statusCode === undefined ? name : `HTTP ${statusCode}`, ...new Set(vendorCode.split(' '))]
    .filter((part) => part !== '')
    .join(', ');

const neverConnected =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|CERT_\w+|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_\w+|ERR_TLS_\w+)$/;

/** Whether it is certain that a call did no work: it was answered with an HTTP error, or never reached the provider. */
export function wasTurnedAway(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const { statusCode, cause } = error as { statusCode?: unknown; cause?: { code?: unknown } | null };
  return failingStatus(statusCode) !== undefined || neverConnected.test(textOf(cause?.code));
}

function isOverloaded(status: number | undefined, vendorCode: string): boolean {
  return (
    status === 502 ||
    status === 503 ||
    (status !== undefined && status >= 520 && status < 530) ||
    vendorCode.includes('overloaded')
  );
}

function readFailure(error: unknown): Failure {
  const fields: Record<string, unknown> = typeof error === 'object' && error !== null ? { ...error } : {};
  const nested = parseBody(fields);
  const message =
    error instanceof Error ? error.message : textOf(nested['message']) || textOf(fields['message']) || textOf(error);
  const cause = error instanceof Error && error.cause !== undefined ? errorMessage(error.cause) : '';
  const causeCode = error instanceof Error ? textOf((error.cause as { code?: unknown } | undefined)?.code) : '';
  const codes = [nested['code'], nested['type'], fields['code'], fields['type']].map(textOf);
  const status = fields['statusCode'];
  return {
    name: error instanceof Error ? error.name : typeof error,
    message: shorten(message),
    statusCode: failingStatus(status) ?? failingStatus(nested['code'] ?? fields['code']),
    headers: (fields['responseHeaders'] as Record<string, string> | undefined) ?? {},
    vendorCode: codes.join(' ').toLowerCase(),
    words: [message, cause, causeCode, textOf(fields['responseBody']), ...codes].join(' ').toLowerCase(),
  };
}

/** The `error` object in a response's body or in an event of a stream. */
function parseBody(fields: Record<string, unknown>): Record<string, unknown> {
  const { data, responseBody } = fields;
  for (const source of [data, textOf(responseBody), fields]) {
    const body: unknown = typeof source === 'string' ? parseJson(source) : source;
    const inner: unknown = typeof body === 'object' && body !== null ? (body as { error?: unknown }).error : undefined;
    if (typeof inner === 'object' && inner !== null) return inner as Record<string, unknown>;
    if (typeof inner === 'string') return { message: inner };
  }
  return {};
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** A broken stream carries the 200 that it began with; some gateways put the status into the body of an event. */
function failingStatus(status: unknown): number | undefined {
  return typeof status === 'number' && status >= 400 && status < 600 ? status : undefined;
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

function shorten(message: string): string {
  return message.length <= 300 ? message : `${message.slice(0, 299)}…`;
}

/**
 * `retry-after-ms` (OpenAI), or `Retry-After` in seconds or as an HTTP date (RFC 9110, section 10.2.3), in milliseconds
 * from now.
 */
function readRetryAfter(headers: Record<string, string>, nowMs: number): number | undefined {
  const exact = Number(headers['retry-after-ms'] ?? Number.NaN);
  if (Number.isFinite(exact) && exact >= 0) return Math.ceil(exact);
  const value = headers['retry-after'];
  if (value === undefined) return undefined;
  const seconds = Number(value);
  if (Number.isFinite(seconds) && seconds >= 0) return Math.ceil(seconds * 1000);
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs);
}
