import { Path2D } from '@napi-rs/canvas';
import type { SKRSContext2D } from '@napi-rs/canvas';
import type { Palette } from './palette.ts';

/** Draws in a box of its own: one unit high, standing on 0, centred at 0. */
export interface Pen {
  context: SKRSContext2D;
  palette: Palette;
  /** Whether the prompt names a colour: what has one of its own in nature takes that of the prompt then. */
  isColoured: boolean;
}

type Style = string | ReturnType<SKRSContext2D['createLinearGradient']>;
type Point = readonly [number, number];

export function ellipse({ context }: Pen, [x, y]: Point, [wide, high]: Point, style: Style, turn = 0): void {
  context.fillStyle = style;
  context.beginPath();
  context.ellipse(x, y, wide, high, turn, 0, Math.PI * 2);
  context.fill();
}

export function polygon({ context }: Pen, points: readonly Point[], style: Style): void {
  context.fillStyle = style;
  context.beginPath();
  for (const point of points) context.lineTo(...point);
  context.closePath();
  context.fill();
}

export function box(
  { context }: Pen,
  [left, top]: Point,
  [wide, high]: Point,
  style: Style,
  corner: number | number[] = 0,
): void {
  context.fillStyle = style;
  context.beginPath();
  context.roundRect(left, top, wide, high, corner);
  context.fill();
}

export function line({ context }: Pen, points: readonly Point[], style: string, width: number): void {
  context.strokeStyle = style;
  context.lineWidth = width;
  context.lineCap = 'round';
  context.lineJoin = 'round';
  context.beginPath();
  for (const point of points) context.lineTo(...point);
  context.stroke();
}

export function curve(
  { context }: Pen,
  [from, bend, to]: readonly [Point, Point, Point],
  style: string,
  width: number,
): void {
  context.strokeStyle = style;
  context.lineWidth = width;
  context.lineCap = 'round';
  context.beginPath();
  context.moveTo(...from);
  context.quadraticCurveTo(...bend, ...to);
  context.stroke();
}

/** From above to below, lit from above. */
export function shaded({ context, palette }: Pen, top = -1, bottom = 0): Style {
  const gradient = context.createLinearGradient(-0.2, top, 0.2, bottom);
  gradient.addColorStop(0, palette.accentLight);
  gradient.addColorStop(0.45, palette.accent);
  gradient.addColorStop(1, palette.accentDark);
  return gradient;
}

export function eye(pen: Pen, [x, y]: Point, size: number): void {
  ellipse(pen, [x, y], [size, size * 1.1], '#fffdf5');
  ellipse(pen, [x + size * 0.12, y + size * 0.08], [size * 0.6, size * 0.72], '#1b1726');
  ellipse(pen, [x + size * 0.3, y - size * 0.25], [size * 0.2, size * 0.2], '#ffffff');
}

/** `data` is a path as SVG writes it. */
export function path({ context }: Pen, data: string, style: Style): void {
  context.fillStyle = style;
  context.fill(new Path2D(data));
}

/** The same, as a line. */
export function stroke({ context }: Pen, data: string, style: string, width: number): void {
  context.strokeStyle = style;
  context.lineWidth = width;
  context.lineCap = 'round';
  context.lineJoin = 'round';
  context.stroke(new Path2D(data));
}

/** Light, middle and dark: those of the prompt's colour, or its own. */
export function tones({ palette, isColoured }: Pen, own: readonly [string, string, string]): typeof own {
  return isColoured ? [palette.accentLight, palette.accent, palette.accentDark] : own;
}

/** From above to below. */
export function fading({ context }: Pen, [top, bottom]: Point, [from, to]: readonly [string, string]): Style {
  const gradient = context.createLinearGradient(-0.15, top, 0.15, bottom);
  gradient.addColorStop(0, from);
  gradient.addColorStop(1, to);
  return gradient;
}
