import { createCanvas } from '@napi-rs/canvas';
import type { SKRSContext2D } from '@napi-rs/canvas';
import { displayText, fitText } from '../display-text.ts';
import { fontFamilyFor } from '../fonts.ts';
import type { Operation, Outcome, SheetEntry } from '../operations.ts';
import { palettes } from '../theme.ts';
import { pngOf } from './enlarge.ts';
import { ImageFailure } from './failure.ts';
import { pixelsOf, upright } from './source.ts';
import { layers } from './tree-layout.ts';

const MOST_ON_SHEET = 25;
const MOST_IN_TREE = 40;
/** In pixels: a board of five columns is 1,600 wide. */
const CELL = 296;
const GAP = 20;
/** Of the board's width: Discord shows a board about 550 pixels wide, where figures are then some 20 high. */
const LABEL_FONT = 0.05;
/** Of a cell: what a label may take of its image at most, and what it has on small boards. */
const MOST_LABEL_FONT = 0.3;
const LEAST_LABEL_FONT = 0.14;
const { background, muted, grid } = palettes.dark;

interface Spot {
  left: number;
  top: number;
}

/** The image with the grid and its numbers over it. */
export const numbered: Operation<'numbered'> = async ([file = Buffer.alloc(0)]) => {
  const pixels = await pixelsOf(
    upright(file).resize(1024, 1024, { fit: 'inside', withoutEnlargement: true }).ensureAlpha(),
  );
  const { width, height } = pixels;
  const context = createCanvas(width, height).getContext('2d');
  put(context, pixels, { left: 0, top: 0 });
  const thick = Math.max(1, Math.min(width, height) / 250);
  for (const share of [1, 2]) {
    const [x, y] = [Math.round((width * share) / 3), Math.round((height * share) / 3)];
    for (const [colour, wide] of [
      ['#000000b0', thick * 3],
      ['#ffffff', thick],
    ] as const) {
      context.fillStyle = colour;
      context.fillRect(x - wide / 2, 0, wide, height);
      context.fillRect(0, y - wide / 2, width, wide);
    }
  }
  const size = Math.max(8, Math.min(width, height) / 8);
  for (let cell = 0; cell < 9; cell++) {
    const [x, y] = [(width * ((cell % 3) + 0.5)) / 3, (height * (Math.floor(cell / 3) + 0.5)) / 3];
    context.fillStyle = '#000000a0';
    context.beginPath();
    context.arc(x, y, size * 0.72, 0, Math.PI * 2);
    context.fill();
    write(context, String(cell + 1), { x, y }, size, '#ffffff');
  }
  return finished(context, width, height);
};

/** All images on one, in as many columns as make it nearly square. */
export const sheet: Operation<'sheet'> = async (files, { entries }) => {
  check(files, MOST_ON_SHEET);
  const columns = Math.ceil(Math.sqrt(files.length));
  const spots = files.map((_, index) => ({
    left: GAP + (index % columns) * (CELL + GAP),
    top: GAP + Math.floor(index / columns) * (CELL + GAP),
  }));
  const rows = Math.ceil(files.length / columns);
  return board(files, entries, {
    spots,
    width: GAP + columns * (CELL + GAP),
    height: GAP + rows * (CELL + GAP),
  });
};

/** Ancestors above, with arrows down to what was made of them. */
export const tree: Operation<'tree'> = async (files, { entries }) => {
  check(files, MOST_IN_TREE);
  const rows = layers(entries);
  const most = Math.max(...rows.map(({ length }) => length));
  const width = GAP + most * (CELL + GAP);
  const rowHeight = CELL + GAP * 4;
  const spots: Spot[] = [];
  for (const [row, ids] of rows.entries()) {
    const indent = (width - GAP - ids.length * (CELL + GAP)) / 2;
    for (const [column, index] of ids.entries()) {
      spots[index] = { left: Math.round(GAP + indent + column * (CELL + GAP)), top: GAP + row * rowHeight };
    }
  }
  return board(files, entries, { spots, width, height: rows.length * rowHeight - GAP * 2 });
};

function check(files: readonly Uint8Array[], most: number): void {
  if (files.length === 0) throw new ImageFailure('media/unreadable', 'no images');
  if (files.length > most) throw new ImageFailure('media/too-large', `${files.length} images, at most ${most}`);
}

