import { systemClock } from '../kernel/clock.ts';
import type { Clock } from '../kernel/clock.ts';

interface ShiftedClock extends Clock {
  /** Jumps ahead. Timers keep their real time: only what reads the time notices. */
  jump(delayMs: number): void;
}

/**
 * Real time, as if it had begun at `startMs` (Unix ms), for tests of the whole bot: its timers run by themselves, and
 * days pass by jumps.
 */
export function createShiftedClock(startMs: number): ShiftedClock {
  let shiftMs = startMs - systemClock.now();
  return {
    ...systemClock,
    now: () => systemClock.now() + shiftMs,
    jump: (delayMs) => void (shiftMs += delayMs),
  };
}
