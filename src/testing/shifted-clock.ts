import { systemClock } from '../kernel/clock.ts';
import type { Clock } from '../kernel/clock.ts';

interface ShiftedClock extends Clock {
  /** Jumps ahead. Timers keep their real time; only reading the time is affected. */
  jump(delayMs: number): void;
}

/**
 * Real time that begins at `startMs` (Unix ms), for tests of the whole bot: timers run by themselves, and jumps skip
 * days.
 */
export function createShiftedClock(startMs: number): ShiftedClock {
  let shiftMs = startMs - systemClock.now();
  return {
    ...systemClock,
    now: () => systemClock.now() + shiftMs,
    jump: (delayMs) => void (shiftMs += delayMs),
  };
}
