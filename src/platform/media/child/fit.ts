import type { Sharp } from 'sharp';
import type { FitLimits } from '../image-port.ts';
import type { Operation } from '../operations.ts';
import { ImageFailure } from './failure.ts';
import { drawn, pixelsOf, sourceOf, upright } from './source.ts';
import type { Source } from './source.ts';

/** Tried in turn until one is small enough: the edge as a share of the wanted one, and the JPEG quality. */
const STEPS = [
  { share: 1, quality: 85 },
  { share: 1, quality: 70 },
  { share: 0.75, quality: 70 },
  { share: 0.5, quality: 60 },
  { share: 0.25, quality: 50 },
] as const;

export const fit: Operation<'fit'> = async ([file = Buffer.alloc(0)], limits) => {
  const { longestEdge, maxBytes, upperPart } = limits;
  const source = await sourceOf(file);
  const { format } = source;
  const resized = partOf(source, upperPart).resize(longestEdge, longestEdge, {
    fit: 'inside',
    withoutEnlargement: true,
  });
  const pixels = await pixelsOf(resized);
  const { width, height } = pixels;
  // Drawings and screenshots stay lossless where that is small; sharp drops the metadata.
  if (format === 'png' || format === 'gif' || pixels.channels === 4) {
    const data = await drawn(pixels).png({ compressionLevel: 8 }).toBuffer();
    if (data.length <= maxBytes) return { result: { contentType: 'image/png', width, height }, files: [data] };
  }
  for (const { share, quality } of STEPS) {
    const edge = Math.max(1, Math.round(Math.max(width, height) * share));
    const smaller = drawn(pixels).resize(edge, edge, { fit: 'inside' }).flatten({ background: '#ffffff' });
    const { data, info } = await smaller.jpeg({ quality }).toBuffer({ resolveWithObject: true });
    if (data.length > maxBytes) continue;
    return { result: { contentType: 'image/jpeg', width: info.width, height: info.height }, files: [data] };
  }
  throw new ImageFailure('media/cannot-shrink', `no try is smaller than ${maxBytes} bytes`);
};

function partOf({ file, width, height }: Source, upperPart: FitLimits['upperPart']): Sharp {
  const image = upright(file);
  // Rounded down: a row of the strip would be seen, a missing row of the picture is not.
  const rows = upperPart ? Math.floor((width * upperPart.height) / upperPart.width) : height;
  return rows > 0 && rows < height ? image.extract({ left: 0, top: 0, width, height: rows }) : image;
}
