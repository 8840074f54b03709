import { curve, ellipse, eye, line, polygon, shaded } from './shapes.ts';
import type { Pen } from './shapes.ts';

/** A sitting cat, seen from the front. */
export function cat(pen: Pen): void {
  const { palette } = pen;
  const fur = shaded(pen);
  curve(
    pen,
    [
      [0.2, -0.06],
      [0.56, -0.02],
      [0.46, -0.42],
    ],
    palette.accentDark,
    0.085,
  );
  ellipse(pen, [0, -0.25], [0.28, 0.26], fur);
  ellipse(pen, [0, -0.2], [0.15, 0.19], palette.accentLight);
  for (const side of [-1, 1]) {
    ellipse(pen, [side * 0.14, -0.03], [0.1, 0.045], palette.accentLight);
    polygon(
      pen,
      [
        [side * 0.27, -0.98],
        [side * 0.28, -0.66],
        [side * 0.06, -0.79],
      ],
      fur,
    );
    polygon(
      pen,
      [
        [side * 0.24, -0.9],
        [side * 0.24, -0.72],
        [side * 0.12, -0.79],
      ],
      '#f7a8b8',
    );
  }
  catFace(pen);
}

function catFace(pen: Pen): void {
  const { palette } = pen;
  ellipse(pen, [0, -0.62], [0.3, 0.235], shaded(pen));
  for (const stripe of [-0.07, 0, 0.07])
    line(
      pen,
      [
        [stripe, -0.83],
        [stripe * 0.8, -0.75],
      ],
      palette.accentDark,
      0.025,
    );
  for (const side of [-1, 1]) {
    eye(pen, [side * 0.12, -0.64], 0.064);
    for (const [dy, to] of [
      [-0.005, -0.03],
      [0.03, 0.03],
      [0.06, 0.09],
    ] as const) {
      line(
        pen,
        [
          [side * 0.14, -0.55 + dy],
          [side * 0.4, -0.55 + to],
        ],
        '#ffffffb0',
        0.008,
      );
    }
    curve(
      pen,
      [
        [0, -0.51],
        [side * 0.035, -0.465],
        [side * 0.075, -0.505],
      ],
      '#3a2433',
      0.014,
    );
  }
  polygon(
    pen,
    [
      [-0.035, -0.56],
      [0.035, -0.56],
      [0, -0.52],
    ],
    '#ef7f95',
  );
}

/** A sitting dog with hanging ears. */
export function dog(pen: Pen): void {
  const { palette } = pen;
  const fur = shaded(pen);
  curve(
    pen,
    [
      [0.22, -0.12],
      [0.46, -0.16],
      [0.42, -0.38],
    ],
    palette.accent,
    0.08,
  );
  ellipse(pen, [0, -0.27], [0.27, 0.29], fur);
  ellipse(pen, [0, -0.28], [0.15, 0.2], '#fff3df');
  for (const side of [-1, 1]) ellipse(pen, [side * 0.13, -0.04], [0.1, 0.05], '#fff3df');
  ellipse(pen, [0, -0.68], [0.26, 0.25], fur);
  ellipse(pen, [0, -0.57], [0.17, 0.13], '#fff3df');
  for (const side of [-1, 1]) {
    ellipse(pen, [side * 0.25, -0.66], [0.085, 0.2], palette.accentDark, side * -0.25);
    eye(pen, [side * 0.1, -0.71], 0.055);
  }
  ellipse(pen, [0, -0.62], [0.055, 0.04], '#231a22');
  line(
    pen,
    [
      [0, -0.59],
      [0, -0.54],
    ],
    '#231a22',
    0.014,
  );
  ellipse(pen, [0, -0.485], [0.045, 0.06], '#ee6f86');
  line(
    pen,
    [
      [-0.2, -0.455],
      [0, -0.42],
      [0.2, -0.455],
    ],
    palette.light,
    0.045,
  );
  ellipse(pen, [0, -0.4], [0.035, 0.035], '#f5c542');
}

