import { crc32, deflateSync } from 'node:zlib';

/** Pictures of the emulator's own, so that it serves what Discord serves without any of Discord's art. */

export type Color = readonly [red: number, green: number, blue: number];

/**
 * A shape by its signed distance: negative inside, in the picture's own units, whose width is 1. Later layers cover
 * earlier ones.
 */
export interface Layer {
  color: Color;
  distance: (x: number, y: number) => number;
}

export function circle(centerX: number, centerY: number, radius: number): Layer['distance'] {
  return (x, y) => Math.hypot(x - centerX, y - centerY) - radius;
}

/** A thick line with round ends. */
export function stroke(fromX: number, fromY: number, toX: number, toY: number, width: number): Layer['distance'] {
  const [dx, dy] = [toX - fromX, toY - fromY];
  const lengthSquared = dx * dx + dy * dy;
  return (x, y) => {
    const along = Math.max(0, Math.min(1, ((x - fromX) * dx + (y - fromY) * dy) / lengthSquared));
    return Math.hypot(x - fromX - along * dx, y - fromY - along * dy) - width / 2;
  };
}

/** The layers as a square PNG of `size` pixels with smooth edges; transparent where there is no layer. */
export function drawPng(size: number, layers: readonly Layer[]): Buffer {
  const rowBytes = 1 + size * 4;
  const pixels = Buffer.alloc(rowBytes * size);
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1) {
      paint(pixels, row * rowBytes + 1 + column * 4, (column + 0.5) / size, (row + 0.5) / size, size, layers);
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, 6, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(pixels)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function paint(pixels: Buffer, at: number, x: number, y: number, size: number, layers: readonly Layer[]): void {
  let red = 0;
  let green = 0;
  let blue = 0;
  let alpha = 0;
  for (const { color, distance } of layers) {
    const cover = Math.max(0, Math.min(1, 0.5 - distance(x, y) * size));
    if (cover === 0) continue;
    const total = cover + alpha * (1 - cover);
    const share = cover / total;
    red += (color[0] - red) * share;
    green += (color[1] - green) * share;
    blue += (color[2] - blue) * share;
    alpha = total;
  }
  pixels[at] = Math.round(red);
  pixels[at + 1] = Math.round(green);
  pixels[at + 2] = Math.round(blue);
  pixels[at + 3] = Math.round(alpha * 255);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}
