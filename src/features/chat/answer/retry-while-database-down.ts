import { Cancelled, VendorError } from '../../../kernel/errors.ts';
import type { JobRun } from '../../../sdk/index.ts';
import type { ChatContext } from '../chat.ts';

const AGAIN_MS = 500;

/**
 * Stores what has been bought already, again and again while the database is away and the job is this run's: giving up
 * would buy it a second time. Rejects with the last failure when another worker has the job, or this process ends.
 */
export async function storePatiently(
  context: ChatContext,
  { signal }: JobRun,
  store: () => Promise<void>,
): Promise<void> {
  for (;;) {
    try {
      await store();
      return;
    } catch (error) {
      const isAway = error instanceof VendorError && error.code === 'postgres/unavailable';
      const isOurs = !signal.aborted || signal.reason instanceof Cancelled;
      if (!isAway || !isOurs) throw error;
      await context.clock.sleep(AGAIN_MS);
    }
  }
}
