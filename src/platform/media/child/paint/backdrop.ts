import type { SKRSContext2D } from '@napi-rs/canvas';
import { hsl } from './palette.ts';
import type { Plan } from './plan.ts';

export interface Stage {
  context: SKRSContext2D;
  width: number;
  height: number;
  plan: Plan;
  /** The y of the horizon. */
  horizon: number;
  /** A hundredth of the shorter edge. */
  unit: number;
}

/** Sky, sun or moon, stars and clouds. */
export function paintSky(stage: Stage): void {
  const { context, width, height, plan, horizon } = stage;
  const sky = context.createLinearGradient(0, 0, 0, plan.place === 'space' ? height : horizon * 1.08);
  sky.addColorStop(0, plan.palette.skyTop);
  sky.addColorStop(0.55, plan.palette.skyMiddle);
  sky.addColorStop(1, plan.palette.skyBottom);
  context.fillStyle = sky;
  context.fillRect(0, 0, width, height);
  if (plan.mood === 'night') paintStars(stage);
  if (plan.place === 'space') paintNebula(stage);
  paintLight(stage);
  if (plan.place !== 'space') paintClouds(stage);
}

function paintStars({ context, width, height, plan }: Stage): void {
  const count = plan.place === 'space' ? 420 : 220;
  for (let index = 0; index < count; index++) {
    const brightness = plan.random() ** 3;
    const radius = (0.0006 + brightness * 0.0022) * Math.max(width, height);
    context.fillStyle = hsl(200 + plan.random() * 60, 60, 92, 0.35 + brightness * 0.65);
    context.beginPath();
    context.arc(plan.random() * width, plan.random() * height, radius, 0, Math.PI * 2);
    context.fill();
  }
}

function paintNebula({ context, width, height, plan }: Stage): void {
  context.globalCompositeOperation = 'screen';
  const base = plan.hues[0] ?? plan.random() * 360;
  for (let index = 0; index < 14; index++) {
    const x = width * (0.1 + plan.random() * 0.8);
    const y = height * (0.15 + plan.random() * 0.7);
    glow(context, { x, y, radius: Math.max(width, height) * (0.12 + plan.random() * 0.22) }, [
      hsl(base + plan.random() * 110, 80, 46, 0.3),
      hsl(base + 60, 80, 30, 0),
    ]);
  }
  context.globalCompositeOperation = 'source-over';
  const [x, y, radius] = [
    width * (0.2 + plan.random() * 0.6),
    height * (0.6 + plan.random() * 0.2),
    stageRadius(width, height),
  ];
  const planet = context.createRadialGradient(x - radius * 0.4, y - radius * 0.4, radius * 0.1, x, y, radius);
  planet.addColorStop(0, plan.palette.accentLight);
  planet.addColorStop(0.5, plan.palette.accent);
  planet.addColorStop(1, plan.palette.accentDark);
  context.fillStyle = planet;
  context.beginPath();
  context.arc(x, y, radius, 0, Math.PI * 2);
  context.fill();
  context.strokeStyle = plan.palette.accentLight;
  context.globalAlpha = 0.65;
  context.lineWidth = radius * 0.09;
  context.beginPath();
  context.ellipse(x, y, radius * 1.7, radius * 0.35, -0.35, -0.35, Math.PI + 0.35);
  context.stroke();
  context.globalAlpha = 1;
}

const stageRadius = (width: number, height: number): number => Math.min(width, height) * 0.16;

/** A soft disc that fades out. */
export function glow(
  context: SKRSContext2D,
  { x, y, radius }: { x: number; y: number; radius: number },
  [inner, outer]: readonly [string, string],
): void {
  const gradient = context.createRadialGradient(x, y, 0, x, y, radius);
  gradient.addColorStop(0, inner);
  gradient.addColorStop(1, outer);
  context.fillStyle = gradient;
  context.fillRect(x - radius, y - radius, radius * 2, radius * 2);
}

