import { VendorError } from '../../kernel/errors.ts';
import { codesOf, failingStatus, readFailure } from './failure.ts';
import type { Failure } from './failure.ts';
import type { ModelErrorCode } from './port.ts';
import { longestWaitMs, readRetryAfter } from './retry-after.ts';

interface Details {
  retryable: boolean;
  retryAfterMs?: number;
  cause?: unknown;
  /** It is certain that the call did no work. */
  turnedAway?: boolean;
  /** There was no connection at all, which speaks of the provider and not of one model. */
  neverReached?: boolean;
}

/** The VendorErrors of models, with what the circuit breakers and the bill need to know. */
export class ModelError extends VendorError {
  readonly turnedAway: boolean;
  readonly neverReached: boolean;

  constructor(code: ModelErrorCode, message: string, { turnedAway, neverReached, ...details }: Details) {
    super(code, message, details);
    this.turnedAway = turnedAway ?? false;
    this.neverReached = neverReached ?? false;
  }
}

export function modelError(code: ModelErrorCode, message: string, details: Details): ModelError {
  return new ModelError(code, message, details);
}

/** What a provider sent in place of an answer: an HTTP error, or the report of an error under a 200. */
export class ProviderReport extends Error {
  readonly statusCode: number | undefined;
  readonly responseHeaders: Record<string, string>;
  readonly responseBody: string;
  readonly turnedAway: boolean;

  constructor(report: {
    statusCode?: number | undefined;
    headers?: Record<string, string>;
    body: string;
    /** Nothing of an answer came before it. */
    turnedAway: boolean;
  }) {
    super(report.statusCode === undefined ? 'the provider reports an error' : `HTTP ${report.statusCode}`);
    this.name = 'ProviderReport';
    this.statusCode = report.statusCode;
    this.responseHeaders = report.headers ?? {};
    this.responseBody = report.body;
    this.turnedAway = report.turnedAway;
  }
}

