import { box, curve, ellipse, line, polygon, shaded } from './shapes.ts';
import type { Pen } from './shapes.ts';

export function house(pen: Pen): void {
  const { palette } = pen;
  box(pen, [0.2, -0.98], [0.1, 0.3], palette.accentDark);
  box(pen, [-0.4, -0.55], [0.8, 0.55], '#fbeed8');
  box(pen, [-0.4, -0.55], [0.2, 0.55], '#00000014');
  polygon(
    pen,
    [
      [-0.52, -0.52],
      [0, -0.98],
      [0.52, -0.52],
    ],
    shaded(pen, -1, -0.5),
  );
  box(pen, [-0.08, -0.32], [0.18, 0.32], palette.accentDark, 0.02);
  ellipse(pen, [0.06, -0.15], [0.014, 0.014], '#f5d76e');
  for (const x of [-0.3, 0.2]) {
    box(pen, [x - 0.02, -0.44], [0.17, 0.19], '#ffffff');
    box(pen, [x, -0.42], [0.13, 0.15], palette.light);
    line(
      pen,
      [
        [x + 0.065, -0.42],
        [x + 0.065, -0.27],
      ],
      '#ffffff',
      0.012,
    );
  }
}

export function car(pen: Pen): void {
  const { palette } = pen;
  ellipse(pen, [0, -0.03], [0.78, 0.05], '#00000040');
  polygon(
    pen,
    [
      [-0.38, -0.42],
      [-0.22, -0.68],
      [0.22, -0.68],
      [0.42, -0.42],
    ],
    palette.accentDark,
  );
  polygon(
    pen,
    [
      [-0.3, -0.42],
      [-0.18, -0.62],
      [-0.02, -0.62],
      [-0.02, -0.42],
    ],
    '#cfeaf6',
  );
  polygon(
    pen,
    [
      [0.03, -0.42],
      [0.03, -0.62],
      [0.19, -0.62],
      [0.34, -0.42],
    ],
    '#cfeaf6',
  );
  box(pen, [-0.7, -0.44], [1.4, 0.3], shaded(pen, -0.45, -0.1), 0.12);
  box(pen, [-0.7, -0.24], [1.4, 0.04], '#ffffff40');
  ellipse(pen, [0.66, -0.33], [0.05, 0.05], '#fff6c9');
  ellipse(pen, [-0.66, -0.33], [0.04, 0.05], '#f25f5c');
  for (const x of [-0.4, 0.42]) {
    ellipse(pen, [x, -0.14], [0.15, 0.15], '#1d1b26');
    ellipse(pen, [x, -0.14], [0.075, 0.075], '#c9ced8');
  }
}

export function robot(pen: Pen): void {
  const { palette } = pen;
  line(
    pen,
    [
      [0, -0.88],
      [0, -0.98],
    ],
    '#8d96a8',
    0.02,
  );
  ellipse(pen, [0, -0.985], [0.035, 0.035], palette.light);
  for (const side of [-1, 1]) {
    line(
      pen,
      [
        [side * 0.24, -0.45],
        [side * 0.38, -0.34],
        [side * 0.36, -0.2],
      ],
      '#8d96a8',
      0.06,
    );
    ellipse(pen, [side * 0.36, -0.18], [0.055, 0.055], palette.accentDark);
    line(
      pen,
      [
        [side * 0.11, -0.16],
        [side * 0.11, -0.05],
      ],
      '#8d96a8',
      0.07,
    );
    box(pen, [side * 0.11 - 0.085, -0.06], [0.17, 0.06], palette.accentDark, 0.025);
  }
  box(pen, [-0.24, -0.52], [0.48, 0.38], shaded(pen, -0.55, -0.1), 0.07);
  box(pen, [-0.14, -0.43], [0.28, 0.17], '#20263a', 0.03);
  for (const [index, colour] of ['#ff6b6b', '#ffd166', '#06d6a0'].entries())
    ellipse(pen, [-0.08 + index * 0.08, -0.345], [0.026, 0.026], colour);
  box(pen, [-0.27, -0.89], [0.54, 0.34], shaded(pen, -0.95, -0.45), 0.1);
  box(pen, [-0.21, -0.82], [0.42, 0.2], '#182033', 0.08);
  for (const side of [-1, 1]) ellipse(pen, [side * 0.1, -0.72], [0.05, 0.06], palette.light);
  curve(
    pen,
    [
      [-0.05, -0.6],
      [0, -0.57],
      [0.05, -0.6],
    ],
    '#182033',
    0.02,
  );
}

