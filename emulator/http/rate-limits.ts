import { createHash } from 'node:crypto';
import type { Caller, Clock, LimitVerdict, RequestLimits } from '../contract.ts';

interface Rule {
  /** Routes with the same name share a budget. */
  name: string;
  limit: number;
  windowMs: number;
}

/**
 * Budgets that differ from the generous default. Discord announces its own only in headers; these are the ones observed
 * there, with sending and editing in one budget as Discord's documentation warns that they may be.
 */
const RULES: Readonly<Record<string, Rule>> = {
  'POST /channels/{channel_id}/messages': { name: 'write-messages', limit: 5, windowMs: 5000 },
  'PATCH /channels/{channel_id}/messages/{message_id}': { name: 'write-messages', limit: 5, windowMs: 5000 },
  'DELETE /channels/{channel_id}/messages/{message_id}': { name: 'delete-message', limit: 5, windowMs: 1000 },
  'POST /channels/{channel_id}/messages/bulk-delete': { name: 'bulk-delete', limit: 1, windowMs: 1000 },
  'PUT /channels/{channel_id}/messages/{message_id}/reactions/{emoji_name}/@me': reactions(),
  'DELETE /channels/{channel_id}/messages/{message_id}/reactions/{emoji_name}/@me': reactions(),
  'DELETE /channels/{channel_id}/messages/{message_id}/reactions/{emoji_name}/{user_id}': reactions(),
  'DELETE /channels/{channel_id}/messages/{message_id}/reactions/{emoji_name}': reactions(),
  'DELETE /channels/{channel_id}/messages/{message_id}/reactions': reactions(),
  'POST /channels/{channel_id}/typing': { name: 'typing', limit: 5, windowMs: 5000 },
  'POST /webhooks/{webhook_id}/{webhook_token}': { name: 'write-webhook', limit: 5, windowMs: 2000 },
  'PATCH /webhooks/{webhook_id}/{webhook_token}/messages/{message_id}': {
    name: 'edit-webhook',
    limit: 5,
    windowMs: 5000,
  },
  'PATCH /webhooks/{webhook_id}/{webhook_token}/messages/@original': { name: 'edit-webhook', limit: 5, windowMs: 5000 },
  'PATCH /guilds/{guild_id}/members/@me': ownProfile(),
  'PATCH /guilds/{guild_id}/members/@me/nick': ownProfile(),
  'POST /guilds/{guild_id}/channels': { name: 'create-channel', limit: 50, windowMs: 10_000 },
};

function reactions(): Rule {
  return { name: 'reactions', limit: 1, windowMs: 250 };
}

/** Discord limits changes of one's profile in a guild more than most and publishes no figure; this one is ours. */
function ownProfile(): Rule {
  return { name: 'own-profile', limit: 5, windowMs: 60_000 };
}

const DEFAULT_LIMIT = 50;
const DEFAULT_WINDOW_MS = 1000;
/** Discord's own clients never meet the budgets that bots live with. */
const PERSON_FACTOR = 10;
const GLOBAL_LIMIT = 50;
const GLOBAL_WINDOW_MS = 1000;
/** Discord shuts out an address after this many answers 401, 403 or 429 in ten minutes. */
const INVALID_LIMIT = 10_000;
const INVALID_WINDOW_MS = 600_000;
/** Discord limits edits of old messages (error 30046) without a figure; this one is ours. */
const OLD_EDIT_LIMIT = 30;
const OLD_EDIT_WINDOW_MS = 60_000;
/** Parts of a path that have budgets of their own. */
const MAJOR_PARAMETERS = ['channel_id', 'guild_id', 'webhook_id', 'webhook_token', 'interaction_id'];
const UNLIMITED = 1_000_000;

/** Counts from its first request and starts anew when the window has passed. */
class FixedWindow {
  readonly limit: number;
  readonly windowMs: number;
  used = 0;
  resetAtMs = 0;

  constructor(limit: number, windowMs: number) {
    this.limit = limit;
    this.windowMs = windowMs;
  }

  take(nowMs: number): boolean {
    if (nowMs >= this.resetAtMs) {
      this.used = 0;
      this.resetAtMs = nowMs + this.windowMs;
    }
    if (this.used >= this.limit) return false;
    this.used += 1;
    return true;
  }
}

type Endpoint = Parameters<RequestLimits['check']>[0];

