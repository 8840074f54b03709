import { hsl } from './palette.ts';
import type { Stage } from './backdrop.ts';

/** What lies below the sky, from far to near. */
export function paintLand(stage: Stage): void {
  const { plan } = stage;
  if (plan.place === 'space') return;
  if (plan.place === 'sea') return paintSea(stage);
  if (plan.place === 'mountains' || plan.place === 'forest') paintPeaks(stage);
  if (plan.place === 'city') return paintSkyline(stage);
  for (let layer = 0; layer < 4; layer++) {
    const roughness = plan.place === 'desert' ? 0.6 : 1;
    paintHill(stage, layer, roughness);
    if (plan.place === 'forest' && layer > 0) paintPines(stage, layer);
    if (plan.place === 'hills' && layer === 2) paintPines(stage, 1);
  }
  if (plan.place === 'hills' && plan.mood !== 'snow') paintMeadow(stage);
}

const layerTop = ({ horizon, height }: Stage, layer: number): number =>
  horizon + (height - horizon) * (layer * 0.24 - 0.06);

function wave(stage: Stage, amplitude: number): (x: number) => number {
  const { plan, width } = stage;
  const parts = [1, 2.3, 4.7].map((frequency) => ({
    frequency: frequency * (0.8 + plan.random() * 0.5),
    phase: plan.random() * Math.PI * 2,
    size: amplitude / frequency,
  }));
  return (x) =>
    parts.reduce(
      (sum, { frequency, phase, size }) => sum + size * Math.sin((x / width) * Math.PI * 2 * frequency + phase),
      0,
    );
}

function fillBelow(
  stage: Stage,
  yOf: (x: number) => number,
  style: ReturnType<Stage['context']['createLinearGradient']> | string,
): void {
  const { context, width, height } = stage;
  context.fillStyle = style;
  context.beginPath();
  context.moveTo(0, height);
  for (let x = 0; x <= width + 4; x += 4) context.lineTo(x, yOf(x));
  context.lineTo(width, height);
  context.closePath();
  context.fill();
}

function paintHill(stage: Stage, layer: number, roughness: number): void {
  const { context, height, plan, unit } = stage;
  const top = layerTop(stage, layer);
  const shape = wave(stage, unit * (5 - layer * 0.6) * roughness);
  const fill = context.createLinearGradient(0, top - unit * 6, 0, Math.min(height, top + unit * 40));
  fill.addColorStop(0, plan.palette.land[layer] ?? '#000');
  fill.addColorStop(1, plan.palette.land[Math.min(3, layer + 1)] ?? '#000');
  fillBelow(stage, (x) => top + shape(x), fill);
}

function paintPeaks(stage: Stage): void {
  const { context, width, height, plan, unit, horizon } = stage;
  for (let range = 0; range < 2; range++) {
    const count = 4 + range * 2;
    for (let index = 0; index < count; index++) {
      const x = (width / count) * (index + 0.2 + plan.random() * 0.7);
      const tall = unit * (range === 0 ? 34 + plan.random() * 18 : 18 + plan.random() * 14);
      const wide = tall * (0.8 + plan.random() * 0.4);
      const [top, base] = [horizon + unit * 2 - tall, Math.min(height, horizon + unit * 14)];
      const fill = context.createLinearGradient(x - wide, top, x + wide, base);
      fill.addColorStop(0, plan.palette.land[range] ?? '#000');
      fill.addColorStop(1, plan.palette.land[range + 1] ?? '#000');
      triangle(stage, [x, top], [x - wide, base], [x + wide, base], fill);
      triangle(stage, [x, top], [x + wide * 0.12, base], [x + wide, base], hsl(230, 40, 12, 0.2));
      const cap = 0.24;
      context.fillStyle = hsl(210, 40, plan.mood === 'night' ? 66 : 97, 0.9);
      context.beginPath();
      context.moveTo(x, top);
      context.lineTo(x - wide * cap, top + (base - top) * cap);
      for (const [dx, dy] of [
        [-0.5, 0.85],
        [-0.2, 1.15],
        [0.15, 0.8],
        [0.5, 1.12],
      ] as const) {
        context.lineTo(x + wide * cap * dx, top + (base - top) * cap * dy);
      }
      context.lineTo(x + wide * cap, top + (base - top) * cap);
      context.closePath();
      context.fill();
    }
  }
}

type Point = readonly [number, number];

function triangle({ context }: Stage, a: Point, b: Point, c: Point, style: Parameters<typeof fillBelow>[2]): void {
  context.fillStyle = style;
  context.beginPath();
  for (const point of [a, b, c]) context.lineTo(...point);
  context.closePath();
  context.fill();
}

