import { Cron } from 'croner';

/** When a schedule runs: five cron fields in UTC, or a period. */
export type ScheduleTimes = { cron: string; everyMs?: never } | { everyMs: number; cron?: never };

export interface ScheduleRule {
  /** Equal for equal times: shows whether a schedule has changed since its next run was planned. */
  readonly text: string;
  /** The first due time after `afterMs`. All times are Unix ms. */
  next(afterMs: number): number;
  /**
   * The due times after `afterMs` up to and including `untilMs`: their number and the last one. Counting stops at
   * `mostCounted`, so a year without a process costs no more than a day.
   */
  between(afterMs: number, untilMs: number): { count: number; lastMs: number | null };
}

export const mostCounted = 1_000;

const leastEveryMs = 1_000;
const longestEveryMs = 366 * 24 * 3_600_000;

/**
 * Reads the times of a schedule. A period counts from the Unix epoch, so every process plans the same times: every hour
 * is due on the hour. Throws a RangeError that says what is allowed.
 */
export function scheduleRule(times: ScheduleTimes): ScheduleRule {
  return times.cron === undefined ? periodRule(times.everyMs) : cronRule(times.cron);
}

function periodRule(everyMs: number): ScheduleRule {
  if (!Number.isInteger(everyMs) || everyMs < leastEveryMs || everyMs > longestEveryMs) {
    throw new RangeError(
      `everyMs is ${everyMs}; allowed are whole numbers from ${leastEveryMs} (a second) to ${longestEveryMs} (a year)`,
    );
  }
  return {
    text: `every ${everyMs}`,
    next: (afterMs) => (Math.floor(afterMs / everyMs) + 1) * everyMs,
    between: (afterMs, untilMs) => {
      const [after, until] = [Math.floor(afterMs / everyMs), Math.floor(untilMs / everyMs)];
      const count = Math.max(0, until - after);
      return { count: Math.min(mostCounted, count), lastMs: count === 0 ? null : until * everyMs };
    },
  };
}

function cronRule(pattern: string): ScheduleRule {
  const cron = parseCron(pattern);
  const next = (afterMs: number): number => {
    const found = cron.nextRun(new Date(afterMs));
    if (!found) throw new RangeError(`cron "${pattern}" never occurs after ${new Date(afterMs).toISOString()}`);
    return found.getTime();
  };
  return {
    text: `cron ${pattern.trim().split(/\s+/).join(' ')}`,
    next,
    between: (afterMs, untilMs) => {
      let [count, lastMs]: [number, number | null] = [0, null];
      for (let dueMs = next(afterMs); dueMs <= untilMs && count < mostCounted; dueMs = next(dueMs)) {
        count += 1;
        lastMs = dueMs;
      }
      return { count, lastMs };
    },
  };
}

function parseCron(pattern: string): Cron {
  const fields = pattern.trim().split(/\s+/);
  const allowed = 'allowed are 5 fields in UTC: minute hour day-of-month month day-of-week, such as "0 4 * * *"';
  if (fields.length !== 5) throw new RangeError(`cron "${pattern}" has ${fields.length} fields; ${allowed}`);
  try {
    const cron = new Cron(fields.join(' '), { timezone: 'UTC', mode: '5-part', paused: true });
    if (cron.nextRun(new Date(0)) === null) throw new Error('it never occurs');
    return cron;
  } catch (error) {
    throw new RangeError(`cron "${pattern}" cannot be read (${(error as Error).message}); ${allowed}`, {
      cause: error,
    });
  }
}