/** A bird on the wing. */
export function bird(pen: Pen): void {
  const { palette } = pen;
  polygon(
    pen,
    [
      [-0.3, -0.42],
      [-0.72, -0.3],
      [-0.66, -0.46],
      [-0.74, -0.56],
    ],
    palette.accentDark,
  );
  ellipse(pen, [0, -0.45], [0.38, 0.19], shaded(pen, -0.65, -0.25), -0.12);
  ellipse(pen, [0.06, -0.37], [0.25, 0.1], palette.accentLight, -0.12);
  ellipse(pen, [0.36, -0.58], [0.15, 0.14], palette.accent);
  polygon(
    pen,
    [
      [0.48, -0.62],
      [0.68, -0.55],
      [0.47, -0.52],
    ],
    '#f5a623',
  );
  eye(pen, [0.41, -0.61], 0.034);
  polygon(
    pen,
    [
      [-0.12, -0.5],
      [0.2, -0.5],
      [0.02, -0.8],
      [-0.32, -1],
      [-0.26, -0.74],
    ],
    palette.accentDark,
  );
  polygon(
    pen,
    [
      [-0.06, -0.5],
      [0.2, -0.5],
      [0.06, -0.7],
      [-0.2, -0.86],
    ],
    palette.accent,
  );
}

/** A fish with bubbles. */
export function fish(pen: Pen): void {
  const { palette } = pen;
  polygon(
    pen,
    [
      [-0.34, -0.5],
      [-0.72, -0.78],
      [-0.62, -0.5],
      [-0.72, -0.22],
    ],
    palette.accentDark,
  );
  polygon(
    pen,
    [
      [-0.16, -0.7],
      [0.18, -0.72],
      [-0.06, -0.94],
      [-0.24, -0.88],
    ],
    palette.accentDark,
  );
  polygon(
    pen,
    [
      [-0.05, -0.32],
      [0.15, -0.32],
      [-0.05, -0.14],
    ],
    palette.accentDark,
  );
  ellipse(pen, [0, -0.5], [0.46, 0.26], shaded(pen, -0.76, -0.24));
  for (const x of [-0.18, -0.04, 0.1])
    curve(
      pen,
      [
        [x, -0.7],
        [x - 0.1, -0.5],
        [x, -0.3],
      ],
      palette.accentLight,
      0.035,
    );
  eye(pen, [0.28, -0.55], 0.062);
  curve(
    pen,
    [
      [0.44, -0.45],
      [0.36, -0.4],
      [0.33, -0.43],
    ],
    palette.accentDark,
    0.02,
  );
  bubbles(pen);
}

function bubbles(pen: Pen): void {
  for (const [x, y, size] of [
    [0.58, -0.66, 0.04],
    [0.68, -0.8, 0.055],
    [0.6, -0.95, 0.03],
  ] as const) {
    ellipse(pen, [x, y], [size, size], '#ffffff66');
  }
}

/** A friendly ghost. */
export function ghost(pen: Pen): void {
  const { context } = pen;
  context.fillStyle = '#f4f2ffe8';
  context.beginPath();
  context.arc(0, -0.66, 0.3, Math.PI, 0);
  context.lineTo(0.3, -0.08);
  for (let fold = 0; fold < 4; fold++)
    context.quadraticCurveTo(0.225 - fold * 0.15, fold % 2 === 0 ? 0.02 : -0.16, 0.15 - fold * 0.15, -0.08);
  context.closePath();
  context.fill();
  for (const side of [-1, 1]) {
    ellipse(pen, [side * 0.11, -0.66], [0.045, 0.07], '#241f38');
    ellipse(pen, [side * 0.19, -0.54], [0.045, 0.028], '#f9a8c2aa');
  }
  ellipse(pen, [0, -0.52], [0.04, 0.05], '#241f38');
}
