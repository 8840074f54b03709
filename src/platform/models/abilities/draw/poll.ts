import { translateModelError } from '../../errors.ts';
import type { Attempt } from '../call.ts';
import type { DrawWebhook } from '../port.ts';

interface Poll<Found> {
  firstMs: number;
  mostMs: number;
  webhook?: DrawWebhook | undefined;
  /** Undefined while there is no result. */
  look: () => Promise<Found | undefined>;
}

/** Passing troubles in a row that are waited out. */
const MOST_FAILURES = 5;
const SLOWER = 1.5;
const passing: ReadonlySet<string> = new Set([
  'model/rate-limited',
  'model/overloaded',
  'model/unreachable',
  'model/broke-off',
  'model/failed',
]);

/**
 * Looks again and again, ever more slowly, until there is something; at once when a webhook reports. It has no end of its
 * own: the call's signal is that. Throws what `look` throws, troubles that pass by themselves only after some attempts.
 */
export async function poll<Found>(attempt: Attempt, { firstMs, mostMs, webhook, look }: Poll<Found>): Promise<Found> {
  const { provider, clock } = attempt;
  let waitMs = firstMs;
  for (let failures = 0; ;) {
    await pause(attempt, waitMs, webhook);
    waitMs = Math.min(mostMs, waitMs * SLOWER);
    try {
      const found = await look();
      if (found !== undefined) return found;
      failures = 0;
    } catch (error) {
      const { code, retryable, retryAfterMs = 0 } = translateModelError(provider, error, clock.now());
      failures += 1;
      if (!retryable || !passing.has(code) || failures > MOST_FAILURES) throw error;
      waitMs = Math.max(waitMs, retryAfterMs);
    }
  }
}

async function pause({ clock, signal }: Attempt, waitMs: number, webhook: DrawWebhook | undefined): Promise<void> {
  const enough = new AbortController();
  const stop = webhook?.onReport(() => enough.abort());
  try {
    await clock.sleep(waitMs, webhook ? AbortSignal.any([signal, enough.signal]) : signal);
  } catch (error) {
    signal.throwIfAborted();
    if (!enough.signal.aborted) throw error;
  } finally {
    stop?.();
  }
}
