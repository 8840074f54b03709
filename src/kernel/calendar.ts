/** Periods by the UTC calendar: days begin at midnight, weeks on Monday, months on the first. */
export type Period = 'day' | 'week' | 'month';

export const periods: readonly Period[] = ['day', 'week', 'month'];

const DAY_MS = 86_400_000;
/** 1970-01-01 was a Thursday: this many days after a Monday. */
const EPOCH_WEEKDAY = 3;

/** Start (inclusive) and end (exclusive) of the period that contains `unixMs`, in Unix ms. */
export function periodAt(period: Period, unixMs: number): { startMs: number; endMs: number } {
  const day = Math.floor(unixMs / DAY_MS);
  if (period === 'day') return { startMs: day * DAY_MS, endMs: (day + 1) * DAY_MS };
  if (period === 'week') {
    const monday = day - ((((day + EPOCH_WEEKDAY) % 7) + 7) % 7);
    return { startMs: monday * DAY_MS, endMs: (monday + 7) * DAY_MS };
  }
  const date = new Date(unixMs);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  return { startMs: Date.UTC(year, month, 1), endMs: Date.UTC(year, month + 1, 1) };
}

/** The UTC day that contains `unixMs`: `2026-11-21`. */
export function dayAt(unixMs: number): string {
  return new Date(unixMs).toISOString().slice(0, 10);
}

/** The first and last day of the period that contains `unixMs`. */
export function daysOf(period: Period, unixMs: number): { first: string; last: string } {
  const { startMs, endMs } = periodAt(period, unixMs);
  return { first: dayAt(startMs), last: dayAt(endMs - 1) };
}
