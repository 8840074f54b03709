import { createCanvas } from '@napi-rs/canvas';
import type { Canvas } from '@napi-rs/canvas';
import { isFlat, paintAround } from './around.ts';
import type { Stage } from './backdrop.ts';
import { colourAt, edgesOf, mix, smooth } from './edges.ts';
import type { Colour, Edge, Edges } from './edges.ts';

/** Where the old image lies, in pixels. */
export interface Spot {
  left: number;
  top: number;
}

/** In pixels: how wide an image's border fades out, where something is beyond it. */
export const softOf = ({ width, height }: { width: number; height: number }): number =>
  Math.max(1, Math.min(width, height) * 0.07);

/**
 * What is around an image: the colours of its edges go on, hills roll. The colours of the plan and what it names are left out,
 * so that a night stays a night, with one moon.
 */
export function paintBeyond(stage: Stage, base: Canvas, spot: Spot): void {
  const { context, width, height } = stage;
  const edges = edgesOf(base);
  const colourOf = continuation(edges, rollingOf(stage, edges));
  // Every second column is enough, since what goes on runs across; it takes half the time.
  const canvas = createCanvas(Math.ceil(width / 2), height);
  const image = canvas.getContext('2d').createImageData(canvas.width, height);
  const colour = [0, 0, 0];
  const soft = Math.ceil(softOf(edges)) + 2;
  const [first, last] = [spot.left + soft, spot.left + edges.width - soft].map((x) => Math.floor(x / 2)) as [
    number,
    number,
  ];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < canvas.width; x++) {
      // The old image covers its middle: nothing is needed below that.
      if (x === first && x < last && y >= spot.top + soft && y < spot.top + edges.height - soft) x = last;
      const at = (y * canvas.width + x) * 4;
      colourOf(x * 2 - spot.left, y - spot.top, colour);
      for (let channel = 0; channel < 3; channel++) image.data[at + channel] = colour[channel] ?? 0;
      image.data[at + 3] = 255;
    }
  canvas.getContext('2d').putImageData(image, 0, 0);
  context.drawImage(canvas, 0, 0, canvas.width * 2, height);
  const seen = (x: number, y: number): Colour => {
    const [column, row] = [Math.floor(x / 2), Math.floor(y)].map((value) => Math.max(0, value)) as [number, number];
    const at = (Math.min(height - 1, row) * canvas.width + Math.min(canvas.width - 1, column)) * 4;
    return [image.data[at] ?? 0, image.data[at + 1] ?? 0, image.data[at + 2] ?? 0];
  };
  paintAround(stage, edges, spot, seen);
}

/** How far what is beside the image lies lower than at its edge. */
type Rolling = (away: number, y: number, isLeft: boolean) => number;

function rollingOf({ plan }: Stage, edges: Edges): Rolling {
  const { width, height } = edges;
  const sides = [0, 1].map(() => [1, 2.3, 4.7].map((times) => ({ times, phase: plan.random() * Math.PI * 2 })));
  const high = isFlat(plan, edges) ? 0 : height * 0.04;
  return (away, y, isLeft) => {
    // Farther land rolls otherwise than nearer land.
    const layer = (y / height) * 5;
    let sum = 0;
    for (const { times, phase } of sides[isLeft ? 0 : 1] ?? [])
      sum += (Math.sin((away / width) * 7 * times + phase + layer) - Math.sin(phase + layer)) / times;
    return sum * high * smooth(away / (width * 0.3));
  };
}

type ColourOf = (x: number, y: number, into: number[]) => void;

/** Of the image's size: after how much the colours of a place at the edge have become those of the whole edge. */
const FADE = 0.4;
/** Already at the edge, things that are cut by it are no part of what goes on. */
const CALM = 0.34;

/** The colour of any place around the image, and below its soft border; places count from its upper left corner. */
function continuation({ width, height, left, right, top, bottom }: Edges, rolling: Rolling): ColourOf {
  const fade = (into: number[], { usual }: Edge, share: number): void => {
    for (let channel = 0; channel < 3; channel++) into[channel] = mix(into[channel] ?? 0, usual[channel] ?? 0, share);
  };
  const beyondRow = (x: number, away: number, across: number, edge: Edge, into: number[]): void => {
    colourAt(edge, x, CALM + (away / height) * 4, into);
    fade(into, edge, smooth(away / (height * FADE)));
    fade(into, edge, smooth(across / (width * FADE)));
    const dimmed = 1 - smooth(away / (height * 1.2)) * (edge === top ? 0.12 : 0.18);
    for (let channel = 0; channel < 3; channel++) into[channel] = (into[channel] ?? 0) * dimmed;
  };
  /** At the upper and lower end of a side, its colours go over into those beyond. */
  const beside = (edge: Edge, place: number, across: number, into: number[]): void => {
    colourAt(edge, place, CALM + (across / width) * 4, into);
    const far = smooth(across / (width * FADE));
    for (const [row, distance] of [
      [top, place],
      [bottom, height - 1 - place],
    ] as const) {
      const near = 1 - smooth(distance / (height * 0.3));
      const corner = edge === left ? row.first : row.last;
      for (let channel = 0; channel < 3; channel++)
        into[channel] = (into[channel] ?? 0) + ((row.usual[channel] ?? 0) - (corner[channel] ?? 0)) * near * far;
    }
  };
  return (x, y, into) => {
    const isLeft = x < width / 2;
    const across = Math.max(-x, x - width + 1);
    const side = isLeft ? left : right;
    if (across > 0) {
      const place = y - rolling(across, y, isLeft);
      if (place >= 0 && place < height) beside(side, place, across, into);
      else
        beyondRow(isLeft ? 0 : width - 1, Math.max(-place, place - height + 1), across, place < 0 ? top : bottom, into);
      return;
    }
    const down = Math.max(-y, y - height + 1);
    if (down >= across) beyondRow(x, Math.max(0, down), 0, y < height / 2 ? top : bottom, into);
    else colourAt(side, y, CALM, into);
  };
}
