import { ellipse, eye, fading, path, stroke, tones } from './shapes.ts';
import type { Pen } from './shapes.ts';

/** Sitting, with its tail around it. */
export function fox(pen: Pen): void {
  const [light, middle, dark] = tones(pen, ['#ffa552', '#ef7a24', '#a9480f']);
  const fur = fading(pen, [-1, 0], [light, middle]);
  path(pen, 'M.1-.04C.4 .04 .68-.1 .6-.44C.58-.56 .48-.62 .44-.58C.52-.4 .4-.24 .12-.2Z', middle);
  path(pen, 'M.6-.44C.58-.56 .48-.62 .44-.58C.48-.5 .46-.44 .44-.4C.5-.44 .54-.4 .6-.44Z', '#fff6e8');
  path(pen, 'M-.25 0C-.3-.3-.2-.52 0-.54C.2-.52 .3-.3 .25 0Z', fur);
  path(pen, 'M-.11-.04C-.14-.26-.12-.42 0-.48C.12-.42 .14-.26 .11-.04Z', '#fff6e8');
  for (const side of [-1, 1]) {
    ellipse(pen, [side * 0.12, -0.03], [0.095, 0.045], '#3d2417');
    path(pen, `M${side * 0.32}-1.02L${side * 0.31}-.66L${side * 0.06}-.8Z`, middle);
    path(pen, `M${side * 0.28}-.94L${side * 0.27}-.72L${side * 0.13}-.8Z`, '#3d2417');
  }
  path(pen, 'M0-.84C.22-.84 .34-.72 .38-.6C.28-.5 .12-.46 0-.4C-.12-.46-.28-.5-.38-.6C-.34-.72-.22-.84 0-.84Z', fur);
  for (const side of [-1, 1]) {
    path(
      pen,
      `M${side * 0.38}-.6C${side * 0.24}-.66 ${side * 0.1}-.62 0-.48V-.4C${side * 0.12}-.46 ${side * 0.28}-.5 ${side * 0.38}-.6Z`,
      '#fff6e8',
    );
    eye(pen, [side * 0.14, -0.65], 0.045);
  }
  ellipse(pen, [0, -0.44], [0.042, 0.034], '#241a18');
  stroke(pen, 'M-.05-.76Q0-.72 .05-.76', dark, 0.012);
}

export function rabbit(pen: Pen): void {
  const [light, middle, dark] = tones(pen, ['#f3e4d2', '#cfae8d', '#8f6d50']);
  const fur = fading(pen, [-0.7, 0], [light, middle]);
  ellipse(pen, [0.28, -0.14], [0.1, 0.1], '#fffaf2');
  ellipse(pen, [0, -0.22], [0.26, 0.22], fur);
  ellipse(pen, [0, -0.18], [0.14, 0.15], '#fffaf2');
  for (const side of [-1, 1]) {
    ellipse(pen, [side * 0.17, -0.04], [0.13, 0.05], light);
    ellipse(pen, [side * 0.11, -0.8], [0.075, 0.22], middle, side * 0.16);
    ellipse(pen, [side * 0.11, -0.79], [0.038, 0.16], '#f6a9b8', side * 0.16);
  }
  ellipse(pen, [0, -0.52], [0.22, 0.19], fur);
  for (const side of [-1, 1]) {
    ellipse(pen, [side * 0.06, -0.445], [0.075, 0.06], '#fffaf2');
    eye(pen, [side * 0.1, -0.55], 0.045);
    stroke(pen, `M${side * 0.1}-.45L${side * 0.28}-.48M${side * 0.1}-.43L${side * 0.28}-.41`, '#ffffffb0', 0.008);
    ellipse(pen, [side * 0.08, -0.24], [0.055, 0.075], light, side * 0.5);
  }
  path(pen, 'M-.03-.49H.03L0-.455Z', '#ef7f95');
  stroke(pen, 'M0-.455V-.43M-.045-.43Q-.022-.4 0-.43Q.022-.4 .045-.43', dark, 0.01);
}

