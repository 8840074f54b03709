import { fitText } from './display-text.ts';
import type { Scene } from './scene.ts';

/** Pixels; a phone shows the picture at four tenths of this, so text is at least 24. */
export const WIDTH = 900;
export const HEIGHT = 420;

export interface TextStyle {
  sizePx: number;
  bold: boolean;
}

export const styles = {
  title: { sizePx: 34, bold: true },
  subtitle: { sizePx: 25, bold: false },
  legend: { sizePx: 24, bold: false },
  axis: { sizePx: 25, bold: false },
  total: { sizePx: 25, bold: true },
} satisfies Record<string, TextStyle>;

/** The width of a text in pixels. */
export type Measure = (text: string, style: TextStyle) => number;

/** A text that fits; `y` is its base line. */
export interface PlacedText {
  text: string;
  x: number;
  y: number;
  align: 'left' | 'center' | 'right';
}

export interface LegendEntry extends PlacedText {
  /** The left edge of its mark. */
  markX: number;
  colour: string;
  dashed: boolean;
}

export interface Layout {
  title: PlacedText;
  subtitle: PlacedText | undefined;
  legend: readonly LegendEntry[];
  plot: { left: number; right: number; top: number; bottom: number };
  ticks: readonly (PlacedText & { lineY: number })[];
  /** The left edges of the bars, in order. */
  barLefts: readonly number[];
  barWidth: number;
  barLabels: readonly PlacedText[];
  /** Above the bars; none when not all would fit. */
  totals: readonly PlacedText[];
}

const MARGIN = 28;
export const LEGEND_MARK_WIDTH = 24;
const LEGEND_MARK_GAP = 10;
const LEGEND_GAP = 30;
const LEGEND_ROW = 36;
/** Three entries fit in a row. */
const WIDEST_LEGEND_TEXT = 225;
const AXIS_GAP = 14;
const WIDEST_AXIS = 260;
const BAR_SHARE = 0.68;
const WIDEST_BAR = 72;
const LABEL_GAP = 18;
const WIDEST_LABEL = 220;
const TOTAL_GAP = 12;
/** From the middle of small letters to the base line, as a share of the text size. */
const HALF_LETTER = 0.36;

/** Places everything; texts never touch or leave the picture. */
export function layOut(scene: Scene, measure: Measure): Layout {
  const inner = WIDTH - 2 * MARGIN;
  const line = (text: string, style: TextStyle, y: number): PlacedText => ({
    text: fitText(text, inner, (part) => measure(part, style)),
    x: MARGIN,
    y,
    align: 'left',
  });
  let y = MARGIN + 30;
  const title = line(scene.title, styles.title, y);
  if (scene.subtitle !== '') y += 38;
  const subtitle = scene.subtitle === '' ? undefined : line(scene.subtitle, styles.subtitle, y);
  const legend = legendOf(scene, y + 40, measure);
  y = legend.at(-1)?.y ?? y;

  const left = MARGIN + axisWidth(scene, measure) + AXIS_GAP;
  const right = WIDTH - MARGIN;
  const slot = (right - left) / scene.bars.length;
  const showTotals = totalsFit(scene, slot, measure);
  const plot = { left, right, top: y + (showTotals ? 58 : 38), bottom: HEIGHT - MARGIN - 38 };
  const barWidth = Math.min(slot * BAR_SHARE, WIDEST_BAR);
  const centres = scene.bars.map((_, index) => left + slot * (index + 0.5));
  return {
    title,
    subtitle,
    legend,
    plot,
    ticks: ticksOf(scene, plot, measure),
    barLefts: centres.map((centre) => centre - barWidth / 2),
    barWidth,
    barLabels: labelsOf(scene, centres, measure),
    totals: showTotals ? totalsOf(scene, plot, centres) : [],
  };
}

/** The vertical position of a value. */
export function heightOf(value: number, top: number, plot: Layout['plot']): number {
  return plot.bottom - (value / top) * (plot.bottom - plot.top);
}

/** In as many rows as needed, from `firstY` down. */
function legendOf(scene: Scene, firstY: number, measure: Measure): LegendEntry[] {
  const { series, limit, palette } = scene;
  const entries = [
    ...(series.length > 1 ? series.map(({ name, colour }) => ({ text: name, colour, dashed: false })) : []),
    ...(limit ? [{ text: limit.text, colour: palette.limit, dashed: true }] : []),
  ];
  const widthOf = (text: string): number => measure(text, styles.legend);
  const mark = LEGEND_MARK_WIDTH + LEGEND_MARK_GAP;
  const widest = Math.max(WIDEST_LEGEND_TEXT, (WIDTH - 2 * MARGIN) / entries.length - mark - LEGEND_GAP);
  let markX = MARGIN;
  let y = firstY;
  return entries.map((entry) => {
    const text = fitText(entry.text, widest, widthOf);
    const width = mark + widthOf(text);
    if (markX + width > WIDTH - MARGIN) {
      markX = MARGIN;
      y += LEGEND_ROW;
    }
    const placed: LegendEntry = { ...entry, text, x: markX + mark, y, align: 'left', markX };
    markX += width + LEGEND_GAP;
    return placed;
  });
}

function axisWidth(scene: Scene, measure: Measure): number {
  return Math.min(WIDEST_AXIS, Math.max(...scene.ticks.map(({ text }) => measure(text, styles.axis))));
}

function ticksOf(scene: Scene, plot: Layout['plot'], measure: Measure): Layout['ticks'] {
  return scene.ticks.map(({ value, text }) => {
    const lineY = heightOf(value, scene.top, plot);
    return {
      text: fitText(text, WIDEST_AXIS, (part) => measure(part, styles.axis)),
      x: plot.left - AXIS_GAP,
      y: lineY + styles.axis.sizePx * HALF_LETTER,
      align: 'right',
      lineY,
    };
  });
}

/** Every label, or every second, third…, counted from the last bar, because people look for the newest day. */
function labelsOf(scene: Scene, centres: readonly number[], measure: Measure): PlacedText[] {
  const widthOf = (text: string): number => measure(text, styles.axis);
  const labels = scene.bars.map(({ label }, index) => {
    const text = fitText(label, WIDEST_LABEL, widthOf);
    const half = widthOf(text) / 2;
    const x = Math.min(Math.max(centres[index] ?? 0, MARGIN + half), WIDTH - MARGIN - half);
    return { text, x, half };
  });
  for (let stride = 1; ; stride++) {
    const shown = labels.filter((_, index) => (labels.length - 1 - index) % stride === 0);
    const touch = shown.some(({ x, half }, index) => {
      const next = shown[index + 1];
      return next !== undefined && x + half + LABEL_GAP > next.x - next.half;
    });
    if (!touch) return shown.map(({ text, x }) => ({ text, x, y: HEIGHT - MARGIN, align: 'center' }));
  }
}

function totalsFit(scene: Scene, slot: number, measure: Measure): boolean {
  const shown = scene.bars.filter(({ total }) => total > 0);
  return shown.length > 0 && shown.every(({ totalText }) => measure(totalText, styles.total) + TOTAL_GAP <= slot);
}

function totalsOf(scene: Scene, plot: Layout['plot'], centres: readonly number[]): PlacedText[] {
  return scene.bars.flatMap(({ total, totalText }, index) =>
    total === 0
      ? []
      : [{ text: totalText, x: centres[index] ?? 0, y: heightOf(total, scene.top, plot) - 10, align: 'center' }],
  );
}
