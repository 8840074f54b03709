import type { Clock } from '../../../kernel/clock.ts';
import { modelError, ProviderReport } from '../errors.ts';

/** An error that takes more than this to explain isn't read to its end. */
const MOST_ERROR_BYTES = 64 * 1024;
const ERROR_BODY_MS = 5000;

export interface Guard {
  /** Its name in the settings, for messages. */
  provider: string;
  clock: Clock;
  /** Never seen in an error, even where the provider repeats it. */
  apiKey: string;
}

/** `signal` bounds the time, headers and body together. */
export interface GuardedRequest extends RequestInit {
  signal: AbortSignal;
}

/**
 * The one way to a provider: for answers, lists of models and checks. Resolves only for success, with a body that is still
 * to be read through a bound. Never follows a redirect, since that would carry the key to another host. Throws a
 * ProviderReport for HTTP errors, a ModelError for redirects, and what `fetch` throws when there is no connection.
 */
export async function guardedFetch(url: string, request: GuardedRequest, guard: Guard): Promise<Response> {
  // Node's `manual` hands over the redirect itself, so that the message can say where it leads.
  const response = await fetch(url, { ...request, redirect: 'manual' });
  if (response.ok) return response;
  if (response.status >= 300 && response.status < 400) {
    await response.body?.cancel();
    throw redirected(url, response, guard);
  }
  throw await reportOf(response, guard);
}

function redirected(url: string, response: Response, { provider }: Guard): Error {
  const location = response.headers.get('location') ?? '';
  const target =
    location !== '' && URL.canParse(location, url) ? new URL(location, url).origin.slice(0, 200) : 'nowhere';
  const message = `${provider}: it redirects to ${target}, where its key is not sent. Set baseUrl to the address that answers`;
  return modelError('model/redirected', message, { retryable: false, turnedAway: true });
}

async function reportOf(response: Response, { clock, apiKey }: Guard): Promise<ProviderReport> {
  const late = new AbortController();
  const timer = clock.after(ERROR_BODY_MS, () => late.abort());
  try {
    const { text } = await readText(response.body, MOST_ERROR_BYTES, late.signal);
    const headers = Object.fromEntries([...response.headers].map(([name, value]) => [name, hideKey(value, apiKey)]));
    return new ProviderReport({
      statusCode: response.status,
      headers,
      body: hideKey(text, apiKey),
      turnedAway: true,
    });
  } finally {
    timer.cancel();
  }
}

export function hideKey(text: string, apiKey: string): string {
  return apiKey.length < 4 ? text : text.replaceAll(apiKey, '[key]');
}

/** Up to `most` bytes of a body, as they are after decompression. `whole` says whether that was all. */
export async function readText(
  body: ReadableStream<Uint8Array> | null,
  most: number,
  until?: AbortSignal,
): Promise<{ text: string; whole: boolean }> {
  if (!body) return { text: '', whole: true };
  const reader = body.getReader();
  const stop = (): void => void reader.cancel().catch(() => undefined);
  until?.addEventListener('abort', stop, { once: true });
  if (until?.aborted) stop();
  const decoder = new TextDecoder();
  let text = '';
  let left = most;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return { text: text + decoder.decode(), whole: !until?.aborted };
      text += decoder.decode(value.subarray(0, left), { stream: true });
      left -= value.length;
      if (left < 0) return { text, whole: false };
    }
  } finally {
    until?.removeEventListener('abort', stop);
    stop();
  }
}