export function castle(pen: Pen): void {
  const { palette } = pen;
  const stone = '#d9d2cf';
  for (const [x, tall, wide] of [
    [-0.42, 0.62, 0.2],
    [0.42, 0.62, 0.2],
    [-0.17, 0.78, 0.16],
    [0.17, 0.78, 0.16],
  ] as const) {
    box(pen, [x - wide / 2, -tall], [wide, tall], stone);
    box(pen, [x, -tall], [wide / 2, tall], '#00000018');
    polygon(
      pen,
      [
        [x - wide * 0.68, -tall],
        [x, -tall - 0.24],
        [x + wide * 0.68, -tall],
      ],
      shaded(pen, -1, -0.55),
    );
    line(
      pen,
      [
        [x, -tall - 0.23],
        [x, -tall - 0.31],
      ],
      palette.dark,
      0.01,
    );
    polygon(
      pen,
      [
        [x, -tall - 0.31],
        [x + 0.09, -tall - 0.285],
        [x, -tall - 0.26],
      ],
      palette.accent,
    );
    box(pen, [x - 0.025, -tall + 0.09], [0.05, 0.1], palette.light, 0.025);
  }
  box(pen, [-0.42, -0.4], [0.84, 0.4], '#c7bfbd');
  for (let tooth = 0; tooth < 7; tooth++) box(pen, [-0.42 + tooth * 0.126, -0.46], [0.08, 0.07], '#c7bfbd');
  box(pen, [-0.09, -0.25], [0.18, 0.26], palette.dark, [0.09, 0.09, 0, 0]);
}

export function ship(pen: Pen): void {
  const { palette } = pen;
  line(
    pen,
    [
      [0, -0.28],
      [0, -0.98],
    ],
    '#6b4a2f',
    0.028,
  );
  polygon(
    pen,
    [
      [0.03, -0.94],
      [0.46, -0.36],
      [0.03, -0.34],
    ],
    '#fff9ec',
  );
  polygon(
    pen,
    [
      [-0.03, -0.88],
      [-0.36, -0.38],
      [-0.03, -0.36],
    ],
    shaded(pen, -0.9, -0.3),
  );
  polygon(
    pen,
    [
      [0, -1],
      [-0.16, -0.955],
      [0, -0.91],
    ],
    palette.accent,
  );
  polygon(
    pen,
    [
      [-0.6, -0.28],
      [0.64, -0.28],
      [0.42, -0.04],
      [-0.42, -0.04],
    ],
    '#7a4b2c',
  );
  polygon(
    pen,
    [
      [-0.6, -0.28],
      [0.64, -0.28],
      [0.6, -0.22],
      [-0.56, -0.22],
    ],
    '#fff3d6',
  );
  for (const x of [-0.25, 0, 0.25]) ellipse(pen, [x, -0.14], [0.035, 0.035], palette.light);
}

export function rocket(pen: Pen): void {
  const { palette } = pen;
  polygon(
    pen,
    [
      [-0.09, -0.2],
      [0.09, -0.2],
      [0.02, 0.04],
      [0, 0.08],
      [-0.02, 0.04],
    ],
    '#ffb13d',
  );
  polygon(
    pen,
    [
      [-0.05, -0.2],
      [0.05, -0.2],
      [0, -0.04],
    ],
    '#fff2b0',
  );
  for (const side of [-1, 1])
    polygon(
      pen,
      [
        [side * 0.12, -0.42],
        [side * 0.28, -0.2],
        [side * 0.12, -0.24],
      ],
      palette.accentDark,
    );
  const { context } = pen;
  context.fillStyle = '#f2f4fa';
  context.beginPath();
  context.moveTo(0, -1);
  context.bezierCurveTo(0.2, -0.82, 0.2, -0.5, 0.12, -0.2);
  context.lineTo(-0.12, -0.2);
  context.bezierCurveTo(-0.2, -0.5, -0.2, -0.82, 0, -1);
  context.fill();
  polygon(
    pen,
    [
      [0, -1],
      [0.105, -0.84],
      [-0.105, -0.84],
    ],
    palette.accent,
  );
  ellipse(pen, [0, -0.62], [0.085, 0.085], palette.accentDark);
  ellipse(pen, [0, -0.62], [0.06, 0.06], '#bfe8ff');
}

export function balloon(pen: Pen): void {
  const { palette } = pen;
  for (const side of [-1, 1])
    line(
      pen,
      [
        [side * 0.22, -0.42],
        [side * 0.07, -0.16],
      ],
      '#6b4a2f',
      0.012,
    );
  ellipse(pen, [0, -0.66], [0.34, 0.33], shaded(pen));
  ellipse(pen, [0, -0.66], [0.2, 0.33], palette.accentLight);
  ellipse(pen, [0, -0.66], [0.075, 0.33], palette.accentDark);
  polygon(
    pen,
    [
      [-0.22, -0.42],
      [0.22, -0.42],
      [0.07, -0.3],
      [-0.07, -0.3],
    ],
    palette.accentDark,
  );
  box(pen, [-0.085, -0.17], [0.17, 0.14], '#9a6a3f', 0.03);
}

export function heart(pen: Pen): void {
  const { context } = pen;
  context.fillStyle = shaded(pen, -0.9, -0.1);
  context.beginPath();
  context.moveTo(0, -0.12);
  context.bezierCurveTo(-0.7, -0.5, -0.42, -1.05, 0, -0.74);
  context.bezierCurveTo(0.42, -1.05, 0.7, -0.5, 0, -0.12);
  context.fill();
  ellipse(pen, [-0.2, -0.72], [0.09, 0.055], '#ffffff88', -0.6);
}
