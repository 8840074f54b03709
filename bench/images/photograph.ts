import sharp from 'sharp';
import { seeded } from '../lib/seeded.ts';

/**
 * A JPEG as a camera makes it: shapes at every scale, with grain, about a byte a pixel. The same size gives the same photograph.
 */
export async function photograph(width: number, height: number): Promise<Uint8Array> {
  const layers = [8, 40, 200, 1000].map((across, index) =>
    noise(across, Math.round((across * height) / width), index + 1),
  );
  const pixels = await Promise.all(layers.map((layer) => enlarged(layer, width, height)));
  const grain = seeded(7);
  const mixed = Buffer.alloc(width * height * 3);
  const weights = [0.5, 0.25, 0.15, 0.1];
  for (let at = 0; at < mixed.length; at += 1) {
    let value = (grain() - 0.5) * 24;
    for (const [index, layer] of pixels.entries()) value += (layer[at] ?? 0) * (weights[index] ?? 0);
    mixed[at] = Math.max(0, Math.min(255, value));
  }
  return sharp(mixed, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 95 })
    .toBuffer();
}

interface Layer {
  data: Buffer;
  width: number;
  height: number;
}

function noise(width: number, height: number, seed: number): Layer {
  const next = seeded(seed);
  const data = Buffer.alloc(width * height * 3);
  for (let at = 0; at < data.length; at += 1) data[at] = next() * 255;
  return { data, width, height };
}

const enlarged = ({ data, width, height }: Layer, toWidth: number, toHeight: number): Promise<Buffer> =>
  sharp(data, { raw: { width, height, channels: 3 } })
    .resize(toWidth, toHeight, { fit: 'fill', kernel: 'cubic' })
    .raw()
    .toBuffer();