function paintLight({ context, width, plan, horizon, unit }: Stage): void {
  const isSubject = plan.subjects.some((subject) => subject === 'moon' || subject === 'sun');
  if (plan.mood === 'rain' || plan.place === 'space' || isSubject) return;
  const x = width * (0.18 + plan.random() * 0.64);
  const isLow = plan.mood === 'sunset';
  const y = horizon * (isLow ? 0.8 + plan.random() * 0.1 : 0.2 + plan.random() * 0.25);
  const radius = unit * (isLow ? 9 + plan.random() * 5 : 6 + plan.random() * 3);
  const hue = plan.mood === 'night' ? 220 : isLow ? 30 : 48;
  glow(context, { x, y, radius: radius * (isLow ? 6.5 : 4.5) }, [hsl(hue, 95, 75, 0.55), hsl(hue, 95, 70, 0)]);
  if (plan.mood === 'fog') return;
  context.fillStyle = plan.palette.light;
  context.beginPath();
  context.arc(x, y, radius, 0, Math.PI * 2);
  context.fill();
  if (plan.mood !== 'night') return;
  for (const [dx, dy, size] of [
    [-0.3, -0.2, 0.22],
    [0.25, 0.3, 0.16],
    [0.1, -0.45, 0.12],
  ] as const) {
    context.fillStyle = hsl(46, 30, 78, 0.5);
    context.beginPath();
    context.arc(x + dx * radius, y + dy * radius, size * radius, 0, Math.PI * 2);
    context.fill();
  }
}

export function paintClouds({ context, width, plan, horizon, unit }: Stage): void {
  const count = plan.mood === 'rain' ? 12 : plan.mood === 'night' ? 3 : 4 + Math.floor(plan.random() * 3);
  for (let index = 0; index < count; index++) {
    const x = plan.random() * width;
    const y = horizon * (0.08 + plan.random() * 0.5);
    const size = unit * (8 + plan.random() * 14);
    const lightness =
      plan.mood === 'rain' ? 30 + plan.random() * 14 : plan.mood === 'sunset' ? 78 : plan.mood === 'night' ? 30 : 97;
    const hue = plan.mood === 'sunset' ? 350 + plan.random() * 30 : 215;
    const alpha = plan.mood === 'rain' ? 0.55 : plan.mood === 'fog' ? 0.25 : 0.5;
    for (let puff = 0; puff < 6; puff++) {
      const [dx, dy] = [(puff - 2.5) * size * 0.42, -Math.abs(Math.sin(puff * 1.7 + index)) * size * 0.28];
      context.fillStyle = hsl(hue, 45, lightness, alpha * 0.45);
      context.beginPath();
      context.ellipse(x + dx, y + dy, size * 0.48, size * (0.17 + plan.random() * 0.08), 0, 0, Math.PI * 2);
      context.fill();
    }
  }
}

/** What falls, and a darker edge that holds the picture together: a slight one, since more may be painted around it. */
export function paintWeather(stage: Stage): void {
  paintFalling(stage);
  const { context, width, height, plan, unit } = stage;
  if (plan.mood === 'fog') {
    for (let index = 0; index < 7; index++) {
      const y = height * (0.45 + index * 0.08);
      const band = context.createLinearGradient(0, y - unit * 7, 0, y + unit * 7);
      band.addColorStop(0, hsl(40, 20, 94, 0));
      band.addColorStop(0.5, hsl(40, 20, 94, 0.24));
      band.addColorStop(1, hsl(40, 20, 94, 0));
      context.fillStyle = band;
      context.fillRect(0, y - unit * 7, width, unit * 14);
    }
  }
  const edge = context.createRadialGradient(
    width / 2,
    height * 0.46,
    Math.min(width, height) * 0.42,
    width / 2,
    height / 2,
    Math.hypot(width, height) * 0.6,
  );
  edge.addColorStop(0, 'rgba(10, 8, 30, 0)');
  edge.addColorStop(1, 'rgba(10, 8, 30, 0.2)');
  context.fillStyle = edge;
  context.fillRect(0, 0, width, height);
}

/** Snow and rain. */
export function paintFalling({ context, width, height, plan, unit }: Stage): void {
  if (plan.mood === 'snow') {
    for (let index = 0; index < 260; index++) {
      context.fillStyle = hsl(205, 40, 99, 0.4 + plan.random() * 0.6);
      context.beginPath();
      context.arc(
        plan.random() * width,
        plan.random() * height,
        unit * (0.15 + plan.random() ** 3 * 1),
        0,
        Math.PI * 2,
      );
      context.fill();
    }
  }
  if (plan.mood === 'rain') {
    context.lineWidth = Math.max(1, unit * 0.14);
    for (let index = 0; index < 320; index++) {
      const [x, y, length] = [plan.random() * width * 1.1, plan.random() * height, unit * (2 + plan.random() * 4)];
      context.strokeStyle = hsl(208, 50, 86, 0.14 + plan.random() * 0.3);
      context.beginPath();
      context.moveTo(x, y);
      context.lineTo(x - length * 0.28, y + length);
      context.stroke();
    }
  }
}
