import type { Clock } from '../../../kernel/clock.ts';
import type { ProviderConfig } from '../../config/index.ts';
import type { Web } from '../../web/index.ts';
import { modelError, ProviderReport, translateModelError, wasTurnedAway } from '../errors.ts';
import { parseJson, recordOf } from '../failure.ts';
import { Watchdog } from '../watchdog.ts';
import { guardedFetch, hideKey } from '../wire/guarded-fetch.ts';
import type { AbilityCall, AbilityUsage } from './port.ts';

/** How a provider is reached with one key. */
export interface Connection {
  /** Its name in the settings. */
  provider: string;
  config: ProviderConfig;
  /** `openai` refuses fields that it does not know; compatible servers may know more. */
  kind: 'openai' | 'compatible';
  /** Without a slash at its end; of the OpenAI kind it ends in `/v1`. */
  baseUrl: string;
  /** The model's name there. */
  model: string;
  apiKey: string;
  clock: Clock;
  /** Many of these send no byte before they are done, so that this is the only limit. */
  timeoutMs: number;
  /** For results that are given as addresses. Without it only those at the provider's own address are fetched. */
  web: Web | undefined;
}

/** What an adapter is handed for one call. */
export interface Attempt extends Connection {
  /** Ends with the call: when it takes too long, and when the caller gives up. */
  signal: AbortSignal;
  /** Tells what was used; the first counts. */
  used: (usage: AbilityUsage) => void;
  /** The most that the call can use. */
  most: AbilityUsage;
  /**
   * Run once when the call ends before its result: cancels what the provider still does for it. One for each request of the
   * call, before that is sent.
   */
  onLeave: (cancel: Cancel) => void;
}

/** Gets a signal of its own, since the call's has ended. Gives how many images of its request are charged, if it is known. */
export type Cancel = (signal: AbortSignal) => Promise<number | undefined>;

/** How long the end of a call waits for the provider to say what a cancelled one cost. */
const CANCEL_MS = 2000;
const LINGER_MS = 10_000;
const MOST_ERROR_CHARACTERS = 64 * 1024;
export const NOTHING_USED: AbilityUsage = { estimated: false };

/**
 * One call with one key: bounds its time, and tells what it used exactly once. `run` is left behind when the time is over,
 * also when it does not react. Throws a VendorError, or the reason of the caller's signal as soon as that is aborted.
 */
export async function* attempt<Event>(
  connection: Connection,
  { model, most, signal, onUsage }: AbilityCall,
  run: (attempt: Attempt) => AsyncGenerator<Event, void>,
): AsyncGenerator<Event, void> {
  signal.throwIfAborted();
  const { provider, clock, timeoutMs } = connection;
  const timeouts = { firstByteMs: timeoutMs, stallMs: timeoutMs, totalMs: timeoutMs };
  const watchdog = new Watchdog({ clock, timeouts, caller: signal, provider });
  let told = false;
  const used = (usage: AbilityUsage): void => {
    if (!told) onUsage?.(usage, model);
    told = true;
  };
  const cancels: Cancel[] = [];
  const onLeave: Attempt['onLeave'] = (cancel) => void cancels.push(cancel);
  const events = run({ ...connection, signal: watchdog.signal, used, most, onLeave });
  /** Nothing of it runs at the provider any more. */
  let isOver = false;
  try {
    for (;;) {
      const step = await watchdog.wait(events.next());
      if (step.done) {
        isOver = true;
        return;
      }
      yield step.value;
    }
  } catch (error) {
    isOver = !watchdog.signal.aborted;
    if (wasTurnedAway(error)) used(NOTHING_USED);
    signal.throwIfAborted();
    const reason: unknown = watchdog.signal.aborted ? watchdog.signal.reason : error;
    throw translateModelError(provider, reason, clock.now());
  } finally {
    watchdog.stop();
    // Not awaited: a provider that hangs would hold up the caller.
    events.return().catch(() => undefined);
    const charged = !isOver && !told && cancels.length > 0 ? await leave(cancels, clock) : undefined;
    if (charged === 0) used(NOTHING_USED);
    const counted = charged === undefined ? {} : { images: { ...most.images, count: charged } };
    used({ ...most, ...counted, estimated: true });
  }
}

