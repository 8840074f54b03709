import { describe, expect, it } from 'vitest';
import { scheduleRule } from './schedule-rule.ts';
import type { ScheduleTimes } from './schedule-rule.ts';

const at = (text: string): number => Date.parse(`${text}Z`);
const read = (unixMs: number | null): string | null => (unixMs === null ? null : new Date(unixMs).toISOString());

describe('the next time of a schedule', () => {
  it.each([
    [{ cron: '0 4 * * *' }, '2026-11-30T03:59:59.999', '2026-11-30T04:00:00.000Z'],
    [{ cron: '0 4 * * *' }, '2026-11-30T04:00:00.000', '2026-12-01T04:00:00.000Z'],
    // In UTC, whatever the machine's daylight saving time.
    [{ cron: '30 2 * * 0' }, '2026-03-28T00:00:00', '2026-03-29T02:30:00.000Z'],
    [{ cron: '*/15 8-9 1,15 * *' }, '2026-02-15T09:45:00', '2026-03-01T08:00:00.000Z'],
    [{ cron: '0 0 29 2 *' }, '2026-01-01T00:00:00', '2028-02-29T00:00:00.000Z'],
    [{ everyMs: 3_600_000 }, '2026-11-30T04:10:00', '2026-11-30T05:00:00.000Z'],
    [{ everyMs: 3_600_000 }, '2026-11-30T05:00:00', '2026-11-30T06:00:00.000Z'],
  ] satisfies [ScheduleTimes, string, string][])('of %j after %s is %s', (times, after, next) => {
    expect(read(scheduleRule(times).next(at(after)))).toBe(next);
  });
});

describe('the times between two', () => {
  it.each([
    [{ cron: '0 4 * * *' }, '2026-11-27T04:00:00', '2026-11-30T04:00:00', 3, '2026-11-30T04:00:00.000Z'],
    [{ cron: '0 4 * * *' }, '2026-11-30T04:00:00', '2026-11-30T23:00:00', 0, null],
    [{ everyMs: 60_000 }, '2026-11-30T04:00:00', '2026-11-30T04:02:59', 2, '2026-11-30T04:02:00.000Z'],
    [{ everyMs: 60_000 }, '2025-11-30T04:00:00', '2026-11-30T04:00:00', 1000, '2026-11-30T04:00:00.000Z'],
  ] satisfies [ScheduleTimes, string, string, number, string | null][])(
    'of %j, from %s to %s, are %i',
    (times, after, until, count, last) => {
      const found = scheduleRule(times).between(at(after), at(until));
      expect({ count: found.count, last: read(found.lastMs) }).toEqual({ count, last });
    },
  );

  it('are counted up to a thousand', () => {
    expect(scheduleRule({ cron: '* * * * *' }).between(0, at('2026-01-01T00:00:00')).count).toBe(1000);
  });
});

describe('invalid times', () => {
  it.each([
    [{ cron: '* * * *' }, /has 4 fields; allowed are 5 fields in UTC/],
    [{ cron: '0 0 4 * * *' }, /has 6 fields/],
    [{ cron: '@daily' }, /has 1 fields/],
    [{ cron: '61 4 * * *' }, /cannot be read/],
    [{ cron: 'a b c d e' }, /cannot be read/],
    [{ cron: '0 0 31 2 *' }, /cannot be read \(it never occurs\)/],
    [{ everyMs: 999 }, /everyMs is 999; allowed are whole numbers from 1000/],
    [{ everyMs: 1500.5 }, /everyMs is 1500.5/],
    [{ everyMs: Number.NaN }, /everyMs is NaN/],
    [{ everyMs: 1e12 }, /to 31622400000 \(a year\)/],
  ])('%j', (times, message) => {
    expect(() => scheduleRule(times as ScheduleTimes)).toThrow(message);
  });
});
