import { setImmediate as macrotask } from 'node:timers/promises';
import type { Clock, Timer } from '../kernel/clock.ts';

export interface ManualClock extends Clock {
  /**
   * Advances time by `delayMs` and runs due timers in order, each at its own time. Timers that they set run too when
   * due within `delayMs`. Promises without outside work settle in between; for the others, await what you expect.
   */
  advance(delayMs: number): Promise<void>;
  /** Timers and sleeps that haven't run yet. */
  readonly pending: number;
}

interface Due {
  at: number;
  run: () => void;
}

/** Enough turns of the event loop for a chain of promises and immediates to settle. */
const SETTLING_TURNS = 5;

async function settle(): Promise<void> {
  for (let turn = 0; turn < SETTLING_TURNS; turn += 1) await macrotask();
}

/** A clock that stands still at `startMs` (Unix ms) until it is advanced. */
export function createManualClock(startMs: number): ManualClock {
  let nowMs = startMs;
  /** In order of time, then of creation. */
  const due: Due[] = [];

  const after = (delayMs: number, run: () => void): Timer => {
    const entry = { at: nowMs + Math.max(0, delayMs), run };
    const index = due.findIndex((other) => other.at > entry.at);
    due.splice(index === -1 ? due.length : index, 0, entry);
    return {
      cancel: () => {
        const at = due.indexOf(entry);
        if (at !== -1) due.splice(at, 1);
      },
    };
  };

  const sleep = (delayMs: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const abort = () => {
        timer.cancel();
        reject(signal?.reason as Error);
      };
      const timer = after(delayMs, () => {
        signal?.removeEventListener('abort', abort);
        resolve();
      });
      if (signal?.aborted) abort();
      else signal?.addEventListener('abort', abort, { once: true });
    });

  const advance = async (delayMs: number): Promise<void> => {
    const untilMs = nowMs + delayMs;
    await settle();
    for (let next = due[0]; next && next.at <= untilMs; next = due[0]) {
      due.shift();
      nowMs = Math.max(nowMs, next.at);
      next.run();
      await settle();
    }
    nowMs = untilMs;
    await settle();
  };

  return {
    now: () => nowMs,
    after,
    sleep,
    advance,
    get pending() {
      return due.length;
    },
  };
}
