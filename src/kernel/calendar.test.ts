import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayAt, daysOf, periodAt, periods } from './calendar.ts';

const at = (text: string) => Date.parse(text);

describe('calendar periods', () => {
  it.each([
    ['day', '2026-11-21T23:59:59.999Z', '2026-11-21', '2026-11-22'],
    ['day', '2026-11-22T00:00:00.000Z', '2026-11-22', '2026-11-23'],
    ['week', '2026-11-22T23:59:59.999Z', '2026-11-16', '2026-11-23'],
    ['week', '2026-11-23T00:00:00.000Z', '2026-11-23', '2026-11-30'],
    ['week', '1969-12-31T12:00:00.000Z', '1969-12-29', '1970-01-05'],
    ['month', '2026-12-31T23:59:59.999Z', '2026-12-01', '2027-01-01'],
    ['month', '2028-02-29T00:00:00.000Z', '2028-02-01', '2028-03-01'],
  ] as const)('the %s of %s begins on %s and ends before %s', (period, moment, start, end) => {
    const { startMs, endMs } = periodAt(period, at(moment));
    expect([dayAt(startMs), dayAt(endMs)]).toEqual([start, end]);
  });

  it('contain their moment, follow each other without a gap, and name their first and last day', () => {
    const moments = fc.integer({ min: at('1970-01-01'), max: at('2200-01-01') });
    fc.assert(
      fc.property(moments, fc.constantFrom(...periods), (moment, period) => {
        const { startMs, endMs } = periodAt(period, moment);
        expect(startMs <= moment && moment < endMs).toBe(true);
        expect(periodAt(period, endMs).startMs).toBe(endMs);
        expect(periodAt(period, startMs - 1).endMs).toBe(startMs);
        expect(daysOf(period, moment)).toEqual({ first: dayAt(startMs), last: dayAt(endMs - 1) });
      }),
    );
  });
});