async function board(
  files: readonly Uint8Array[],
  entries: readonly SheetEntry[],
  { spots, width, height }: { spots: readonly Spot[]; width: number; height: number },
): Promise<Outcome<'sheet'>> {
  // A tree of 40 images can be wide: the board stays within what is shown and sent.
  const share = Math.min(1, Math.sqrt(MOST_BOARD_PIXELS / (width * height)));
  const [wide, high] = [Math.max(1, Math.floor(width * share)), Math.max(1, Math.floor(height * share))];
  const context = createCanvas(wide, high).getContext('2d');
  context.fillStyle = background;
  context.fillRect(0, 0, wide, high);
  context.scale(share, share);
  arrows(context, entries, spots);
  const fontPx = Math.min(CELL * MOST_LABEL_FONT, Math.max(CELL * LEAST_LABEL_FONT, width * LABEL_FONT));
  for (const [index, file] of files.entries()) {
    const spot = spots[index];
    if (!spot) continue;
    context.fillStyle = grid;
    context.fillRect(spot.left, spot.top, CELL, CELL);
    const pixels = await pixelsOf(upright(file).resize(CELL, CELL, { fit: 'inside' }).ensureAlpha());
    const at = { left: spot.left + (CELL - pixels.width) / 2, top: spot.top + (CELL - pixels.height) / 2 };
    put(context, pixels, at);
    badge(context, displayText(entries[index]?.label ?? ''), at, fontPx);
  }
  return finished(context, wide, high);
}

/** A label on the upper left corner of its image. */
function badge(context: SKRSContext2D, label: string, { left, top }: Spot, fontPx: number): void {
  if (label === '') return;
  context.font = `bold ${Math.round(fontPx)}px ${fontFamilyFor(label)}`;
  const inset = fontPx * 0.32;
  const high = fontPx * 1.24;
  const wide = Math.min(CELL, Math.max(high, context.measureText(label).width + inset * 2));
  context.fillStyle = '#000000c8';
  context.beginPath();
  context.roundRect(left, top, wide, high, [0, 0, fontPx * 0.3, 0]);
  context.fill();
  write(context, label, { x: left + wide / 2, y: top + high / 2 }, fontPx, '#ffffff', wide - inset);
}

const MOST_BOARD_PIXELS = 9_000_000;

function arrows(context: SKRSContext2D, entries: readonly SheetEntry[], spots: readonly Spot[]): void {
  const places = new Map(entries.map(({ id }, index) => [id, spots[index]]));
  context.strokeStyle = muted;
  context.fillStyle = muted;
  context.lineWidth = 4;
  for (const [index, { parentIds }] of entries.entries()) {
    const to = spots[index];
    for (const id of parentIds) {
      const from = places.get(id);
      if (!from || !to || from.top >= to.top) continue;
      const start = { x: from.left + CELL / 2, y: from.top + CELL };
      const end = { x: to.left + CELL / 2, y: to.top - 4 };
      context.beginPath();
      context.moveTo(start.x, start.y);
      context.bezierCurveTo(start.x, start.y + GAP * 2, end.x, end.y - GAP * 2, end.x, end.y - 10);
      context.stroke();
      context.beginPath();
      context.moveTo(end.x, end.y);
      context.lineTo(end.x - 11, end.y - 18);
      context.lineTo(end.x + 11, end.y - 18);
      context.fill();
    }
  }
}

function put(
  context: SKRSContext2D,
  { data, width, height }: { data: Buffer; width: number; height: number },
  { left, top }: Spot,
): void {
  const canvas = createCanvas(width, height);
  const onCanvas = canvas.getContext('2d');
  const image = onCanvas.createImageData(width, height);
  image.data.set(data);
  onCanvas.putImageData(image, 0, 0);
  context.drawImage(canvas, left, top);
}

function write(
  context: SKRSContext2D,
  label: string,
  { x, y }: { x: number; y: number },
  size: number,
  colour: string,
  width = Infinity,
): void {
  context.font = `bold ${Math.round(size)}px ${fontFamilyFor(label)}`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillStyle = colour;
  context.fillText(
    fitText(label, width, (part) => context.measureText(part).width),
    x,
    y,
  );
}

async function finished(context: SKRSContext2D, width: number, height: number): Promise<Outcome<'sheet'>> {
  const { data } = context.getImageData(0, 0, width, height);
  return pngOf({ data: Buffer.from(data.buffer, data.byteOffset, data.length), width, height, channels: 4 });
}
