import { seeded } from '../lib/seeded.ts';

const LATTICE = 64;

/** Value noise with five octaves, in 0 to 1: smooth hills with details, as nature has them. */
function noiseOf(seed: number): (x: number, y: number) => number {
  const next = seeded(seed);
  const values = Float32Array.from({ length: LATTICE * LATTICE }, () => next());
  const at = (x: number, y: number) => values[(y & (LATTICE - 1)) * LATTICE + (x & (LATTICE - 1))] ?? 0;
  const smooth = (part: number) => part * part * (3 - 2 * part);
  const once = (x: number, y: number) => {
    const [column, row] = [Math.floor(x), Math.floor(y)];
    const [across, down] = [smooth(x - column), smooth(y - row)];
    const above = at(column, row) * (1 - across) + at(column + 1, row) * across;
    const below = at(column, row + 1) * (1 - across) + at(column + 1, row + 1) * across;
    return above * (1 - down) + below * down;
  };
  return (x, y) => {
    let sum = 0;
    for (let octave = 0, share = 0.5, scale = 1; octave < 5; octave++, share /= 2, scale *= 2) {
      sum += share * once(x * scale + octave * 17, y * scale + octave * 31);
    }
    return sum;
  };
}

/** Colours of a scene: sky above, sky at the horizon, near land, far land; 0 to 255. */
type Scene = readonly (readonly [number, number, number])[];

const SCENES: readonly Scene[] = [
  [
    [52, 96, 168],
    [232, 200, 168],
    [44, 74, 38],
    [118, 128, 132],
  ],
  [
    [24, 28, 66],
    [228, 112, 72],
    [38, 26, 40],
    [110, 62, 78],
  ],
  [
    [120, 168, 214],
    [236, 240, 244],
    [92, 84, 60],
    [160, 168, 172],
  ],
  [
    [70, 52, 110],
    [250, 190, 120],
    [28, 60, 70],
    [96, 110, 140],
  ],
];

/**
 * One frame of 4 bytes a pixel: a landscape under a moving sun, with clouds and film grain. Frames follow each other
 * slowly, and no two are the same anywhere.
 */
export function landscape(frame: number, edge: number): Uint8Array {
  const scene = SCENES[Math.floor(frame / 8) % SCENES.length] ?? [];
  const ground = noiseOf(100 + Math.floor(frame / 8));
  const clouds = noiseOf(200 + Math.floor(frame / 8));
  const tints = noiseOf(300 + Math.floor(frame / 8));
  const grain = seeded(1000 + frame);
  const moved = frame * 0.06;
  const [sunX, sunY] = [0.2 + (frame % 8) * 0.08, 0.3 - (frame % 8) * 0.015];
  const ridges = Array.from({ length: edge }, (_, x) => 0.45 + 0.35 * ground((x / edge) * 3 + moved, 5));
  const pixels = new Uint8Array(edge * edge * 4);
  for (let y = 0, at = 0; y < edge; y++) {
    for (let x = 0; x < edge; x++, at += 4) {
      const [across, down] = [x / edge, y / edge];
      const ridge = ridges[x] ?? 0;
      const light = Math.exp(-((across - sunX) ** 2 + (down - sunY) ** 2) * 14);
      // Each layer of film has grain of its own.
      const noise = (grain() + grain() - 1) * 8;
      const isSky = down < ridge;
      const texture = isSky ? clouds(across * 4 + moved, down * 7) : ground(across * 9 + moved, down * 14);
      const depth = isSky ? down / ridge : (1 - down) / (1 - ridge);
      const [from, to] = isSky ? [scene[0], scene[1]] : [scene[2], scene[3]];
      const shade = isSky ? (texture - 0.5) * 90 * (1 - depth * 0.4) : (texture - 0.5) * 110 * (1.2 - depth);
      for (let channel = 0; channel < 3; channel++) {
        const base = (from?.[channel] ?? 0) * (1 - depth) + (to?.[channel] ?? 0) * depth;
        const sun = light * (110 - channel * 25) * (isSky ? 1 : 0.45);
        const tint = isSky ? 0 : (tints(across * 6 + moved + channel * 19, down * 9) - 0.5) * 150;
        const layer = noise + (grain() - 0.5) * 14;
        pixels[at + channel] = Math.min(255, Math.max(0, base + shade + sun + tint + layer));
      }
      pixels[at + 3] = 255;
    }
  }
  return pixels;
}
