/**
 * Colours of a frame, chosen by splitting the box of greatest variance until there are enough (Xiaolin Wu, "Efficient
 * Statistical Computations for Optimal Color Quantization", Graphics Gems II), then moved to the mean of what is nearest
 * to them. Pixels find theirs in a table: boxes are cut on five bits a channel, the table has six.
 */
export interface Palette {
  /** Three bytes a colour. */
  colours: Uint8Array;
  count: number;
  /** The colour of every cell of 6-6-6 bits, red highest. */
  table: Uint8Array;
}

/** People see differences of brightness first. */
const RED = 1;
const GREEN = 1.4;
const BLUE = 0.8;
const REFINEMENTS = 2;
const SIDE = 33;
const ENTRIES = 262_144;
const SIZE = SIDE ** 3;

/** Moments over cells, each also of all cells below it: reused, as 30 frames of them would be 30 MB. */
const weights = new Float64Array(SIZE);
const reds = new Float64Array(SIZE);
const greens = new Float64Array(SIZE);
const blues = new Float64Array(SIZE);
const squares = new Float64Array(SIZE);
const MOMENTS = [weights, reds, greens, blues, squares];

/** Edges of a box: beyond `from`, up to `to`, in red, green and blue. */
interface Box {
  from: [number, number, number];
  to: [number, number, number];
  variance: number;
}

const at = (red: number, green: number, blue: number): number => (red * SIDE + green) * SIDE + blue;

/** Trains on every `step`th pixel of 4 bytes; those that are not opaque are left out. */
export function trainPalette(pixels: Uint8Array, maxColours: number, step: number): Palette {
  for (const moment of MOMENTS) moment.fill(0);
  const used = count(pixels, step);
  const means = meansOf(used);
  sumUp();
  const boxes = split(maxColours);
  const colours = new Float64Array(boxes.length * 3);
  for (const [index, box] of boxes.entries()) {
    const weight = volume(box, weights) || 1;
    for (const [channel, moment] of [reds, greens, blues].entries()) {
      colours[index * 3 + channel] = volume(box, moment) / weight;
    }
  }
  for (let step = 0; step < REFINEMENTS; step++) refine(colours, means);
  const rounded = Uint8Array.from(colours, (value) => Math.round(value));
  return { colours: rounded, count: boxes.length, table: tableOf(rounded, boxes, means) };
}

/** Fills the moments and returns the cells that have pixels. */
function count(pixels: Uint8Array, step: number): number[] {
  const used: number[] = [];
  for (let from = 0; from + 3 < pixels.length; from += step * 4) {
    if ((pixels[from + 3] ?? 0) < 128) continue;
    const red = pixels[from] ?? 0;
    const green = pixels[from + 1] ?? 0;
    const blue = pixels[from + 2] ?? 0;
    const cell = at((red >> 3) + 1, (green >> 3) + 1, (blue >> 3) + 1);
    if (weights[cell] === 0) used.push(cell);
    weights[cell] = (weights[cell] ?? 0) + 1;
    reds[cell] = (reds[cell] ?? 0) + red;
    greens[cell] = (greens[cell] ?? 0) + green;
    blues[cell] = (blues[cell] ?? 0) + blue;
    squares[cell] = (squares[cell] ?? 0) + RED * red * red + GREEN * green * green + BLUE * blue * blue;
  }
  return used;
}

interface Means {
  /** Of the table. */
  cells: Uint16Array;
  weights: Float64Array;
  /** Three values a cell. */
  colours: Float64Array;
}

function meansOf(used: readonly number[]): Means {
  const means: Means = {
    cells: new Uint16Array(used.length),
    weights: new Float64Array(used.length),
    colours: new Float64Array(used.length * 3),
  };
  for (const [index, cell] of used.entries()) {
    const weight = weights[cell] ?? 1;
    const [red, rest] = [Math.floor(cell / SIDE ** 2), cell % SIDE ** 2];
    const [green, blue] = [Math.floor(rest / SIDE), rest % SIDE];
    means.cells[index] = ((red - 1) << 10) | ((green - 1) << 5) | (blue - 1);
    means.weights[index] = weight;
    means.colours[index * 3] = (reds[cell] ?? 0) / weight;
    means.colours[index * 3 + 1] = (greens[cell] ?? 0) / weight;
    means.colours[index * 3 + 2] = (blues[cell] ?? 0) / weight;
  }
  return means;
}

