import sharp from 'sharp';
import { MOST_SVG_EDGE } from '../limits.ts';
import type { Operation } from '../operations.ts';
import { ImageFailure, tooLarge } from './failure.ts';
import { safeSvg } from './svg/safe-svg.ts';

const LOADER = { operation: ['VipsForeignLoadSvgBuffer'] };

/** Draws an SVG that `safeSvg` has written again. Its loader is open for this drawing alone: no file can reach it. */
export const rasterise: Operation<'rasterise'> = async (_files, { svg, canvas: wanted }) => {
  for (const edge of [wanted?.width ?? 1, wanted?.height ?? 1]) {
    if (!Number.isInteger(edge) || edge < 1 || edge > MOST_SVG_EDGE) throw tooLarge(`an edge of ${edge} pixels`);
  }
  const { svg: safe, canvas } = safeSvg(svg, wanted);
  sharp.unblock(LOADER);
  try {
    const { width, height } = canvas;
    const image = sharp(Buffer.from(safe), { limitInputPixels: MOST_SVG_EDGE ** 2 });
    const { data, info } = await image.png({ compressionLevel: 6 }).toBuffer({ resolveWithObject: true });
    if (info.width !== width || info.height !== height) throw new ImageFailure('media/svg-broken', 'another size');
    return { result: { contentType: 'image/png', width, height }, files: [data] };
  } finally {
    sharp.block(LOADER);
  }
};
