import { DiscordAPIError, HTTPError, parseResponse, RateLimitError, REST, type RawFile } from '@discordjs/rest';
import type { Clock } from '../../kernel/clock.ts';
import type { VendorError } from '../../kernel/errors.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { Random } from '../../kernel/random.ts';
import { oddAnswer, translateError } from './errors.ts';
import type { GlobalGate, Priority } from './global-gate.ts';
import { readBucket, type BucketState } from './pacer.ts';
import { createTransport } from './transport.ts';

const DISCORD_API = 'https://discord.com/api';
const REQUEST_TIMEOUT_MS = 15_000;
const RETRIES = 3;
const FIRST_RETRY_MS = 250;
/** Longer waits, in one piece or together, are told to the caller, whose job can come again. */
const LONGEST_WAIT_MS = 60_000;

interface DiscordRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: `/${string}`;
  body?: unknown;
  query?: Record<string, string>;
  files?: RawFile[];
  priority?: Priority;
  /** Interactions carry their own token and do not count towards the global limit. */
  tokenInPath?: boolean;
  /** Whether the same request may be sent again after an answer that did not come. */
  repeatable: boolean;
  /** Whether to wait and try again at all; an edit that the next one replaces is not worth it. */
  patient?: boolean;
  signal?: AbortSignal;
  /** For the server's audit log. */
  reason?: string | undefined;
  onBucket?: (bucket: BucketState) => void;
}

interface DiscordHttpOptions {
  token: string;
  /** Base without version; Discord's own when undefined. */
  apiBase: string | undefined;
  clock: Clock;
  random: Random;
  logger: Logger;
  gate: GlobalGate;
}

/** What a request has met so far. */
interface Passed {
  failures: number;
  /** For limits. */
  waitedMs: number;
}

/**
 * Requests to Discord: under the global limit, each within 15 s, errors translated. 5xx and network faults are tried
 * again three times, waiting longer each time, and so is a 429 that does not say how long to wait; other limits are
 * waited for, for a minute at most. `@discordjs/rest` counts the limits of each route; it is told
 * to reject instead of wait, so that all waiting happens here, on the injected clock.
 */
export class DiscordHttp {
  /** For the gateway's own requests. */
  readonly rest: REST;
  #options: DiscordHttpOptions;
  #transport = createTransport();

  constructor(options: DiscordHttpOptions) {
    this.#options = options;
    const origin = options.apiBase === undefined ? undefined : new URL(options.apiBase).origin;
    this.rest = new REST({
      version: '10',
      api: options.apiBase?.replace(/\/+$/, '') ?? DISCORD_API,
      ...(origin === undefined ? {} : { cdn: origin, mediaProxy: origin }),
      makeRequest: this.#transport.makeRequest,
      retries: 0,
      timeout: REQUEST_TIMEOUT_MS,
      rejectOnRateLimit: () => true,
      globalRequestsPerSecond: Infinity,
      offset: 0,
    }).setToken(options.token);
    this.rest.on('rateLimited', (info) =>
      options.logger.debug({ route: info.route, ms: info.retryAfter }, 'rate limit'),
    );
  }

  /** Resolves to an object or a list. Rejects like `request`, and with `discord/odd-answer` when it is something else. */
  async ask<T extends object>(request: DiscordRequest): Promise<T> {
    const answer = await this.request(request);
    if (typeof answer === 'object' && answer !== null) return answer as T;
    throw oddAnswer(`Discord answered ${request.method} ${nameless(request.path)} without what was asked for`);
  }

  /** Resolves to the decoded body, undefined when it is empty. Rejects with a VendorError, or with the signal's reason. */
  async request(request: DiscordRequest): Promise<unknown> {
    const passed: Passed = { failures: 0, waitedMs: 0 };
    for (;;) {
      request.signal?.throwIfAborted();
      try {
        return await this.#once(request);
      } catch (error) {
        request.signal?.throwIfAborted();
        const waitMs = this.#waitBefore(request, error, passed);
        if (waitMs === undefined) throw this.#translate(error);
        await this.#options.clock.sleep(waitMs, request.signal);
      }
    }
  }

  async close(): Promise<void> {
    this.rest.clearHandlerSweeper();
    this.rest.clearHashSweeper();
    await this.#transport.close();
  }

  async #once(request: DiscordRequest): Promise<unknown> {
    const answered = request.tokenInPath
      ? undefined
      : await this.#options.gate.enter(request.priority ?? 'urgent', request.signal);
    try {
      const response = await this.rest.queueRequest({
        fullRoute: request.path,
        method: request.method as Parameters<REST['queueRequest']>[0]['method'],
        auth: !request.tokenInPath,
        ...(request.body === undefined ? {} : { body: request.body }),
        ...(request.query ? { query: new URLSearchParams(request.query) } : {}),
        ...(request.files?.length ? { files: request.files } : {}),
        ...(request.signal ? { signal: request.signal } : {}),
        ...(request.reason === undefined ? {} : { reason: request.reason }),
      });
      const bucket = readBucket(response.headers);
      if (bucket) request.onBucket?.(bucket);
      const answer = await parseResponse(response);
      return answer instanceof ArrayBuffer ? undefined : answer;
    } finally {
      answered?.();
    }
  }

  /** How long to wait before the next attempt; undefined when there is none. Counts it in `passed`. */
  #waitBefore(request: DiscordRequest, error: unknown, passed: Passed): number | undefined {
    const limit = error instanceof RateLimitError ? error : undefined;
    const limitMs = limit ? Math.max(limit.retryAfter, limit.sublimitTimeout) : 0;
    if (limit && limitMs > 0) {
      if (limit.global) this.#options.gate.block(limitMs);
      passed.waitedMs += limitMs;
      return request.patient === false || passed.waitedMs > LONGEST_WAIT_MS ? undefined : limitMs;
    }
    const passing = error instanceof HTTPError || !(error instanceof DiscordAPIError);
    // What Discord refused for a limit has not been done, whatever it was.
    const repeatable = request.repeatable || limit !== undefined;
    if (!passing || request.patient === false || !repeatable || passed.failures >= RETRIES) return undefined;
    const waitMs = FIRST_RETRY_MS * 2 ** passed.failures * (0.5 + this.#options.random.next());
    passed.failures += 1;
    return waitMs;
  }

  #translate(error: unknown): VendorError {
    // One 401 makes the library drop its token for good; the next request shall be judged by Discord again.
    if (error instanceof DiscordAPIError && error.status === 401) this.rest.setToken(this.#options.token);
    return translateError(error);
  }
}

/** Without the ids and tokens of a path. */
const nameless = (path: string): string => path.replace(/\/\d[^/]*(\/[\w.-]{60,})?/g, '/…');
