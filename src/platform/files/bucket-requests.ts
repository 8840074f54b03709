import { createHash } from 'node:crypto';
import { AwsV4Signer } from 'aws4fetch';
import type { Clock } from '../../kernel/clock.ts';
import type { Logger } from '../../kernel/logger.ts';
import { BucketError, codeOf, refused, tagIn, unreached } from './bucket-errors.ts';
import type { Refusal } from './bucket-errors.ts';
import type { BucketConfig } from './byte-store.ts';
import { collect } from './collect.ts';

export interface BucketRequest {
  method: 'GET' | 'PUT' | 'DELETE';
  /** Below the prefix; without one, the bucket itself is asked. */
  name?: string;
  query?: Readonly<Record<string, string>>;
  body?: Uint8Array;
  /** Of the answer. */
  mostBytes: number;
}

const ATTEMPTS = 3;
const BACKOFF_MS = 200;
/** For all attempts together. With a slow line 25 MB take 35 s; transactions of the database end after 60 s without a word. */
const LEAST_MS = 10_000;
const MOST_MS = 45_000;
const BYTES_PER_MS = 1000;
/** So long nobody waits for a service that has just failed. */
const REST_MS = 3000;
const MOST_ERROR_BYTES = 64 * 1024;

/** Where an object is; without a name, the bucket. */
export function addressOf({ endpoint, bucket, prefix, pathStyle }: BucketConfig, name?: string): URL {
  const url = new URL(endpoint);
  const root = url.pathname.replace(/\/+$/, '');
  if (!pathStyle) url.hostname = `${bucket}.${url.hostname}`;
  const place = pathStyle ? `${root}/${bucket}` : root;
  url.pathname = name === undefined ? place || '/' : `${place}/${prefix}${name}`;
  return url;
}

/**
 * Signed requests to one bucket, within time and bytes, and again where the service fails or is busy: each can be repeated
 * without harm. A clock that is wrong is put right with the service's own. Throws a BucketError.
 */
export class BucketRequests {
  readonly #config: BucketConfig;
  readonly #clock: Clock;
  readonly #logger: Logger;
  /** Keys for a day and region, which take a while to derive. */
  readonly #derived = new Map<string, ArrayBuffer>();
  /** The service's clock minus ours. */
  #skewMs = 0;
  #failure: { error: BucketError; untilMs: number } | undefined;

  constructor(config: BucketConfig, { clock, logger }: { clock: Clock; logger: Logger }) {
    this.#config = config;
    this.#clock = clock;
    this.#logger = logger;
  }

  /** The body of the answer; undefined where there is no such object. */
  async send(request: BucketRequest): Promise<Buffer | undefined> {
    if (this.#failure && this.#clock.now() < this.#failure.untilMs) throw this.#failure.error;
    const bytes = Math.max(request.body?.length ?? 0, request.mostBytes);
    const late = new AbortController();
    const timer = this.#clock.after(Math.min(MOST_MS, LEAST_MS + bytes / BYTES_PER_MS), () =>
      late.abort(new Error('it took too long')),
    );
    try {
      const answer = await this.#attempt(request, late.signal);
      this.#failure = undefined;
      return answer;
    } catch (error) {
      const failure = error instanceof BucketError ? error : unreached(this.#config, error);
      if (failure.problem === 'away') this.#failure = { error: failure, untilMs: this.#clock.now() + REST_MS };
      throw failure;
    } finally {
      timer.cancel();
    }
  }

  async #attempt(request: BucketRequest, signal: AbortSignal): Promise<Buffer | undefined> {
    let isClockSet = false;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#once(request, signal);
      } catch (error) {
        signal.throwIfAborted();
        const problem = error instanceof BucketError ? error.problem : 'away';
        const mayRetry = problem === 'away' || (problem === 'clock' && !isClockSet);
        if (!mayRetry || attempt >= ATTEMPTS) throw error;
        if (problem === 'clock') isClockSet = true;
        else await this.#clock.sleep(BACKOFF_MS * 4 ** (attempt - 1), signal);
      }
    }
  }

  async #once({ method, name, query = {}, body, mostBytes }: BucketRequest, signal: AbortSignal) {
    const { region, accessKeyId, secretAccessKey } = this.#config;
    const address = addressOf(this.#config, name);
    for (const [key, value] of Object.entries(query)) address.searchParams.set(key, value);
    const signed = await new AwsV4Signer({
      ...{ method, url: address.href, service: 's3', region, accessKeyId, secretAccessKey, cache: this.#derived },
      headers: {
        'x-amz-content-sha256': createHash('sha256')
          .update(body ?? '')
          .digest('hex'),
      },
      datetime: new Date(this.#clock.now() + this.#skewMs).toISOString().replaceAll(/[:-]|\.\d{3}/g, ''),
    }).sign();
    const init = { method, headers: signed.headers, redirect: 'manual', signal } as const;
    const response = await fetch(signed.url, body ? { ...init, body: new Uint8Array(body) } : init);
    if (response.ok) return this.#read(response, mostBytes);
    const refusal: Refusal = {
      status: response.status,
      headers: response.headers,
      body: (await collect(response.body ?? [], MOST_ERROR_BYTES))?.toString() ?? '',
    };
    const isAbsent = response.status === 404 && name !== undefined && codeOf(refusal) !== 'NoSuchBucket';
    if (isAbsent) return undefined;
    const error = refused(this.#config, refusal);
    if (error.problem === 'clock') this.#setClock(refusal);
    throw error;
  }

  async #read(response: Response, mostBytes: number): Promise<Buffer> {
    const bytes = await collect(response.body ?? [], mostBytes);
    if (bytes) return bytes;
    throw new BucketError('other', `An answer of the bucket ${this.#config.bucket} has more than ${mostBytes} bytes.`);
  }

  #setClock({ headers, body }: Refusal): void {
    const serverMs = Date.parse(tagIn(body, 'ServerTime') || (headers.get('date') ?? ''));
    if (Number.isNaN(serverMs)) return;
    this.#skewMs = serverMs - this.#clock.now();
    const seconds = Math.round(this.#skewMs / 1000);
    this.#logger.warn(
      { seconds },
      "This machine's clock differs from that of the bucket, whose time is taken. Set the clock.",
    );
  }
}
