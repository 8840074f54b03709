import { box, curve, ellipse, fading, path, stroke, tones } from './shapes.ts';
import type { Pen } from './shapes.ts';

/** Full and large. */
export function moon(pen: Pen): void {
  const [light, middle, dark] = tones(pen, ['#fffbe6', '#f3e7bd', '#cfbf8e']);
  halo(pen, [light, 1]);
  ellipse(pen, [0, -0.5], [0.46, 0.46], fading(pen, [-0.96, -0.04], [light, middle]));
  for (const [x, y, size] of [
    [-0.16, -0.66, 0.11],
    [0.17, -0.4, 0.13],
    [-0.2, -0.33, 0.07],
    [0.12, -0.76, 0.055],
    [-0.02, -0.18, 0.06],
    [0.31, -0.61, 0.05],
    [-0.33, -0.53, 0.045],
  ] as const) {
    ellipse(pen, [x, y], [size, size * 0.92], dark);
    ellipse(pen, [x + size * 0.14, y + size * 0.16], [size * 0.84, size * 0.76], middle);
  }
  path(pen, 'M0-.96A.46 .46 0 0 1 0-.04A.62 .62 0 0 0 0-.96Z', '#6f5f3a14');
}

export function sun(pen: Pen): void {
  const [light, middle, dark] = tones(pen, ['#fff3a6', '#ffd23f', '#f79a1e']);
  halo(pen, [light, 1.1]);
  const { context } = pen;
  context.save();
  context.translate(0, -0.5);
  for (let ray = 0; ray < 16; ray++) {
    context.rotate(Math.PI / 8);
    path(pen, ray % 2 ? 'M-.06-.32L0-.5L.06-.32Z' : 'M-.05-.32L0-.43L.05-.32Z', ray % 2 ? middle : dark);
  }
  context.restore();
  ellipse(pen, [0, -0.5], [0.32, 0.32], fading(pen, [-0.82, -0.18], [light, middle]));
  for (const side of [-1, 1]) {
    ellipse(pen, [side * 0.11, -0.55], [0.03, 0.042], '#5a3410');
    ellipse(pen, [side * 0.19, -0.46], [0.045, 0.03], '#f58b5ab0');
  }
  stroke(pen, 'M-.09-.44Q0-.36 .09-.44', '#5a3410', 0.02);
}

function halo(pen: Pen, [colour, radius]: readonly [string, number]): void {
  const glow = pen.context.createRadialGradient(0, -0.5, 0.2, 0, -0.5, radius);
  glow.addColorStop(0, colour);
  glow.addColorStop(1, '#ffffff00');
  pen.context.globalAlpha = 0.5;
  ellipse(pen, [0, -0.5], [radius, radius], glow);
  pen.context.globalAlpha = 1;
}

/** In a space suit, waving. */
export function astronaut(pen: Pen): void {
  const [, middle, dark] = tones(pen, ['#ffb25e', '#f07f2e', '#a8521a']);
  const suit = fading(pen, [-0.8, 0], ['#ffffff', '#bcc6d8']);
  box(pen, [-0.23, -0.63], [0.46, 0.4], '#8f9bb0', 0.08);
  curve(
    pen,
    [
      [-0.17, -0.5],
      [-0.34, -0.42],
      [-0.33, -0.26],
    ],
    '#dfe5ef',
    0.13,
  );
  curve(
    pen,
    [
      [0.17, -0.52],
      [0.36, -0.56],
      [0.4, -0.78],
    ],
    '#eef2f8',
    0.13,
  );
  ellipse(pen, [-0.33, -0.24], [0.07, 0.075], middle);
  ellipse(pen, [0.4, -0.82], [0.07, 0.08], middle);
  for (const side of [-1, 1]) {
    stroke(pen, `M${side * 0.1}-.26L${side * 0.13}-.08`, '#e3e9f2', 0.16);
    box(pen, [side * 0.13 - 0.1, -0.09], [0.2, 0.09], dark, 0.04);
    box(pen, [side * 0.13 - 0.085, -0.16], [0.17, 0.03], middle, 0.015);
  }
  box(pen, [-0.19, -0.6], [0.38, 0.4], suit, 0.13);
  box(pen, [-0.1, -0.47], [0.2, 0.12], '#5c677d', 0.025);
  for (const [index, colour] of ['#ff6b6b', '#ffd166', '#06d6a0'].entries()) {
    ellipse(pen, [-0.055 + index * 0.055, -0.43], [0.017, 0.017], colour);
  }
  box(pen, [-0.07, -0.395], [0.14, 0.02], '#cfd8e6', 0.01);
  ellipse(pen, [0, -0.77], [0.235, 0.225], fading(pen, [-1, -0.55], ['#ffffff', '#ccd5e4']));
  ellipse(pen, [0.015, -0.765], [0.175, 0.15], middle);
  ellipse(pen, [0.015, -0.765], [0.16, 0.135], fading(pen, [-0.9, -0.63], ['#4a6fa8', '#131a33']));
  ellipse(pen, [-0.05, -0.82], [0.05, 0.025], '#ffffffa0', -0.5);
}