/** Half above the water. */
export function whale(pen: Pen): void {
  const [light, middle, dark] = tones(pen, ['#7fb6e6', '#3f7fc1', '#22507f']);
  stroke(pen, 'M-.3-.66C-.3-.8-.42-.86-.5-.8M-.3-.66C-.3-.82-.18-.88-.1-.8M-.3-.66V-.9', '#dff3ffd0', 0.026);
  path(pen, 'M.44-.3C.6-.34 .66-.5 .62-.72C.52-.72 .46-.66 .44-.6C.36-.68 .26-.7 .2-.66C.28-.54 .36-.5 .42-.46Z', dark);
  path(
    pen,
    'M-.78-.2C-.82-.5-.56-.66-.26-.64C.06-.62 .26-.44 .4-.44C.5-.44 .54-.34 .52-.28C.44-.08 .2 0-.1 0H-.5C-.66-.02-.76-.1-.78-.2Z',
    fading(pen, [-0.65, 0], [light, middle]),
  );
  path(
    pen,
    'M-.77-.2C-.6-.16-.4-.2-.3-.12C-.1 0 .1-.06 .3-.1C.2-.02 .06 0-.1 0H-.5C-.66-.02-.75-.1-.77-.2Z',
    '#eaf5fb',
  );
  stroke(pen, 'M-.68-.13C-.56-.11-.46-.13-.36-.07M-.62-.07C-.52-.06-.46-.07-.4-.04', '#b9d2e4', 0.012);
  path(pen, 'M-.14-.14C-.02-.18 .1-.12 .12-.01C-.02 .02-.12-.04-.14-.14Z', dark);
  eye(pen, [-0.5, -0.32], 0.045);
  stroke(pen, 'M-.77-.22C-.66-.18-.56-.2-.48-.24', dark, 0.014);
}

export function butterfly(pen: Pen): void {
  const [light, middle, dark] = tones(pen, ['#ffd166', '#f58a1f', '#7a2e0e']);
  for (const side of [-1, 1]) {
    path(
      pen,
      `M0-.5C${side * 0.1}-.9 ${side * 0.5}-1.04 ${side * 0.6}-.86C${side * 0.66}-.7 ${side * 0.42}-.5 0-.46Z`,
      dark,
    );
    path(
      pen,
      `M0-.48C${side * 0.34}-.5 ${side * 0.54}-.4 ${side * 0.48}-.2C${side * 0.4}-.02 ${side * 0.16}-.12 0-.42Z`,
      dark,
    );
    path(
      pen,
      `M${side * 0.06}-.53C${side * 0.14}-.84 ${side * 0.46}-.96 ${side * 0.54}-.82C${side * 0.58}-.7 ${side * 0.38}-.54 ${side * 0.06}-.5Z`,
      fading(pen, [-0.96, -0.5], [light, middle]),
    );
    path(
      pen,
      `M${side * 0.06}-.44C${side * 0.3}-.46 ${side * 0.47}-.38 ${side * 0.42}-.22C${side * 0.36}-.08 ${side * 0.18}-.18 ${side * 0.06}-.4Z`,
      fading(pen, [-0.46, -0.1], [middle, light]),
    );
    stroke(
      pen,
      `M${side * 0.05}-.51L${side * 0.5}-.86M${side * 0.05}-.51L${side * 0.5}-.7M${side * 0.05}-.43L${side * 0.4}-.24`,
      dark,
      0.014,
    );
    for (const [x, y, size] of [
      [0.56, -0.84, 0.022],
      [0.57, -0.74, 0.018],
      [0.44, -0.2, 0.02],
    ] as const)
      ellipse(pen, [side * x, y], [size, size], '#fffaf0');
    stroke(pen, `M0-.7C${side * 0.02}-.82 ${side * 0.08}-.88 ${side * 0.14}-.88`, '#2b1a16', 0.012);
    ellipse(pen, [side * 0.145, -0.88], [0.016, 0.016], '#2b1a16');
  }
  ellipse(pen, [0, -0.44], [0.035, 0.24], '#2b1a16');
  ellipse(pen, [0, -0.68], [0.042, 0.042], '#2b1a16');
}