/**
 * Cancels at the provider, and waits a moment for it; what takes longer goes on by itself. Gives how many images are charged,
 * undefined where one of the requests doesn't know.
 */
async function leave(cancels: readonly Cancel[], clock: Clock): Promise<number | undefined> {
  const late = Promise.withResolvers<undefined>();
  const gone = new AbortController();
  const timer = clock.after(CANCEL_MS, () => late.resolve(undefined));
  const end = clock.after(LINGER_MS, () => gone.abort(new Error('cancelling takes too long')));
  const all = Promise.all(cancels.map(async (cancel) => cancel(gone.signal).catch(() => undefined)));
  const charged = await Promise.race([all.finally(() => end.cancel()), late.promise]);
  timer.cancel();
  return charged?.reduce<number | undefined>(
    (sum, count) => (sum === undefined || count === undefined ? undefined : sum + count),
    0,
  );
}

/** For the request that begins work: it outlives the call for a moment, so that what it began can be cancelled. */
export function lingering({ signal, clock }: Attempt): AbortSignal {
  const end = new AbortController();
  const linger = (): void => void clock.after(LINGER_MS, () => end.abort(signal.reason));
  signal.addEventListener('abort', linger, { once: true });
  return end.signal;
}

interface Sent {
  path: string;
  /** A form, or what becomes JSON. */
  body: FormData | Readonly<Record<string, unknown>>;
}

/** Sends a request to the provider. The body of the answer is still to be read through a bound. */
export function send(attempt: Attempt, { path, body }: Sent): Promise<Response> {
  const { provider, baseUrl, apiKey, clock, signal } = attempt;
  const isForm = body instanceof FormData;
  const headers: Record<string, string> = {
    ...(!isForm && { 'content-type': 'application/json' }),
    ...(apiKey !== '' && { authorization: `Bearer ${apiKey}` }),
  };
  const request = { method: 'POST', headers, body: isForm ? body : JSON.stringify(body), signal };
  return guardedFetch(`${baseUrl}${path}`, request, { provider, clock, apiKey });
}

/** The whole body. Reads no more than `most` bytes, after decompression: more is a `model/failed`. */
export async function readBytes(
  { provider, signal }: Pick<Attempt, 'provider' | 'signal'>,
  response: Response,
  most: number,
): Promise<Uint8Array> {
  const body: ReadableStream<Uint8Array> | null = response.body;
  if (!body) return new Uint8Array();
  const reader = body.getReader();
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  try {
    for (;;) {
      signal.throwIfAborted();
      const { done, value } = await reader.read();
      if (done) return Buffer.concat(pieces, bytes);
      bytes += value.length;
      if (bytes > most) {
        const message = `${provider}: it sends more than ${Math.round(most / 1e6)} MB for one result`;
        throw modelError('model/failed', message, { retryable: false });
      }
      pieces.push(value);
    }
  } finally {
    reader.cancel().catch(() => undefined);
  }
}

/** A JSON object. An error under a 200 is thrown as the provider's report. */
export async function readObject(attempt: Attempt, response: Response, most: number): Promise<Record<string, unknown>> {
  const fields = await readFields(attempt, response, most);
  if (!fields['error']) return fields;
  const body = hideKey(JSON.stringify(fields).slice(0, MOST_ERROR_CHARACTERS), attempt.apiKey);
  throw new ProviderReport({ body, turnedAway: true });
}

/** A JSON object, whatever it says. */
export async function readFields(attempt: Attempt, response: Response, most: number): Promise<Record<string, unknown>> {
  const text = Buffer.from(await readBytes(attempt, response, most)).toString('utf8');
  const fields = recordOf(parseJson(text));
  if (fields) return fields;
  const { provider } = attempt;
  if (text.trim() === '') throw modelError('model/empty', `${provider}: it sent no result`, { retryable: true });
  if (text.trimStart().startsWith('<')) throw webPage(provider);
  throw unreadable(provider, 'something that is no result');
}

export function webPage(provider: string): Error {
  const message = `${provider}: it answered with a web page: is baseUrl right?`;
  return modelError('model/web-page', message, { retryable: false });
}

export function unreadable(provider: string, what: string): Error {
  return modelError('model/unreadable', `${provider}: it answered with ${what}`, { retryable: true });
}