function paintPines(stage: Stage, layer: number): void {
  const { context, width, plan, unit } = stage;
  const count = 10 + layer * 5;
  for (let index = 0; index < count; index++) {
    const x = (width / count) * (index + plan.random());
    const tall = unit * (5 + layer * 4 + plan.random() * 5);
    const y = layerTop(stage, layer) + unit * (3 + plan.random() * 5);
    for (let tier = 0; tier < 3; tier++) {
      const [top, wide] = [y - tall + tier * tall * 0.22, tall * (0.16 + tier * 0.07)];
      const style =
        plan.mood === 'snow' && tier < 2 ? hsl(205, 30, 93) : (plan.palette.land[Math.min(3, layer + 1)] ?? '#000');
      triangle(stage, [x, top], [x - wide, top + tall * 0.42], [x + wide, top + tall * 0.42], style);
    }
    context.fillStyle = plan.palette.dark;
    context.fillRect(x - tall * 0.025, y - tall * 0.15, tall * 0.05, tall * 0.18);
  }
}

function paintMeadow({ context, width, height, plan, unit }: Stage): void {
  for (let index = 0; index < 140; index++) {
    const depth = plan.random();
    const [x, y] = [plan.random() * width, height * (0.82 + depth * 0.18)];
    context.fillStyle = [plan.palette.accent, plan.palette.accentLight, hsl(52, 90, 80)][index % 3] ?? '#fff';
    context.globalAlpha = 0.85;
    context.beginPath();
    context.arc(x, y, unit * (0.25 + depth * 0.65), 0, Math.PI * 2);
    context.fill();
  }
  context.globalAlpha = 1;
}

function paintSea(stage: Stage): void {
  const { context, width, height, plan, unit, horizon } = stage;
  if (plan.random() < 0.6) paintHill({ ...stage, horizon: horizon - unit * 3, height: horizon + unit * 10 }, 0, 1);
  const water = context.createLinearGradient(0, horizon, 0, height);
  water.addColorStop(0, plan.palette.skyBottom);
  water.addColorStop(0.18, plan.palette.water);
  water.addColorStop(1, plan.palette.skyTop);
  context.fillStyle = water;
  context.fillRect(0, horizon, width, height - horizon);
  for (let index = 0; index < 130; index++) {
    const depth = plan.random() ** 1.6;
    const y = horizon + (height - horizon) * depth;
    const length = unit * (2 + depth * 14);
    context.fillStyle = hsl(48, 80, 92, 0.06 + plan.random() * 0.2);
    context.fillRect(plan.random() * width - length / 2, y, length, Math.max(1, unit * (0.12 + depth * 0.35)));
  }
  for (let layer = 0; layer < 3; layer++) {
    const shape = wave(stage, unit * (1.2 + layer));
    const base = height * (0.78 + layer * 0.085);
    context.globalAlpha = 0.5;
    fillBelow(
      stage,
      (x) => base + shape(x) + Math.abs(Math.sin(x / (unit * 9) + layer * 2)) * -unit * 2.2,
      layer === 1 ? plan.palette.skyTop : plan.palette.water,
    );
    context.globalAlpha = 1;
  }
}

function paintSkyline(stage: Stage): void {
  const { context, width, height, plan, unit, horizon } = stage;
  for (let layer = 0; layer < 3; layer++) {
    const ground = horizon + (height - horizon) * (0.15 + layer * 0.22);
    for (let x = -unit * 4; x < width;) {
      const wide = unit * (6 + plan.random() * 8);
      const tall = unit * (14 + plan.random() * (layer === 0 ? 40 : 26)) + (ground - horizon) * 0.5;
      const fill = context.createLinearGradient(0, ground - tall, 0, ground);
      fill.addColorStop(0, plan.palette.land[layer + 1] ?? '#000');
      fill.addColorStop(1, plan.palette.land[layer] ?? '#000');
      context.fillStyle = fill;
      context.fillRect(x, ground - tall, wide, height);
      if (plan.random() < 0.25) context.fillRect(x + wide * 0.46, ground - tall - unit * 7, unit * 0.6, unit * 7);
      paintWindows(stage, { x, y: ground - tall, wide, tall });
      x += wide + unit * plan.random() * 1.5;
    }
  }
  const street = context.createLinearGradient(0, height * 0.86, 0, height);
  street.addColorStop(0, plan.palette.dark);
  street.addColorStop(1, hsl(240, 20, 8));
  context.fillStyle = street;
  context.fillRect(0, height * 0.86, width, height);
  context.fillStyle = plan.palette.light;
  for (let x = 0; x < width; x += unit * 14) context.fillRect(x, height * 0.93, unit * 7, unit * 0.7);
}

function paintWindows(
  { context, plan, unit }: Stage,
  area: { x: number; y: number; wide: number; tall: number },
): void {
  const isLit = plan.mood === 'night' || plan.mood === 'sunset' || plan.mood === 'rain';
  for (let y = area.y + unit * 1.6; y < area.y + area.tall - unit; y += unit * 2.4) {
    for (let x = area.x + unit; x < area.x + area.wide - unit * 1.2; x += unit * 2) {
      if (plan.random() < 0.42) continue;
      context.fillStyle = isLit ? plan.palette.light : hsl(200, 40, 92, 0.35);
      context.globalAlpha = isLit ? 0.45 + plan.random() * 0.5 : 0.8;
      context.fillRect(x, y, unit * 1, unit * 1.3);
    }
  }
  context.globalAlpha = 1;
}