/** Discord's rate limits: per route and major parameter, and 50 requests a second for a bot as a whole. */
export class RateLimits implements RequestLimits {
  enforce = true;
  #clock: Clock;
  #buckets = new Map<string, FixedWindow>();
  #invalid = new Map<string, FixedWindow>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  check(endpoint: Endpoint, params: Record<string, string>, caller: Caller | null, subject: string): LimitVerdict {
    const rule = ruleOf(endpoint);
    const bucketHash = hashOf(rule.name);
    if (!this.enforce)
      return { headers: headersOf(UNLIMITED, UNLIMITED - 1, this.#clock.now() + 1000, 1000, bucketHash) };
    const nowMs = this.#clock.now();
    if (caller?.kind === 'bot' && !isExemptFromGlobal(endpoint)) {
      const global = this.#bucket(`global/${subject}`, GLOBAL_LIMIT, GLOBAL_WINDOW_MS);
      if (!global.take(nowMs)) return refusal(global, nowMs, bucketHash, true);
    }
    const majors = MAJOR_PARAMETERS.map((name) => params[name] ?? '').join('/');
    const limit = caller?.kind === 'person' ? rule.limit * PERSON_FACTOR : rule.limit;
    const bucket = this.#bucket(`${rule.name}/${majors}/${subject}`, limit, rule.windowMs);
    if (!bucket.take(nowMs)) return refusal(bucket, nowMs, bucketHash, false);
    return { headers: headersOf(limit, limit - bucket.used, bucket.resetAtMs, bucket.resetAtMs - nowMs, bucketHash) };
  }

  takeOldEdit(userId: string, channelId: string): number {
    if (!this.enforce) return 0;
    const nowMs = this.#clock.now();
    const window = this.#bucket(`old-edits/${channelId}/${userId}`, OLD_EDIT_LIMIT, OLD_EDIT_WINDOW_MS);
    return window.take(nowMs) ? 0 : window.resetAtMs - nowMs;
  }

  countInvalid(subject: string): void {
    let window = this.#invalid.get(subject);
    if (window === undefined) this.#invalid.set(subject, (window = new FixedWindow(INVALID_LIMIT, INVALID_WINDOW_MS)));
    window.take(this.#clock.now());
  }

  shutOutMs(subject: string): number {
    const window = this.#invalid.get(subject);
    if (!this.enforce || window === undefined || window.used < INVALID_LIMIT) return 0;
    return Math.max(0, window.resetAtMs - this.#clock.now());
  }

  invalidCounts(): Record<string, number> {
    return Object.fromEntries([...this.#invalid].map(([subject, window]) => [subject, window.used]));
  }

  #bucket(key: string, limit: number, windowMs: number): FixedWindow {
    let bucket = this.#buckets.get(key);
    if (bucket === undefined) {
      if (this.#buckets.size >= 10_000) this.#forgetOld();
      this.#buckets.set(key, (bucket = new FixedWindow(limit, windowMs)));
    }
    return bucket;
  }

  #forgetOld(): void {
    const nowMs = this.#clock.now();
    for (const [key, bucket] of this.#buckets) if (bucket.resetAtMs <= nowMs) this.#buckets.delete(key);
  }
}

const rules = new WeakMap<Endpoint, Rule>();

function ruleOf(endpoint: Endpoint): Rule {
  let rule = rules.get(endpoint);
  if (rule === undefined) {
    const name = `${endpoint.method} ${endpoint.path}`;
    rule = RULES[name] ?? { name, limit: DEFAULT_LIMIT, windowMs: DEFAULT_WINDOW_MS };
    rules.set(endpoint, rule);
  }
  return rule;
}

function isExemptFromGlobal(endpoint: Endpoint): boolean {
  return (
    endpoint.path.startsWith('/interactions/') || endpoint.path.startsWith('/webhooks/{webhook_id}/{webhook_token}')
  );
}

const hashes = new Map<string, string>();

/** Bucket names travel in a header, so they are hashes as Discord's are. */
function hashOf(name: string): string {
  let hash = hashes.get(name);
  if (hash === undefined) hashes.set(name, (hash = createHash('md5').update(name).digest('hex')));
  return hash;
}

function headersOf(
  limit: number,
  remaining: number,
  resetAtMs: number,
  resetAfterMs: number,
  bucket: string,
): Record<string, string> {
  return {
    'x-ratelimit-limit': String(limit),
    'x-ratelimit-remaining': String(remaining),
    'x-ratelimit-reset': (resetAtMs / 1000).toFixed(3),
    'x-ratelimit-reset-after': (resetAfterMs / 1000).toFixed(3),
    'x-ratelimit-bucket': bucket,
  };
}

function refusal(window: FixedWindow, nowMs: number, bucket: string, global: boolean): LimitVerdict {
  const retryAfterMs = window.resetAtMs - nowMs;
  const headers = global ? {} : headersOf(window.limit, 0, window.resetAtMs, retryAfterMs, bucket);
  return {
    headers: {
      ...headers,
      'retry-after': String(Math.ceil(retryAfterMs / 1000)),
      'x-ratelimit-scope': global ? 'global' : 'user',
      ...(global ? { 'x-ratelimit-global': 'true' } : {}),
    },
    refused: { retryAfterMs, global },
  };
}
