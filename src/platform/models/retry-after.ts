import type { Failure } from './failure.ts';
import { recordOf, textOf } from './failure.ts';

/** Nobody waits longer in a channel: the failure is told, and the person decides. */
export const longestWaitMs = 120_000;

const DAY_MS = 86_400_000;

interface Sources {
  headers: Record<string, string>;
  /** Where the words of a body may be believed. */
  body: Failure | undefined;
  nowMs: number;
}

/**
 * How long a provider asks to be left alone, in milliseconds from now: `retry-after-ms` (OpenAI), `Retry-After` in
 * seconds or as an HTTP date (RFC 9110, section 10.2.3), Google's RetryInfo, the words of the message, and last the reset
 * of the limits that are used up. At most a day.
 */
export function readRetryAfter({ headers, body, nowMs }: Sources): number | undefined {
  const asked =
    exactMs(headers['retry-after-ms']) ??
    httpDelayMs(headers['retry-after'], nowMs) ??
    (body && (retryInfoMs(body.details) ?? wordedMs(body.message) ?? wordedMs(body.words))) ??
    (body && resetMs(headers, nowMs));
  return asked === undefined ? undefined : Math.min(Math.max(0, Math.ceil(asked)), DAY_MS);
}

function exactMs(value: string | undefined): number | undefined {
  const ms = Number(value ?? Number.NaN);
  return Number.isFinite(ms) && ms >= 0 ? ms : undefined;
}

function httpDelayMs(value: string | undefined, nowMs: number): number | undefined {
  if (value === undefined || value.trim() === '') return undefined;
  const seconds = Number(value);
  if (Number.isFinite(seconds)) return seconds >= 0 ? seconds * 1000 : undefined;
  const at = Date.parse(value);
  return Number.isNaN(at) ? durationMs(value) : Math.max(0, at - nowMs);
}

/** `google.rpc.RetryInfo`, and `retry_after` in seconds as others have it. */
function retryInfoMs(details: Record<string, unknown>): number | undefined {
  const inner = Array.isArray(details['details']) ? (details['details'] as unknown[]).slice(0, 10) : [];
  for (const detail of inner) {
    const delay = durationMs(textOf(recordOf(detail)?.['retryDelay']));
    if (delay !== undefined) return delay;
  }
  const seconds = details['retry_after'];
  return typeof seconds === 'number' && seconds >= 0 ? seconds * 1000 : undefined;
}

const worded =
  /(?:retry|try again|wait)(?: after| in| for)? (?:about |approximately )?((?:\d{1,6}(?:\.\d{1,9})? ?(?:milliseconds?|ms|hours?|hrs?|h|minutes?|mins?|m|seconds?|secs?|s)\b,? ?){1,3})/i;

/** "Please retry in 3.2s", "try again in 1m2.5s", "retry after 20 seconds". */
function wordedMs(words: string): number | undefined {
  const found = worded.exec(words.replace(/(\d(?:ms|h|m|s))(?=\d)/gi, '$1 '))?.[1];
  return found === undefined ? undefined : durationMs(found);
}

const unitMs: readonly (readonly [RegExp, number])[] = [
  [/^(ms|milli)/, 1],
  [/^h/, 3_600_000],
  [/^m/, 60_000],
  [/^s/, 1000],
];

/** `6ms`, `3.5s`, `1m2.5s`, `2 minutes 3 seconds`. */
function durationMs(text: string): number | undefined {
  let sum: number | undefined;
  for (const [, amount, unit = ''] of text.slice(0, 60).matchAll(/(\d{1,6}(?:\.\d{1,9})?) ?([a-z]+)/gi)) {
    const factor = unitMs.find(([name]) => name.test(unit.toLowerCase()))?.[1];
    if (factor === undefined) return undefined;
    sum = (sum ?? 0) + Number(amount) * factor;
  }
  return sum;
}

/** Of the limits whose rest is 0, the one that is back last. */
function resetMs(headers: Record<string, string>, nowMs: number): number | undefined {
  const waits = ['-requests', '-tokens', ''].flatMap((kind) => {
    const left = headers[`x-ratelimit-remaining${kind}`];
    const reset = headers[`x-ratelimit-reset${kind}`];
    if (reset === undefined || (left !== undefined && Number(left) > 0)) return [];
    return momentMs(reset, nowMs) ?? [];
  });
  return waits.length === 0 ? undefined : Math.max(...waits);
}

/** A duration, seconds from now, or a moment since 1970 in seconds or milliseconds. */
function momentMs(value: string, nowMs: number): number | undefined {
  const number = Number(value);
  if (!Number.isFinite(number)) return durationMs(value) ?? httpDelayMs(value, nowMs);
  if (number > 1e12) return Math.max(0, number - nowMs);
  return number > 1e9 ? Math.max(0, number * 1000 - nowMs) : number * 1000;
}
