import { createCanvas, type SKRSContext2D } from '@napi-rs/canvas';
import { fontFamilyFor } from './fonts.ts';
import {
  HEIGHT,
  LEGEND_MARK_WIDTH,
  WIDTH,
  heightOf,
  layOut,
  styles,
  type Layout,
  type LegendEntry,
  type PlacedText,
  type TextStyle,
} from './layout.ts';
import type { Scene } from './scene.ts';

/** The least height of a bar with a value: a small day beside a big one must not look empty. */
const LEAST_HEIGHT = 4;
/** The height of an empty bar's mark. */
const EMPTY_HEIGHT = 3;
const CORNER = 6;
const DASH = [12, 8];

/**
 * Draws the scene as a PNG, directly on the canvas: a chart library would add 67 MB for one kind of chart and couldn't
 * space labels by this canvas's text widths.
 */
export async function drawBarChart(scene: Scene): Promise<Uint8Array> {
  const canvas = createCanvas(WIDTH, HEIGHT);
  const context = canvas.getContext('2d');
  const family = fontFamilyFor(textsOf(scene).join(''));
  const setStyle = (style: TextStyle): void => {
    context.font = `${style.sizePx}px ${family}`;
    context.fontVariationSettings = `"wght" ${style.bold ? 600 : 400}`;
  };
  const layout = layOut(scene, (text, style) => {
    setStyle(style);
    return context.measureText(text).width;
  });
  const write = (placed: PlacedText, style: TextStyle, colour: string): void => {
    setStyle(style);
    context.fillStyle = colour;
    context.textAlign = placed.align;
    context.fillText(placed.text, placed.x, placed.y);
  };
  const { palette } = scene;
  context.fillStyle = palette.background;
  context.fillRect(0, 0, WIDTH, HEIGHT);
  write(layout.title, styles.title, palette.text);
  if (layout.subtitle) write(layout.subtitle, styles.subtitle, palette.muted);
  for (const entry of layout.legend) {
    drawMark(context, entry);
    write(entry, styles.legend, palette.muted);
  }
  drawGrid(context, scene, layout);
  for (const tick of layout.ticks) write(tick, styles.axis, palette.muted);
  for (const label of layout.barLabels) write(label, styles.axis, palette.muted);
  for (const index of scene.bars.keys()) drawBar(context, scene, layout, index);
  drawLimit(context, scene, layout);
  for (const total of layout.totals) {
    // Keeps the number legible where the limit line crosses it.
    setStyle(styles.total);
    context.strokeStyle = palette.background;
    context.lineWidth = 8;
    context.lineJoin = 'round';
    context.textAlign = total.align;
    context.strokeText(total.text, total.x, total.y);
    write(total, styles.total, palette.text);
  }
  return canvas.encode('png');
}

function textsOf(scene: Scene): string[] {
  return [
    scene.title,
    scene.subtitle,
    scene.limit?.text ?? '',
    ...scene.bars.flatMap(({ label, totalText }) => [label, totalText]),
    ...scene.series.map(({ name }) => name),
    ...scene.ticks.map(({ text }) => text),
  ];
}

function drawMark(context: SKRSContext2D, { markX, y, colour, dashed }: LegendEntry): void {
  const middle = y - styles.legend.sizePx * 0.36;
  if (dashed) {
    drawLine(context, markX, markX + LEGEND_MARK_WIDTH, middle, { colour, width: 4, dash: [10, 4] });
    return;
  }
  const size = 22;
  context.fillStyle = colour;
  context.beginPath();
  context.roundRect(markX, middle - size / 2, size, size, 5);
  context.fill();
}

function drawGrid(context: SKRSContext2D, { palette }: Scene, { ticks, plot }: Layout): void {
  for (const [index, { lineY }] of ticks.entries()) {
    const colour = index === 0 ? palette.muted : palette.grid;
    drawLine(context, plot.left, plot.right, Math.round(lineY), { colour, width: 2, dash: [] });
  }
}

function drawLine(
  context: SKRSContext2D,
  from: number,
  to: number,
  y: number,
  { colour, width, dash }: { colour: string; width: number; dash: number[] },
): void {
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.setLineDash(dash);
  context.beginPath();
  context.moveTo(from, y);
  context.lineTo(to, y);
  context.stroke();
  context.setLineDash([]);
}

function drawBar(context: SKRSContext2D, scene: Scene, layout: Layout, index: number): void {
  const bar = scene.bars[index];
  const left = layout.barLefts[index];
  if (!bar || left === undefined) return;
  const { plot, barWidth } = layout;
  if (bar.total === 0) {
    context.fillStyle = scene.palette.grid;
    context.fillRect(left, plot.bottom - EMPTY_HEIGHT - 1, barWidth, EMPTY_HEIGHT);
    return;
  }
  const height = Math.max(LEAST_HEIGHT, plot.bottom - heightOf(bar.total, scene.top, plot));
  const corner = Math.min(CORNER, barWidth / 3, height);
  context.save();
  context.beginPath();
  context.roundRect(left, plot.bottom - height, barWidth, height, [corner, corner, 0, 0]);
  context.clip();
  let below = 0;
  for (const [place, value] of bar.values.entries()) {
    const bottom = plot.bottom - (below / bar.total) * height;
    below += value;
    const top = plot.bottom - (below / bar.total) * height;
    context.fillStyle = scene.series[place]?.colour ?? scene.palette.text;
    context.fillRect(left, top, barWidth, bottom - top);
  }
  context.restore();
}

function drawLimit(context: SKRSContext2D, { limit, top, palette }: Scene, { plot }: Layout): void {
  if (!limit?.onScale) return;
  const y = Math.round(heightOf(limit.value, top, plot));
  drawLine(context, plot.left, plot.right, y, { colour: palette.limit, width: 4, dash: DASH });
}
