import { abortable } from '../../kernel/abortable.ts';
import type { Clock } from '../../kernel/clock.ts';

interface Limit {
  clock: Pick<Clock, 'after'>;
  /** Of the whole: what it aborts with is thrown as it is. */
  signal: AbortSignal;
  longestMs: number;
}

/** The work took longer than it may. */
export class TookTooLong extends Error {}

/** Runs what another feature contributes. Rejects with `TookTooLong` after `longestMs`, also when the work ignores its signal. */
export async function withinLimit<T>(
  { clock, signal, longestMs }: Limit,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const tooLong = new AbortController();
  const timer = clock.after(longestMs, () => tooLong.abort(new TookTooLong(`It took more than ${longestMs} ms.`)));
  try {
    const within = AbortSignal.any([signal, tooLong.signal]);
    return await abortable(run(within), within);
  } catch (error) {
    throw tooLong.signal.aborted && !signal.aborted ? tooLong.signal.reason : error;
  } finally {
    timer.cancel();
  }
}
