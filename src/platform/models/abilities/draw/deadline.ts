import type { Clock } from '../../../../kernel/clock.ts';
import { modelError } from '../../errors.ts';
import type { AbilityCall, DrawWork } from '../port.ts';

/**
 * The signal of a drawing that is made here: aborted with the caller, when the bot closes, and after the time that the call has,
 * with `model/timeout`. Call `end` when the work has ended in any way.
 */
export function deadlineOf(
  { model, signal, timeoutMs = model.longestMs }: AbilityCall & Pick<DrawWork, 'timeoutMs'>,
  { clock, closing }: { clock: Clock; closing: AbortSignal },
): { signal: AbortSignal; end: () => void } {
  const ended = new AbortController();
  const message = `${model.provider}: no complete answer within ${timeoutMs / 1000} s`;
  const timer = clock.after(timeoutMs, () => ended.abort(modelError('model/timeout', message, { retryable: true })));
  return {
    signal: AbortSignal.any([signal, closing, ended.signal]),
    end: () => {
      timer.cancel();
      ended.abort(new Error('the call has ended'));
    },
  };
}
