import { describe, expect, it } from 'vitest';
import { seeded } from '../lib/seeded.ts';
import { trendOf } from './trend.ts';

const line = (count: number, of: (x: number) => number) =>
  Array.from({ length: count }, (_, index) => ({ x: index * 200, y: of(index * 200) }));

describe('the trend of samples', () => {
  it('is the slope of a line, and sure of it', () => {
    const { slope, low, high } = trendOf(line(50, (x) => 7 + 3 * x));
    for (const value of [slope, low, high]) expect(value).toBeCloseTo(3, 9);
  });

  it('agrees with a textbook where samples know nothing of each other', () => {
    // Anscombe's first data set (The American Statistician 27, 1973): slope 0.5001, standard error 0.1179, t(9) = 2.262.
    const xs = [10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5];
    const ys = [8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68];
    const { slope, low, high } = trendOf(xs.map((x, index) => ({ x, y: ys[index] ?? Number.NaN })));
    expect(slope).toBeCloseTo(0.5001, 4);
    expect((high - low) / 2).toBeCloseTo(2.262 * 0.1179, 3);
  });

  it('finds none in nineteen level lines of twenty, although memory wanders', () => {
    const random = seeded(1);
    const lines = 400;
    let missed = 0;
    for (let count = 0; count < lines; count += 1) {
      let wandering = 0;
      const { low, high } = trendOf(line(50, () => (wandering = 0.5 * wandering + random() - 0.5)));
      if (low > 0 || high < 0) missed += 1;
    }
    expect(missed / lines).toBeLessThan(0.1);
  });

  it('wants ten samples', () => {
    expect(() => trendOf(line(9, (x) => x))).toThrow('9 samples');
  });
});