/** From values of cells to values of all cells up to them. */
function sumUp(): void {
  for (const moment of MOMENTS) {
    for (const stride of [1, SIDE, SIDE * SIDE]) {
      for (let cell = stride; cell < SIZE; cell++) {
        if (Math.floor(cell / stride) % SIDE !== 0) moment[cell] = (moment[cell] ?? 0) + (moment[cell - stride] ?? 0);
      }
    }
  }
}

function volume({ from: [r0, g0, b0], to: [r1, g1, b1] }: Pick<Box, 'from' | 'to'>, moment: Float64Array): number {
  const get = (red: number, green: number, blue: number): number => moment[at(red, green, blue)] ?? 0;
  return (
    get(r1, g1, b1) -
    get(r1, g1, b0) -
    get(r1, g0, b1) +
    get(r1, g0, b0) -
    get(r0, g1, b1) +
    get(r0, g1, b0) +
    get(r0, g0, b1) -
    get(r0, g0, b0)
  );
}

/** The squared length of the sum of colours, over their weight: what a box explains. */
function explained(box: Pick<Box, 'from' | 'to'>): number {
  const weight = volume(box, weights);
  if (weight === 0) return 0;
  return (RED * volume(box, reds) ** 2 + GREEN * volume(box, greens) ** 2 + BLUE * volume(box, blues) ** 2) / weight;
}

function boxOf(from: Box['from'], to: Box['to']): Box {
  const box = { from, to };
  return { ...box, variance: volume(box, squares) - explained(box) };
}

function split(maxColours: number): Box[] {
  const boxes = [boxOf([0, 0, 0], [32, 32, 32])];
  while (boxes.length < maxColours) {
    let widest = 0;
    for (const [index, { variance }] of boxes.entries()) if (variance > (boxes[widest]?.variance ?? 0)) widest = index;
    const box = boxes[widest];
    if (!box || box.variance <= 0) break;
    const halves = halve(box);
    if (halves) boxes.splice(widest, 1, ...halves);
    else box.variance = 0;
  }
  return boxes;
}

/** Cuts where both parts explain most; undefined where a box has one cell. */
function halve(box: Box): [Box, Box] | undefined {
  let best: { axis: number; place: number; value: number } | undefined;
  for (let axis = 0; axis < 3; axis++) {
    for (let place = (box.from[axis] ?? 0) + 1; place < (box.to[axis] ?? 0); place++) {
      const [low, high] = cutAt(box, axis, place);
      if (volume(low, weights) === 0 || volume(high, weights) === 0) continue;
      const value = explained(low) + explained(high);
      if (!best || value > best.value) best = { axis, place, value };
    }
  }
  if (!best) return undefined;
  const [low, high] = cutAt(box, best.axis, best.place);
  return [boxOf(low.from, low.to), boxOf(high.from, high.to)];
}

function cutAt({ from, to }: Box, axis: number, place: number): [Pick<Box, 'from' | 'to'>, Pick<Box, 'from' | 'to'>] {
  const [middleTo, middleFrom]: [Box['to'], Box['from']] = [[...to], [...from]];
  middleTo[axis] = place;
  middleFrom[axis] = place;
  return [
    { from, to: middleTo },
    { from: middleFrom, to },
  ];
}

/** One step of k-means over the cells. */
function refine(colours: Float64Array, means: Means): void {
  const sums = new Float64Array((colours.length / 3) * 4);
  for (let index = 0; index < means.cells.length; index++) {
    const weight = means.weights[index] ?? 0;
    const to = nearest(colours, means.colours, index * 3) * 4;
    for (let channel = 0; channel < 3; channel++) {
      sums[to + channel] = (sums[to + channel] ?? 0) + weight * (means.colours[index * 3 + channel] ?? 0);
    }
    sums[to + 3] = (sums[to + 3] ?? 0) + weight;
  }
  for (let index = 0; index < colours.length / 3; index++) {
    const weight = sums[index * 4 + 3] ?? 0;
    if (weight === 0) continue;
    for (let channel = 0; channel < 3; channel++)
      colours[index * 3 + channel] = (sums[index * 4 + channel] ?? 0) / weight;
  }
}

