import type { Clock } from '../../../kernel/clock.ts';
import { Cancelled, VendorError } from '../../../kernel/errors.ts';
import type { JobRun } from '../../../sdk/index.ts';

const retryAfterMs = 500;

/**
 * Stores what has been bought already, again and again while the database is down and the job is this run's: giving up
 * would buy it a second time. Rejects with the last failure when another worker has the job, or this process ends.
 */
export async function retryWhileDatabaseDown<T>(
  clock: Pick<Clock, 'sleep'>,
  { signal }: JobRun,
  store: () => Promise<T>,
): Promise<T> {
  for (;;) {
    try {
      return await store();
    } catch (error) {
      const isDown = error instanceof VendorError && error.code === 'postgres/unavailable';
      const isOurs = !signal.aborted || signal.reason instanceof Cancelled;
      if (!isDown || !isOurs) throw error;
      await clock.sleep(retryAfterMs);
    }
  }
}