const tooLong =
  /context[ _-](length|window|size)|maximum context|maximum (prompt|input) length|too many (input )?tokens|too large for model|(prompt|input|request|message|conversation) (is )?too (long|large)|when context the overflows|exceeds? the (available |maximum |model'?s )?(context|number of tokens)|input token count|reduce the length|shorter input|inputs`? (tokens \+|must have less than)/;
const refusedByPolicy = /content[ _](filter|policy|management)|safety (system|filter)|moderation|flagged|usage polic/;
const noCredit =
  /insufficient[ _](quota|balance|credit|fund)|balance is (insufficient|too low)|billing|credit balance|out of credits?|any credits/;
const noCreditCodes = /insufficient_(quota|balance|credit|fund)|billing/;
/** Only at the beginning, where no words of a question can stand. Anthropic says the first with 400. */
const noCreditFirst =
  /^(your (credit|account) balance is (too low|insufficient)|insufficient (account )?(balance|credit|fund|quota)|billing hard limit)/i;
const wrongRegion =
  /\b(country|region|territory|(user|your) location)\b.{0,80}\b(not|n't|un|isn't) ?(supported|available|allowed|served|permitted)|unsupported[ _](country|region|territory|location)|(not|isn't) (supported|available|allowed) in your (country|region|territory|location)/;
/** Of those of networkFailure what speaks of a connection that there was. */
const brokenConnection = /other side closed|premature close|terminated|socket hang up/;
const networkFailure =
  /cannot connect|fetch failed|terminated|socket|econn|enotfound|eai_again|etimedout|network|other side closed|premature close/;

/** What providers explain by keys, names and the network. Other failures they may explain with the words of the question. */
const explicable: ReadonlySet<ModelErrorCode> = new Set([
  'model/bad-key',
  'model/no-credit',
  'model/rate-limited',
  'model/unknown-model',
  'model/unreachable',
  'model/broke-off',
]);

interface Verdict {
  code: ModelErrorCode;
  retryable: boolean;
  what: string;
}

/**
 * Turns whatever the AI SDK, `fetch` or a provider's stream fails with into a ModelError. It has the provider's words
 * where they are about keys, names or the network, and else its status and codes alone, since the words would bring what
 * people wrote into the log.
 */
export function translateModelError(provider: string, error: unknown, nowMs: number): VendorError {
  const known = causes(error).find((cause) => cause instanceof VendorError);
  if (known) return known;
  const report = reportIn(error);
  const failure = readFailure(report ?? error);
  const { code, retryable, what } =
    failure.status === undefined ? withoutStatus(failure, error, report !== undefined) : byStatus(failure);
  const explained = explicable.has(code);
  const waits = code === 'model/rate-limited' || code === 'model/overloaded' || code === 'model/no-credit';
  const retryAfterMs = readRetryAfter({ headers: failure.headers, body: waits ? failure : undefined, nowMs });
  return modelError(code, `${provider}: ${what} (${explained ? failure.message : codesOf(failure)})`, {
    retryable: retryable && (retryAfterMs === undefined || retryAfterMs <= longestWaitMs),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(explained && !report && { cause: error }),
    turnedAway: wasTurnedAway(error),
    neverReached: causes(error).some(couldNotConnect),
  });
}

/** The provider's report that an error is or was caused by. */
export function reportIn(error: unknown): ProviderReport | undefined {
  return causes(error).find((cause) => cause instanceof ProviderReport);
}

const verdict = (code: ModelErrorCode, retryable: boolean, what: string): Verdict => ({ code, retryable, what });

const tooLongVerdict = verdict('model/too-long', false, 'the conversation is too long');
const refusedVerdict = verdict('model/refused', false, 'the provider refuses this request');
const noCreditVerdict = verdict('model/no-credit', false, 'the account has no credit left');
const badKeyVerdict = verdict('model/bad-key', false, 'the key is not accepted');
const unknownVerdict = verdict('model/unknown-model', false, 'there is no such model');
const limitedVerdict = verdict('model/rate-limited', true, 'too many requests');
const overloadedVerdict = verdict('model/overloaded', true, 'the provider is overloaded');
const regionVerdict = verdict('model/wrong-region', false, 'it does not serve the place where this runs');
const pageVerdict = verdict('model/web-page', false, 'a web page answers in its place');
const timeoutVerdict = verdict('model/timeout', true, 'the provider ran out of time');

/** The status decides; codes and words only tell apart what one status stands for. */
function byStatus(failure: Failure): Verdict {
  const { status = 0, codes, words } = failure;
  switch (status) {
    case 401:
      return badKeyVerdict;
    case 402:
      return noCreditVerdict;
    case 403:
      return forbidden(failure);
    case 404:
      return unknownVerdict;
    case 408:
    case 504:
      return timeoutVerdict;
    case 413:
      return tooLongVerdict;
    case 429:
      if (noCreditCodes.test(codes) || noCreditFirst.test(failure.message)) return noCreditVerdict;
      return neverFits(words) ? tooLongVerdict : limitedVerdict;
    case 451:
      return regionVerdict;
    case 502:
    case 503:
      return overloadedVerdict;
  }
  if (status >= 520 && status < 530) return overloadedVerdict;
  if (tooLong.test(words)) return tooLongVerdict;
  if (status >= 500) {
    if (codes.includes('overloaded')) return overloadedVerdict;
    return verdict('model/failed', status !== 501 && status !== 505, 'the provider failed');
  }
  return badRequest(failure);
}

/** A question that a filter stops is no fault of the key, which all others need. */
function forbidden({ codes, words, message, isPage }: Failure): Verdict {
  if (isPage) return pageVerdict;
  if (isWrongRegion(codes, message)) return regionVerdict;
  if (refusedByPolicy.test(words)) return refusedVerdict;
  if (/model_not_found|not_found/.test(codes)) return unknownVerdict;
  if (noCredit.test(words)) return noCreditVerdict;
  return badKeyVerdict;
}

function isWrongRegion(codes: string, message: string): boolean {
  return wrongRegion.test(codes) || wrongRegion.test(message.toLowerCase());
}

function badRequest({ codes, words, message, isPage }: Failure): Verdict {
  if (isPage) return pageVerdict;
  if (/invalid_api_key|api_key_invalid|authentication_error|unauthenticated/.test(codes)) return badKeyVerdict;
  if (noCreditCodes.test(codes) || noCreditFirst.test(message)) return noCreditVerdict;
  if (isWrongRegion(codes, message)) return regionVerdict;
  if (/model_not_found|invalid_model|unknown_model/.test(codes)) return unknownVerdict;
  if (refusedByPolicy.test(words)) return refusedVerdict;
  return verdict('model/failed', false, 'the provider failed');
}

/** Errors within a stream or a 200, which are `reported`, and those of the network. */
function withoutStatus(failure: Failure, error: unknown, reported: boolean): Verdict {
  const { codes, words, message } = failure;
  if (noCreditCodes.test(codes) || noCreditFirst.test(message)) return noCreditVerdict;
  if (/rate_limit|too_many_requests|resource_exhausted/.test(codes))
    return neverFits(words) ? tooLongVerdict : limitedVerdict;
  if (/authentication|permission_error|api_key|unauthenticated|permission_denied/.test(codes)) return badKeyVerdict;
  if (/overloaded|unavailable/.test(codes)) return overloadedVerdict;
  if (/timeout|deadline_exceeded/.test(codes)) return timeoutVerdict;
  if (tooLong.test(words)) return tooLongVerdict;
  if (refusedByPolicy.test(words)) return refusedVerdict;
  if (/model_not_found|not_found/.test(codes)) return unknownVerdict;
  const worded = reported ? byWords(message) : undefined;
  if (worded) return worded;
  if (networkFailure.test(words)) {
    const reached = reported || brokenConnection.test(words) || causes(error).some(wasConnected);
    return reached
      ? verdict('model/broke-off', true, 'the connection broke off')
      : verdict('model/unreachable', true, 'no connection');
  }
  const passing = /server_error|internal|api_error/.test(codes);
  return verdict('model/failed', passing, 'the provider failed');
}

const wordings: readonly (readonly [RegExp, Verdict])[] = [
  [
    /^(the |no such )?model\b.{0,200}?\b(not found|does not exist|doesn't exist|not installed)|^no such model\b/,
    unknownVerdict,
  ],
  [/^(the )?model\b.{0,200}?\bloading\b|^loading (the )?model\b/, overloadedVerdict],
  [
    /^.{0,60}?\b(overloaded|at capacity|no healthy upstream|service (temporarily )?unavailable|server is busy)\b/,
    overloadedVerdict,
  ],
  [/^(rate limit|too many requests)/, limitedVerdict],
  [/^((invalid|incorrect|wrong) api[ _-]?key|(not authenticated|unauthorized)\.?$)/, badKeyVerdict],
];

/** An error that is told in words alone, without a status or a code. Only its first words count. */
function byWords(message: string): Verdict | undefined {
  const words = message.trim().toLowerCase();
  return wordings.find(([pattern]) => pattern.test(words))?.[1];
}

/** More at once than the limit of tokens allows in a whole minute: waiting doesn't help. */
function neverFits(words: string): boolean {
  if (tooLong.test(words)) return true;
  const [, limit, requested] = /limit:? (\d[\d,]{0,14}).{0,80}?requested:? (\d[\d,]{0,14})/.exec(words) ?? [];
  if (limit === undefined || requested === undefined) return false;
  return Number(requested.replaceAll(',', '')) > Number(limit.replaceAll(',', ''));
}

const neverConnected =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|CERT_\w+|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_\w+|ERR_TLS_\w+)$/;

function wasConnected(error: object): boolean {
  const { code, name } = error as { code?: unknown; name?: unknown };
  // undici gives it a code only sometimes.
  if (name === 'HTTPParserError') return true;
  return typeof code === 'string' && /^(ECONNRESET|EPIPE|HPE_\w+|UND_ERR_(SOCKET|HEADERS|RES|BODY)\w*)$/.test(code);
}

function couldNotConnect(error: unknown): boolean {
  if (error instanceof ModelError) return error.neverReached;
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && neverConnected.test(code);
}

/** Whether it is certain that a call did no work: it was answered with an HTTP error, or never reached the provider. */
export function wasTurnedAway(error: unknown): boolean {
  return causes(error).some((cause) => {
    if (cause instanceof ModelError || cause instanceof ProviderReport) return cause.turnedAway;
    return failingStatus((cause as { statusCode?: unknown }).statusCode) !== undefined || couldNotConnect(cause);
  });
}

/** An error and what caused it, outermost first. */
function causes(error: unknown): object[] {
  const found: object[] = [];
  let current = error;
  while (typeof current === 'object' && current !== null && found.length < 8) {
    found.push(current);
    current = (current as { cause?: unknown }).cause;
  }
  return found;
}
