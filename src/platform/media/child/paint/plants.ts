import { box, curve, ellipse, eye, fading, path, polygon, shaded, stroke, tones } from './shapes.ts';
import type { Pen } from './shapes.ts';

export function flower(pen: Pen): void {
  const { palette } = pen;
  curve(
    pen,
    [
      [0, 0],
      [0.05, -0.3],
      [0, -0.62],
    ],
    '#3f8f4f',
    0.045,
  );
  ellipse(pen, [0.15, -0.24], [0.16, 0.06], '#4fa85f', -0.5);
  ellipse(pen, [-0.12, -0.34], [0.15, 0.055], '#3f8f4f', 0.55);
  for (let petal = 0; petal < 10; petal++) {
    const turn = (petal / 10) * Math.PI * 2;
    ellipse(
      pen,
      [Math.cos(turn) * 0.19, -0.68 + Math.sin(turn) * 0.19],
      [0.15, 0.075],
      petal % 2 ? palette.accent : palette.accentLight,
      turn,
    );
  }
  ellipse(pen, [0, -0.68], [0.115, 0.115], '#f6b93b');
  ellipse(pen, [-0.02, -0.7], [0.07, 0.07], '#fad390');
}

export function tree(pen: Pen): void {
  const { palette } = pen;
  polygon(
    pen,
    [
      [-0.06, 0],
      [-0.035, -0.45],
      [0.035, -0.45],
      [0.07, 0],
    ],
    '#6b4730',
  );
  for (const [x, y, size, isLight] of [
    [-0.2, -0.52, 0.2, 0],
    [0.2, -0.54, 0.2, 0],
    [0, -0.5, 0.22, 0],
    [-0.12, -0.72, 0.2, 1],
    [0.13, -0.72, 0.2, 1],
    [0, -0.84, 0.16, 2],
  ] as const) {
    ellipse(pen, [x, y], [size, size * 0.9], ['#2f7d4a', '#3f9a58', '#58b96d'][isLight] ?? '#2f7d4a');
  }
  for (const [x, y] of [
    [-0.2, -0.56],
    [0.12, -0.6],
    [0.24, -0.5],
    [-0.04, -0.78],
  ] as const)
    ellipse(pen, [x, y], [0.03, 0.03], palette.accent);
}

export function mushroom(pen: Pen): void {
  const { palette, context } = pen;
  box(pen, [-0.12, -0.5], [0.24, 0.5], '#fff4e2', 0.08);
  context.fillStyle = shaded(pen, -0.95, -0.4);
  context.beginPath();
  context.ellipse(0, -0.46, 0.44, 0.46, 0, Math.PI, 0);
  context.quadraticCurveTo(0, -0.34, -0.44, -0.46);
  context.fill();
  for (const [x, y, size] of [
    [-0.22, -0.6, 0.07],
    [0.05, -0.78, 0.08],
    [0.26, -0.58, 0.06],
    [-0.02, -0.54, 0.05],
  ] as const)
    ellipse(pen, [x, y], [size, size * 0.85], '#fffaf0');
  for (const side of [-1, 1]) eye(pen, [side * 0.05, -0.3], 0.022);
  curve(
    pen,
    [
      [-0.03, -0.22],
      [0, -0.19],
      [0.03, -0.22],
    ],
    palette.dark,
    0.012,
  );
}

export function cactus(pen: Pen): void {
  const [light, middle, dark] = tones(pen, ['#7cc576', '#3f9a58', '#22693f']);
  stroke(pen, 'M-.02-.3H-.2Q-.28-.3-.28-.38V-.56', middle, 0.13);
  stroke(pen, 'M.02-.42H.2Q.28-.42 .28-.5V-.7', dark, 0.12);
  box(pen, [-0.13, -0.96], [0.26, 0.97], fading(pen, [-0.96, 0], [light, middle]), [0.13, 0.13, 0.03, 0.03]);
  stroke(pen, 'M-.06-.86V-.04M.01-.9V-.04M.07-.86V-.04M-.28-.52V-.38M.28-.66V-.52', dark, 0.01);
  for (const [x, y] of [
    [0, -0.98],
    [-0.28, -0.63],
    [0.28, -0.77],
  ] as const) {
    for (const turn of [-0.7, 0, 0.7]) ellipse(pen, [x + turn * 0.045, y - 0.01], [0.028, 0.05], '#ff6fa3', turn);
    ellipse(pen, [x, y + 0.005], [0.02, 0.018], '#ffd166');
  }
  path(pen, 'M-.3 .01Q0-.07 .3 .01Z', '#c69a63');
}
