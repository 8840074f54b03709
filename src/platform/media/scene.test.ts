import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { displayText } from './display-text.ts';
import type { BarChart } from './port.ts';
import { scaleFor } from './scale.ts';
import { sceneOf } from './scene.ts';

const chart = (parts: Partial<BarChart>): BarChart => ({
  title: 'Spending',
  bars: [{ label: 'Mon', values: [1] }],
  series: [{ name: 'Text' }],
  format: String,
  ...parts,
});

describe('the scale', () => {
  it('includes every maximum in at most four even steps from zero', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-290, max: 1e300, noNaN: true }), (maximum) => {
        const { top, ticks } = scaleFor(maximum, false);
        expect(top).toBeGreaterThanOrEqual(maximum * (1 - 1e-9));
        expect(ticks.length).toBeLessThanOrEqual(5);
        expect(ticks[0]).toBe(0);
        // At least half of the height is used.
        expect(maximum / top).toBeGreaterThan(0.4);
      }),
    );
  });

  it('has round steps', () => {
    expect(scaleFor(1.1, false).ticks).toEqual([0, 0.5, 1, 1.5]);
    expect(scaleFor(0.3, false).ticks).toEqual([0, 0.1, 0.2, 0.3]);
    expect(scaleFor(2, true).ticks).toEqual([0, 1, 2]);
    expect(scaleFor(0, false).ticks).toEqual([0]);
    expect(scaleFor(5e-324, false).ticks).toEqual([0]);
  });
});

describe('a chart', () => {
  it('shows a limit near the bars, and points up to one far above', () => {
    const limited = (value: number) => sceneOf(chart({ limit: { label: 'Limit', value } }));
    expect(limited(2)).toMatchObject({ top: 2, limit: { text: 'Limit 2', onScale: true } });
    expect(limited(100)).toMatchObject({ top: 1, limit: { text: 'Limit 100 ↑', onScale: false } });
    const empty = sceneOf(chart({ bars: [{ label: '', values: [0] }], limit: { label: 'Limit', value: 100 } }));
    expect(empty).toMatchObject({ top: 100, limit: { onScale: true } });
  });

  it("doesn't repeat a tick that rounding makes equal", () => {
    const bars = [{ label: '', values: [0.003] }];
    const { ticks } = sceneOf(chart({ bars, format: (value) => `$${value.toFixed(2)}` }));
    expect(ticks.map(({ text }) => text)).toEqual(['$0.00', '', '', '']);
  });

  it('formats whole numbers when all values are whole', () => {
    const seen: number[] = [];
    const format = (value: number): string => String(seen.push(value));
    sceneOf(chart({ bars: [{ label: '', values: [1] }], limit: { label: '', value: 3 }, format }));
    expect(seen.filter((value) => !Number.isInteger(value))).toEqual([]);
  });

  it.each<[string, Partial<BarChart>]>([
    ['A chart has 1 to 62 bars, not 0', { bars: [] }],
    ['A chart has 1 to 6 series, not 0', { series: [] }],
    ['The bar "Mon" needs 2 values, one a series, not 1', { series: [{ name: 'a' }, { name: 'b' }] }],
    ['must be 0 or more and finite: -1', { bars: [{ label: 'Mon', values: [-1] }] }],
    ['must be 0 or more and finite: NaN', { bars: [{ label: 'Mon', values: [Number.NaN] }] }],
    ['The limit must be 0 or more and finite, not Infinity', { limit: { label: '', value: Infinity } }],
    ['must be #rrggbb, not "red"', { series: [{ name: 'a', colour: 'red' }] }],
  ])('refuses with: %s', (message, parts) => {
    expect(() => sceneOf(chart(parts))).toThrow(message);
  });
});

describe('a text to draw', () => {
  it('is one line without characters that disturb others', () => {
    expect(displayText(' a\n\tb\u0000c\u2028d ')).toBe('a b c d');
    expect(displayText('pay \u202Etxet\u202C now')).toBe('pay txet now');
    expect(displayText('\ud800x')).toBe('\ufffdx');
    expect(displayText(`Z${'\u0337'.repeat(50)}o`)).toBe(`Z${'\u0337'.repeat(3)}o`);
    expect(displayText('𝓕𝓪𝓷𝓬𝔂 中文 👩‍👩‍👧')).toBe('Fancy 中文 👩‍👩‍👧');
    expect(displayText('x'.repeat(1e6))).toHaveLength(160);
  });
});