/** On a branch. */
export function owl(pen: Pen): void {
  const [light, middle, dark] = tones(pen, ['#c79a6b', '#946441', '#5a3a26']);
  stroke(pen, 'M-.56-.05C-.2-.1 .2-.02 .58-.07', '#5d4030', 0.07);
  path(
    pen,
    'M-.28-.86L-.3-1.02L-.1-.94Q0-.97 .1-.94L.3-1.02L.28-.86C.38-.6 .38-.26 .2-.1Q0 0-.2-.1C-.38-.26-.38-.6-.28-.86Z',
    fading(pen, [-1, 0], [light, middle]),
  );
  ellipse(pen, [0, -0.34], [0.19, 0.25], '#f1dcbc');
  for (const [row, count] of [
    [0, 3],
    [1, 4],
    [2, 3],
  ] as const)
    for (let index = 0; index < count; index++) {
      const x = (index - (count - 1) / 2) * 0.1;
      stroke(
        pen,
        `M${x - 0.035} ${-0.43 + row * 0.1}Q${x} ${-0.38 + row * 0.1} ${x + 0.035} ${-0.43 + row * 0.1}`,
        middle,
        0.014,
      );
    }
  for (const side of [-1, 1]) {
    path(
      pen,
      `M${side * 0.3}-.66C${side * 0.44}-.44 ${side * 0.36}-.2 ${side * 0.2}-.08C${side * 0.24}-.3 ${side * 0.2}-.5 ${side * 0.3}-.66Z`,
      dark,
    );
    ellipse(pen, [side * 0.135, -0.75], [0.155, 0.155], '#f1dcbc');
    ellipse(pen, [side * 0.13, -0.75], [0.105, 0.105], '#ffc93c');
    ellipse(pen, [side * 0.125, -0.75], [0.06, 0.06], '#1b1726');
    ellipse(pen, [side * 0.125 + 0.022, -0.775], [0.018, 0.018], '#ffffff');
    for (const toe of [-0.045, 0, 0.045]) ellipse(pen, [side * 0.1 + toe, -0.075], [0.022, 0.04], '#f08a24');
  }
  path(pen, 'M-.04-.72H.04L0-.6Z', '#f08a24');
}

/** On a floe. */
export function penguin(pen: Pen): void {
  const [light, middle, dark] = tones(pen, ['#4a5676', '#2a3350', '#171c30']);
  path(pen, 'M-.58 .02L-.34-.07H.4L.6 0L.4 .08H-.42Z', '#b9dcec');
  path(pen, 'M-.58 .01L-.34-.07H.4L.6-.01L.38 .04H-.4Z', '#f1fafd');
  for (const side of [-1, 1]) {
    path(
      pen,
      `M${side * 0.22}-.62C${side * 0.42}-.5 ${side * 0.46}-.34 ${side * 0.38}-.24C${side * 0.3}-.28 ${side * 0.26}-.36 ${side * 0.22}-.4Z`,
      dark,
    );
    ellipse(pen, [side * 0.13, -0.03], [0.12, 0.045], '#f39a2b');
  }
  path(
    pen,
    'M0-1C.22-1 .25-.82 .25-.7C.36-.5 .36-.2 .22-.06Q0 0-.22-.06C-.36-.2-.36-.5-.25-.7C-.25-.82-.22-1 0-1Z',
    fading(pen, [-1, 0], [light, middle]),
  );
  path(pen, 'M0-.62C.2-.62 .27-.4 .22-.2C.18-.06-.18-.06-.22-.2C-.27-.4-.2-.62 0-.62Z', '#fdfcf8');
  for (const side of [-1, 1]) {
    ellipse(pen, [side * 0.1, -0.77], [0.115, 0.12], '#fdfcf8');
    ellipse(pen, [side * 0.085, -0.79], [0.032, 0.04], '#1b1726');
    ellipse(pen, [side * 0.085 + 0.012, -0.805], [0.011, 0.012], '#ffffff');
    ellipse(pen, [side * 0.15, -0.71], [0.035, 0.022], '#f9a8c2aa');
  }
  path(pen, 'M-.06-.73Q0-.77 .06-.73L0-.66Z', '#f39a2b');
}