function nearest(colours: ArrayLike<number>, values: ArrayLike<number>, from: number): number {
  const red = values[from] ?? 0;
  const green = values[from + 1] ?? 0;
  const blue = values[from + 2] ?? 0;
  let best = 0;
  let least = Infinity;
  for (let place = 0; place < colours.length; place += 3) {
    const dr = (colours[place] ?? 0) - red;
    const dg = (colours[place + 1] ?? 0) - green;
    const db = (colours[place + 2] ?? 0) - blue;
    const distance = RED * dr * dr + GREEN * dg * dg + BLUE * db * db;
    if (distance < least) {
      least = distance;
      best = place;
    }
  }
  return best / 3;
}

/** Cells without a trained pixel take the colour of their box, which is near enough for the few pixels that need it. */
function tableOf(colours: Uint8Array, boxes: readonly Box[], means: Means): Uint8Array {
  const table = new Uint8Array(ENTRIES);
  for (const [index, { from, to }] of boxes.entries()) {
    for (let red = from[0] * 2; red < to[0] * 2; red++) {
      for (let green = from[1] * 2; green < to[1] * 2; green++) {
        const row = (red << 12) | (green << 6);
        table.fill(index, row + from[2] * 2, row + to[2] * 2);
      }
    }
  }
  const search = { distances: new Float64Array(colours.length / 3), near: new Uint8Array(colours.length / 3) };
  for (const cell of means.cells) fillCell(table, colours, cell, search);
  return table;
}

/** Half of a cell's diagonal, in levels. */
const RADIUS = 4 * Math.sqrt(RED + GREEN + BLUE);

/** The eight entries of a cell of five bits: only colours near its middle can be the nearest of one. */
function fillCell(
  table: Uint8Array,
  colours: Uint8Array,
  cell: number,
  { distances, near }: { distances: Float64Array; near: Uint8Array },
): void {
  const red = ((cell >> 10) & 31) * 8;
  const green = ((cell >> 5) & 31) * 8;
  const blue = (cell & 31) * 8;
  let least = Infinity;
  for (let index = 0, place = 0; index < distances.length; index++, place += 3) {
    const dr = (colours[place] ?? 0) - red - 4;
    const dg = (colours[place + 1] ?? 0) - green - 4;
    const db = (colours[place + 2] ?? 0) - blue - 4;
    const distance = RED * dr * dr + GREEN * dg * dg + BLUE * db * db;
    distances[index] = distance;
    if (distance < least) least = distance;
  }
  const most = (Math.sqrt(least) + RADIUS) ** 2;
  let count = 0;
  for (let index = 0; index < distances.length; index++) if ((distances[index] ?? 0) <= most) near[count++] = index;
  for (let part = 0; part < 8; part++) {
    const [subRed, subGreen, subBlue] = [red + (part & 4), green + ((part & 2) << 1), blue + ((part & 1) << 2)];
    table[((subRed >> 2) << 12) | ((subGreen >> 2) << 6) | (subBlue >> 2)] = nearestOf(
      colours,
      near,
      count,
      subRed + 2,
      subGreen + 2,
      subBlue + 2,
    );
  }
}

function nearestOf(
  colours: Uint8Array,
  near: Uint8Array,
  count: number,
  red: number,
  green: number,
  blue: number,
): number {
  let best = near[0] ?? 0;
  let least = Infinity;
  for (let index = 0; index < count; index++) {
    const candidate = near[index] ?? 0;
    const dr = (colours[candidate * 3] ?? 0) - red;
    const dg = (colours[candidate * 3 + 1] ?? 0) - green;
    const db = (colours[candidate * 3 + 2] ?? 0) - blue;
    const distance = RED * dr * dr + GREEN * dg * dg + BLUE * db * db;
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}
