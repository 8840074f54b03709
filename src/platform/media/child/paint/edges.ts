import type { Canvas } from '@napi-rs/canvas';

export type Colour = readonly [number, number, number];

/** The colours along one edge of an image, three numbers a pixel: as they are, then ever calmer. */
export interface Edge {
  levels: readonly Float32Array[];
  /** At its two ends. */
  first: Colour;
  last: Colour;
  usual: Colour;
}

export interface Edges {
  width: number;
  height: number;
  left: Edge;
  right: Edge;
  top: Edge;
  bottom: Edge;
}

/** Of an edge's length: what one level takes together. */
const SIDE_WINDOWS = [0.004, 0.025, 0.06, 0.1];
const ROW_WINDOWS = [0.01, 0.06, 0.16, 0.4];
/** Of the shorter side: how deep an edge goes. */
const DEPTH = 0.03;
const LINES = 7;
/** Of an edge's length, by level: where two edges meet, both have the colour of the corner. */
const CORNERS = [0.06, 0.1, 0.16, 0.3];
/** Of an edge's pixels, from dark to light: the colour of its sky or ground, rather than of a cloud or a light. */
const USUAL = 0.4;

export function edgesOf(image: Canvas): Edges {
  const { width, height } = image;
  const { data } = image.getContext('2d').getImageData(0, 0, width, height);
  const deep = Math.max(1, Math.round(Math.min(width, height) * DEPTH));
  const lines = Array.from({ length: Math.min(LINES, deep) }, (_, index, all = Math.min(LINES, deep)) =>
    Math.floor((index * deep) / all),
  );
  const column = (xOf: (line: number) => number): Float32Array =>
    profile(height, lines, (line, y) => (y * width + xOf(line)) * 4, data);
  const row = (yOf: (line: number) => number): Float32Array =>
    profile(width, lines, (line, x) => (yOf(line) * width + x) * 4, data);
  const [left, right] = [column((line) => line), column((line) => width - 1 - line)];
  const [top, bottom] = [row((line) => line), row((line) => height - 1 - line)];
  return {
    ...{ width, height },
    left: edge(left, endOf(left, false), endOf(left, true)),
    right: edge(right, endOf(right, false), endOf(right, true)),
    top: edge(top, endOf(left, false), endOf(right, false), true),
    bottom: edge(bottom, endOf(left, true), endOf(right, true), true),
  };
}

/** Medians of a few lines along the edge: grain and thin things are no colour of it. */
function profile(
  length: number,
  lines: readonly number[],
  offsetOf: (line: number, along: number) => number,
  data: Uint8ClampedArray,
): Float32Array {
  const made = new Float32Array(length * 3);
  for (let along = 0; along < length; along++)
    for (let channel = 0; channel < 3; channel++)
      made[along * 3 + channel] = median(lines.map((line) => data[offsetOf(line, along) + channel] ?? 0));
  return made;
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1] ?? 0;
}

function endOf(side: Float32Array, isEnd: boolean): Colour {
  const count = Math.max(1, Math.round((side.length / 3) * DEPTH));
  const part = isEnd ? side.subarray(side.length - count * 3) : side.subarray(0, count * 3);
  return meanOf(part);
}

function meanOf(part: Float32Array): Colour {
  const sums = [0, 0, 0];
  for (let at = 0; at < part.length; at++) sums[at % 3] = (sums[at % 3] ?? 0) + (part[at] ?? 0);
  const [red = 0, green = 0, blue = 0] = sums.map((sum) => (sum * 3) / part.length);
  return [red, green, blue];
}

function usualOf(raw: Float32Array): Colour {
  const colours = Array.from({ length: raw.length / 3 }, (_, at): Colour => [
    raw[at * 3] ?? 0,
    raw[at * 3 + 1] ?? 0,
    raw[at * 3 + 2] ?? 0,
  ]).sort((a, b) => brightnessOf(a) - brightnessOf(b));
  const [begin, end] = [Math.floor(colours.length * (USUAL - 0.1)), Math.ceil(colours.length * (USUAL + 0.1))];
  return meanOf(Float32Array.from(colours.slice(begin, end).flat()));
}

