import type { Clock } from '../../../../kernel/clock.ts';
import { translateModelError } from '../../errors.ts';
import type { Attempt } from '../call.ts';
import type { DrawWork } from '../port.ts';

interface Poll<Found> {
  firstMs: number;
  mostMs: number;
  /** Calls `listener` whenever there is something to look at, and returns how to stop that. */
  listen?: ((listener: () => void) => () => void) | undefined;
  /** Undefined while there is no result. */
  look: () => Promise<Found | undefined>;
}

/** Passing troubles in a row that are waited out. */
const MOST_FAILURES = 5;
const SLOWER = 1.5;
/** Where reports come, looks are only for those that get lost. */
const SLOWER_WITH_REPORTS = 4;
const passing: ReadonlySet<string> = new Set([
  'model/rate-limited',
  'model/overloaded',
  'model/unreachable',
  'model/broke-off',
  'model/failed',
]);

/**
 * Looks again and again, ever more slowly, until there is something; at once when `listen` says so. It has no end of its
 * own: the call's signal is that. Throws what `look` throws, troubles that pass by themselves only after some attempts.
 */
export async function poll<Found>(attempt: Attempt, options: Poll<Found>): Promise<Found> {
  const reports = new Reports();
  const stop = options.listen?.(() => reports.come());
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

interface Pace {
  firstMs: number;
  mostMs: number;
}

/** How to look at work that the provider gave this id: less often where a webhook reports on it. */
export function paceOf(
  { webhook }: DrawWork,
  id: string,
  { firstMs, mostMs }: Pace,
): Pace & Pick<Poll<unknown>, 'listen'> {
  if (!webhook) return { firstMs, mostMs };
  const listen = (listener: () => void): (() => void) => webhook.onReport(id, listener);
  return { firstMs: firstMs * SLOWER_WITH_REPORTS, mostMs: mostMs * SLOWER_WITH_REPORTS, listen };
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
