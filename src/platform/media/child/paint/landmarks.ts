import { box, ellipse, fading, path, polygon, stroke, tones } from './shapes.ts';
import type { Pen } from './shapes.ts';

/** On a rock, with its light on. */
export function lighthouse(pen: Pen): void {
  const [light, middle, dark] = tones(pen, ['#f0665a', '#d8433b', '#9c2a2a']);
  beams(pen);
  path(pen, 'M-.56 .01C-.46-.12-.34-.09-.24-.16L.22-.17C.32-.1 .44-.13 .58 .01Z', '#5b5766');
  path(pen, 'M-.24-.16L.22-.17C.1-.1 .02-.06-.1 .01H-.4C-.34-.06-.3-.1-.24-.16Z', '#736e80');
  polygon(pen, taper(-0.13, -0.74), '#fbf6ec');
  for (const [bottom, top] of [
    [-0.13, -0.25],
    [-0.38, -0.5],
    [-0.62, -0.74],
  ] as const)
    polygon(pen, taper(bottom, top), middle);
  path(pen, 'M.02-.13V-.74H.105L.165-.13Z', '#00000022');
  box(pen, [-0.045, -0.25], [0.09, 0.12], dark, [0.045, 0.045, 0, 0]);
  for (const y of [-0.46, -0.6]) box(pen, [-0.025, y], [0.05, 0.06], '#33415c', 0.025);
  box(pen, [-0.08, -0.87], [0.16, 0.12], '#fff2b3');
  for (const x of [-0.08, -0.006, 0.068]) box(pen, [x, -0.87], [0.012, 0.12], '#3a3440');
  box(pen, [-0.15, -0.76], [0.3, 0.03], '#3a3440', 0.01);
  stroke(pen, 'M-.14-.8H.14M-.14-.8V-.75M.14-.8V-.75', '#3a3440', 0.01);
  path(pen, 'M-.11-.865Q-.08-.95 0-.97Q.08-.95 .11-.865Z', fading(pen, [-0.97, -0.86], [light, dark]));
  ellipse(pen, [0, -0.98], [0.02, 0.02], dark);
}

/** The part of its tower between two heights. */
function taper(bottom: number, top: number): [number, number][] {
  const half = (y: number): number => 0.165 - 0.06 * ((-0.13 - y) / 0.61);
  return [
    [-half(bottom), bottom],
    [-half(top), top],
    [half(top), top],
    [half(bottom), bottom],
  ];
}

function beams(pen: Pen): void {
  for (const side of [-1, 1]) {
    const beam = pen.context.createLinearGradient(0, 0, side * 1.5, 0);
    beam.addColorStop(0, '#fff3b8d0');
    beam.addColorStop(1, '#fff3b800');
    path(pen, `M0-.84L${side * 1.5}-1.08V-.66L0-.79Z`, beam);
  }
  const halo = pen.context.createRadialGradient(0, -0.81, 0, 0, -0.81, 0.3);
  halo.addColorStop(0, '#fff6cfcc');
  halo.addColorStop(1, '#fff6cf00');
  ellipse(pen, [0, -0.81], [0.3, 0.3], halo);
}

export function windmill(pen: Pen): void {
  const [light, middle, dark] = tones(pen, ['#d98a5a', '#b8643c', '#7d3f26']);
  path(pen, 'M-.2 0L-.12-.62H.12L.2 0Z', '#f6ecd9');
  path(pen, 'M.02 0V-.62H.12L.2 0Z', '#0000001c');
  path(pen, 'M-.15-.6Q-.12-.78 0-.8Q.12-.78 .15-.6Z', fading(pen, [-0.8, -0.6], [light, dark]));
  box(pen, [-0.055, -0.17], [0.11, 0.17], dark, [0.055, 0.055, 0, 0]);
  for (const y of [-0.33, -0.47]) box(pen, [-0.035, y], [0.07, 0.075], '#6f93b3', 0.01);
  box(pen, [-0.18, -0.24], [0.36, 0.022], middle, 0.01);
  const { context } = pen;
  context.save();
  context.translate(0, -0.64);
  context.rotate(0.42);
  for (let sail = 0; sail < 4; sail++) {
    context.rotate(Math.PI / 2);
    stroke(pen, 'M0 0V-.44', '#6b4a2f', 0.018);
    path(pen, 'M.01-.08H.1V-.43H.01Z', '#fffaf0');
    stroke(pen, 'M.01-.08H.1V-.43H.01M.01-.2H.1M.01-.31H.1M.055-.08V-.43', '#8d6a48', 0.007);
  }
  context.restore();
  ellipse(pen, [0, -0.64], [0.03, 0.03], dark);
}

export function snowman(pen: Pen): void {
  const [light, middle, dark] = tones(pen, ['#ef6b6b', '#d23c4b', '#8f2334']);
  const snow = (top: number, bottom: number) => fading(pen, [top, bottom], ['#ffffff', '#c4d6ea']);
  stroke(
    pen,
    'M-.2-.5L-.44-.64M-.38-.6L-.42-.72M-.38-.6L-.47-.58M.2-.5L.44-.66M.38-.62L.4-.73M.38-.62L.47-.61',
    '#6b4a2f',
    0.022,
  );
  ellipse(pen, [0, -0.2], [0.29, 0.22], snow(-0.42, 0));
  ellipse(pen, [0, -0.5], [0.21, 0.18], snow(-0.68, -0.32));
  ellipse(pen, [0, -0.75], [0.155, 0.145], snow(-0.9, -0.6));
  for (const y of [-0.56, -0.48, -0.4]) ellipse(pen, [0, y], [0.02, 0.02], '#2a2733');
  for (const side of [-1, 1]) ellipse(pen, [side * 0.055, -0.785], [0.02, 0.024], '#2a2733');
  path(pen, 'M-.01-.76L.16-.725L-.01-.715Z', '#f08a24');
  stroke(pen, 'M-.06-.69Q0-.65 .06-.69', '#2a2733', 0.012);
  path(pen, 'M-.16-.66Q0-.58 .16-.66L.15-.6Q0-.52-.15-.6Z', middle);
  path(pen, 'M.05-.6L.13-.61L.15-.4L.07-.39Z', dark);
  stroke(pen, 'M.08-.42V-.39M.11-.42V-.4M.14-.42V-.4', light, 0.01);
  box(pen, [-0.19, -0.89], [0.38, 0.035], '#2a2733', 0.015);
  box(pen, [-0.11, -1.04], [0.22, 0.16], '#2a2733', 0.015);
  box(pen, [-0.11, -0.93], [0.22, 0.04], middle);
}