/** From 0 to 255. */
export const brightnessOf = ([red, green, blue]: Colour): number => red * 0.3 + green * 0.59 + blue * 0.11;

function edge(raw: Float32Array, first: Colour, last: Colour, isRow = false): Edge {
  const levels = (isRow ? ROW_WINDOWS : SIDE_WINDOWS).map((share, level) => {
    const reach = Math.max(1, Math.round((raw.length / 3) * share));
    const calm = across(raw, reach, median);
    return towards(isRow ? across(calm, reach, average) : calm, first, last, isRow ? CORNERS[level] : CORNERS[0]);
  });
  return { levels, first, last, usual: usualOf(raw) };
}

const average = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Medians keep ridges sharp, averages don't; at most 33 pixels are looked at for each. */
function across(raw: Float32Array, reach: number, of: (values: number[]) => number): Float32Array {
  const length = raw.length / 3;
  const step = Math.max(1, Math.floor(reach / 16));
  const made = new Float32Array(raw.length);
  for (let along = 0; along < length; along++)
    for (let channel = 0; channel < 3; channel++) {
      const values: number[] = [];
      for (let away = -reach; away <= reach; away += step)
        values.push(raw[Math.min(length - 1, Math.max(0, along + away)) * 3 + channel] ?? 0);
      made[along * 3 + channel] = of(values);
    }
  return made;
}

function towards(made: Float32Array, first: Colour, last: Colour, corner = 0): Float32Array {
  const length = made.length / 3;
  for (let along = 0; along < length; along++)
    for (let channel = 0; channel < 3; channel++) {
      const at = along * 3 + channel;
      const [near, far] = [smooth(along / (length * corner)), smooth((length - 1 - along) / (length * corner))];
      const begun = mix(first[channel] ?? 0, made[at] ?? 0, near);
      made[at] = mix(last[channel] ?? 0, begun, far);
    }
  return made;
}

/** The colour at a place along an edge; `calm` from 0 to 1. Written into `into`. */
export function colourAt({ levels }: Edge, along: number, calm: number, into: number[]): void {
  const level = Math.min(0.999, Math.max(0, calm)) * (levels.length - 1);
  const [low, high] = [levels[Math.floor(level)], levels[Math.floor(level) + 1]];
  if (!low || !high) return;
  const place = Math.min(low.length / 3 - 1, Math.max(0, along));
  const [first, second, share, rise] = [Math.floor(place) * 3, Math.ceil(place) * 3, place % 1, level % 1];
  for (let channel = 0; channel < 3; channel++) {
    const below = mix(low[first + channel] ?? 0, low[second + channel] ?? 0, share);
    const above = mix(high[first + channel] ?? 0, high[second + channel] ?? 0, share);
    into[channel] = mix(below, above, rise);
  }
}

export const mix = (from: number, to: number, share: number): number => from + (to - from) * share;

/** From 0 to 1 without corners. */
export function smooth(value: number): number {
  const share = Math.min(1, Math.max(0, value));
  return share * share * (3 - 2 * share);
}

/** Where the sky ends at either side, as shares of the height: the greatest step between a quarter and four fifths. */
export function horizonsOf({ left, right, height }: Edges): [left: number, right: number] {
  return [stepOf(left, height) / height, stepOf(right, height) / height];
}

function stepOf({ levels }: Edge, height: number): number {
  const colours = levels[1] ?? new Float32Array(0);
  const reach = Math.max(1, Math.round(height * 0.02));
  let [best, most] = [Math.round(height * 0.54), 24];
  for (let y = Math.round(height * 0.25); y < height * 0.8; y++) {
    let step = 0;
    for (let channel = 0; channel < 3; channel++)
      step += Math.abs((colours[(y + reach) * 3 + channel] ?? 0) - (colours[(y - reach) * 3 + channel] ?? 0));
    if (step > most) [best, most] = [y, step];
  }
  return best;
}
