// The process that decodes one foreign picture, see picture.ts: the file comes on standard input, a line of JSON and the
// new file go to standard output.
import { readFileSync, writeSync } from 'node:fs';
import sharp from 'sharp';
import type { PictureLimits, PictureReport } from './picture.ts';

/** Beyond this a picture is refused before it is decoded: 50 megapixels take some 200 MB where nothing can be streamed. */
const MOST_PIXELS = 50_000_000;
/** Tried in turn until one is small enough: edges as a share of the wanted one, with a JPEG's quality. */
const STEPS = [
  { share: 1, quality: 85 },
  { share: 1, quality: 70 },
  { share: 0.75, quality: 70 },
  { share: 0.5, quality: 60 },
  { share: 0.25, quality: 50 },
] as const;

/** The smallest of several tries that fits, else undefined. */
async function prepare(
  file: Uint8Array,
  { longestEdge, maxBytes }: PictureLimits,
): Promise<{ report: PictureReport; data: Uint8Array }> {
  sharp.cache(false);
  sharp.concurrency(1);
  // Everything else would be reached through a picture with another one's beginning: SVG, TIFF and what comes to be.
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
  // Drawings and screenshots stay exact where that is small; sharp drops what the file tells of its maker.
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

/** A pipe takes a part at a time. */
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
