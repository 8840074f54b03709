import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HEIGHT, WIDTH, layOut, styles, type Measure, type PlacedText, type TextStyle } from './layout.ts';
import type { BarChart } from './port.ts';
import { sceneOf } from './scene.ts';

/** Letters as wide as in a broad font. */
const measure: Measure = (text, { sizePx }) => text.length * sizePx * 0.6;

interface Box {
  text: string;
  left: number;
  right: number;
  top: number;
  bottom: number;
}

function boxOf({ text, x, y, align }: PlacedText, style: TextStyle): Box {
  const width = measure(text, style);
  const left = align === 'left' ? x : align === 'right' ? x - width : x - width / 2;
  return { text, left, right: left + width, top: y - style.sizePx * 0.75, bottom: y };
}

function boxesOf(chart: BarChart): Box[] {
  const layout = layOut(sceneOf(chart), measure);
  return [
    boxOf(layout.title, styles.title),
    ...(layout.subtitle ? [boxOf(layout.subtitle, styles.subtitle)] : []),
    ...layout.legend.map((entry) => boxOf(entry, styles.legend)),
    ...layout.ticks.map((tick) => boxOf(tick, styles.axis)),
    ...layout.barLabels.map((label) => boxOf(label, styles.axis)),
  ].filter(({ text }) => text !== '');
}

const touch = (a: Box, b: Box): boolean => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

const charts = fc.integer({ min: 1, max: 6 }).chain((seriesCount) =>
  fc.record({
    title: fc.string({ maxLength: 80 }),
    subtitle: fc.string({ maxLength: 80 }),
    bars: fc.array(
      fc.record({
        label: fc.string({ maxLength: 20 }),
        values: fc.array(fc.double({ min: 0, max: 1e12, noNaN: true }), {
          minLength: seriesCount,
          maxLength: seriesCount,
        }),
      }),
      { minLength: 1, maxLength: 62 },
    ),
    series: fc.array(fc.record({ name: fc.string({ maxLength: 30 }) }), {
      minLength: seriesCount,
      maxLength: seriesCount,
    }),
    limit: fc.record({ label: fc.string({ maxLength: 30 }), value: fc.double({ min: 0, max: 1e12, noNaN: true }) }),
    format: fc.constant((value: number) => `$${value.toPrecision(3)}`),
  }),
);

describe('the layout of a bar chart', () => {
  it('keeps texts inside the picture and apart from each other', () => {
    fc.assert(
      fc.property(charts, (chart) => {
        const boxes = boxesOf(chart);
        for (const [index, box] of boxes.entries()) {
          expect(box.left).toBeGreaterThanOrEqual(0);
          expect(box.right).toBeLessThanOrEqual(WIDTH);
          expect(box.bottom).toBeLessThanOrEqual(HEIGHT);
          expect(boxes.slice(index + 1).filter((other) => touch(box, other))).toEqual([]);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('always labels the last bar, and others where they fit', () => {
    const bars = Array.from({ length: 31 }, (_, index) => ({ label: `${index + 1} Dec`, values: [index] }));
    const labels = layOut(sceneOf({ title: '', bars, series: [{ name: '' }], format: String }), measure).barLabels;
    expect(labels.at(-1)?.text).toBe('31 Dec');
    expect(labels.length).toBeGreaterThan(3);
    expect(labels.length).toBeLessThan(31);
  });

  it('writes totals above few bars, and none above many', () => {
    const totals = (count: number): string[] => {
      const bars = Array.from({ length: count }, (_, index) => ({ label: '', values: [index * 100] }));
      const scene = sceneOf({ title: '', bars, series: [{ name: '' }], format: (value) => `$${value}` });
      return layOut(scene, measure).totals.map(({ text }) => text);
    };
    expect(totals(4)).toEqual(['$100', '$200', '$300']);
    expect(totals(31)).toEqual([]);
  });

  it('ends long texts in an ellipsis', () => {
    const scene = sceneOf({
      title: 'long '.repeat(40),
      bars: [{ label: 'x', values: [1] }],
      series: [{ name: '' }],
      format: String,
    });
    expect(layOut(scene, measure).title.text).toMatch(/^long long .*long…$/);
  });
});
