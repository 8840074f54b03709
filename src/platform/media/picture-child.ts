// The process that decodes one foreign picture, see picture.ts. The file comes on standard input; a line of JSON and
// the new file go to standard output.
import { readFileSync, writeSync } from 'node:fs';
import sharp from 'sharp';
import type { PictureLimits, PictureReport } from './picture.ts';

/** A larger picture is refused before decoding: 50 megapixels take 200 MB when they can't be streamed. */
const MOST_PIXELS = 50_000_000;
/** Tried in turn until one is small enough: the edge as a share of the wanted one, and the JPEG quality. */
const STEPS = [
  { share: 1, quality: 85 },
  { share: 1, quality: 70 },
  { share: 0.75, quality: 70 },
  { share: 0.5, quality: 60 },
  { share: 0.25, quality: 50 },
] as const;

/** The first try that is small enough, or undefined. */
async function prepare(
  file: Uint8Array,
  { longestEdge, maxBytes }: PictureLimits,
): Promise<{ report: PictureReport; data: Uint8Array }> {
  sharp.cache(false);
  sharp.concurrency(1);
  // Blocks all other formats, such as SVG and TIFF, which a file with another format's first bytes could reach.
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({
    operation: [
      'VipsForeignLoadJpegBuffer',
      'VipsForeignLoadPngBuffer',
      'VipsForeignLoadWebpBuffer',
      'VipsForeignLoadNsgifBuffer',
      'VipsForeignLoadHeifBuffer',
    ],
  });
  const picture = sharp(file, { limitInputPixels: MOST_PIXELS, failOn: 'error', sequentialRead: true, pages: 1 });
  const { format } = await picture.metadata();
  const { data: pixels, info } = await picture
    .autoOrient()
    .resize(longestEdge, longestEdge, { fit: 'inside', withoutEnlargement: true })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  const drawn = () => sharp(pixels, { raw: { width, height, channels } });
  // Drawings and screenshots stay lossless where that is small; sharp drops the metadata.
  if (format === 'png' || format === 'gif' || channels === 4) {
    const data = await drawn().png({ compressionLevel: 8 }).toBuffer();
    if (data.length <= maxBytes) return { data, report: { mediaType: 'image/png', size: { width, height } } };
  }
  for (const { share, quality } of STEPS) {
    const edge = Math.max(1, Math.round(Math.max(width, height) * share));
    const smaller = drawn().resize(edge, edge, { fit: 'inside' }).flatten({ background: '#ffffff' });
    const { data, info: made } = await smaller.jpeg({ quality }).toBuffer({ resolveWithObject: true });
    const size = { width: made.width, height: made.height };
    if (data.length <= maxBytes) return { data, report: { mediaType: 'image/jpeg', size } };
  }
  throw new Error(`no try is smaller than ${maxBytes} bytes`);
}

/** A pipe accepts a part at a time. */
function writeWhole(bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) {
    try {
      at += writeSync(1, bytes, at);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
    }
  }
}

const limits = JSON.parse(process.argv[2] ?? '{}') as PictureLimits;
const { report, data } = await prepare(readFileSync(0), limits);
writeWhole(Buffer.concat([Buffer.from(`${JSON.stringify(report)}\n`), data]));
