import type { Clock } from '../../../../kernel/clock.ts';
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
export async function poll<Found>(attempt: Attempt, options: Poll<Found>): Promise<Found> {
  const reports = new Reports();
  const stop = options.webhook?.onReport(() => reports.come());
  try {
    return await pollUntil(attempt, options, reports);
  } finally {
    stop?.();
  }
}

async function pollUntil<Found>(
  { provider, clock, signal }: Attempt,
  { firstMs, mostMs, look }: Poll<Found>,
  reports: Reports,
): Promise<Found> {
  let waitMs = firstMs;
  for (let failures = 0; ;) {
    await reports.wait(clock, waitMs, signal);
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

/** One that comes while there is a look counts for the next wait. */
class Reports {
  private next = new AbortController();

  come(): void {
    this.next.abort();
  }

  async wait(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
    const { signal: came } = this.next;
    try {
      if (!came.aborted) await clock.sleep(delayMs, AbortSignal.any([signal, came]));
    } catch (error) {
      if (!came.aborted) throw error;
    }
    signal.throwIfAborted();
    if (came.aborted) this.next = new AbortController();
  }
}
