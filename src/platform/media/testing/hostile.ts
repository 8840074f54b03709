import { crc32, deflateSync, gzipSync } from 'node:zlib';
import { brokenJpeg, gif, noisePng } from '../../../testing/pictures.ts';
import { photo } from './samples.ts';

type Code = 'media/no-image' | 'media/unreadable' | 'media/too-large' | 'media/cannot-shrink';

export interface HostileFile {
  name: string;
  file: Uint8Array;
  /** What may be answered; `works` for files that are odd, but can be shown. */
  answers: readonly (Code | 'works')[];
}

const NO: Code[] = ['media/no-image'];
const BROKEN: Code[] = ['media/unreadable'];
const LARGE: Code[] = ['media/too-large'];
const REFUSED: Code[] = ['media/unreadable', 'media/too-large'];
const SURVIVED = ['works', ...REFUSED] as const;

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');
const PNG = bytes('\x89PNG\r\n\x1a\n');

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([bytes(type), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

function header(width: number, height: number, depth = 8, colour = 2, interlaced = 0): Buffer {
  const data = Buffer.alloc(13);
  data.writeUInt32BE(width, 0);
  data.writeUInt32BE(height, 4);
  data.set([depth, colour, 0, 0, interlaced], 8);
  return chunk('IHDR', data);
}

const png = (...parts: Uint8Array[]): Buffer => Buffer.concat([PNG, ...parts, chunk('IEND', Buffer.alloc(0))]);
const rows = (width: number, height: number): Buffer =>
  chunk('IDAT', deflateSync(Buffer.alloc((width * 3 + 1) * height)));
const BOMB_BYTES = 40_000_000;
let packed: Buffer | undefined;
/** 40 MB of zeros, in 40 kB. */
const bomb = (): Buffer => (packed ??= deflateSync(Buffer.alloc(BOMB_BYTES)));

function pngs(): HostileFile[] {
  return [
    { name: 'a PNG of 64k × 64k pixels', file: png(header(65_535, 65_535), chunk('IDAT', bomb())), answers: LARGE },
    { name: 'a PNG of 2 billion pixels a row', file: png(header(2 ** 31 - 1, 1), rows(1, 1)), answers: REFUSED },
    { name: 'a PNG without pixels', file: png(header(100, 100)), answers: BROKEN },
    { name: 'a PNG of no size', file: png(header(0, 0), rows(1, 1)), answers: BROKEN },
    { name: 'a PNG that claims more rows than it has', file: png(header(100, 5000), rows(100, 10)), answers: BROKEN },
    {
      name: 'a PNG with more pixels than it claims',
      file: png(header(4, 4), chunk('IDAT', bomb())),
      answers: SURVIVED,
    },
  ];
}

function pngsWithBombs(): HostileFile[] {
  return [
    {
      name: 'a PNG with a text bomb',
      file: png(header(4, 4), chunk('zTXt', Buffer.concat([bytes('a\0\0'), bomb()])), rows(4, 4)),
      answers: SURVIVED,
    },
    {
      name: 'a PNG with 50 text bombs',
      file: png(
        header(4, 4),
        ...Array.from({ length: 50 }, () => chunk('zTXt', Buffer.concat([bytes('a\0\0'), bomb()]))),
        rows(4, 4),
      ),
      answers: SURVIVED,
    },
    {
      name: 'a PNG with an international text bomb',
      file: png(header(4, 4), chunk('iTXt', Buffer.concat([bytes('a\0\x01\0\0\0'), bomb()])), rows(4, 4)),
      answers: SURVIVED,
    },
    {
      name: 'a PNG with a profile bomb',
      file: png(header(4, 4), chunk('iCCP', Buffer.concat([bytes('a\0\0'), bomb()])), rows(4, 4)),
      answers: SURVIVED,
    },
    {
      name: 'a PNG whose profile is garbage',
      file: png(
        header(4, 4),
        chunk('iCCP', Buffer.concat([bytes('a\0\0'), deflateSync(Buffer.alloc(4000, 7))])),
        rows(4, 4),
      ),
      answers: SURVIVED,
    },
  ];
}

function oddPngs(): HostileFile[] {
  return [
    {
      name: 'a PNG with an unknown critical chunk',
      file: png(header(4, 4), chunk('EVIL', Buffer.alloc(8)), rows(4, 4)),
      answers: ['works', ...BROKEN],
    },
    { name: 'a PNG with a wrong checksum', file: wrongChecksum(), answers: BROKEN },
    {
      name: 'a PNG with colours of a palette it lacks',
      file: png(header(4, 4, 8, 3), chunk('IDAT', deflateSync(Buffer.alloc(20, 200)))),
      answers: SURVIVED,
    },
    {
      name: 'an interlaced PNG of 49 megapixels',
      file: png(header(7000, 7000, 8, 6, 1), chunk('IDAT', bomb())),
      answers: SURVIVED,
    },
    {
      name: 'a PNG with 100,000 empty chunks',
      file: png(
        header(4, 4),
        Buffer.concat(Array.from({ length: 100_000 }, () => chunk('IDAT', Buffer.alloc(0)))),
        rows(4, 4),
      ),
      answers: SURVIVED,
    },
    {
      name: 'a PNG with a chunk longer than the file',
      file: Buffer.concat([PNG, header(4, 4), Buffer.from('7fffffff49444154', 'hex')]),
      answers: BROKEN,
    },
    { name: 'an SVG that begins like a PNG', file: Buffer.concat([PNG, bytes('<svg/>')]), answers: BROKEN },
  ];
}

function wrongChecksum(): Buffer {
  const file = png(header(4, 4), rows(4, 4));
  file[30] = (file[30] ?? 0) ^ 0xff;
  return file;
}

function svgs(): HostileFile[] {
  const svg = (inner: string, before = ''): Buffer =>
    bytes(`${before}<svg xmlns="http://www.w3.org/2000/svg" width="60000" height="60000">${inner}</svg>`);
  const entities = `<!DOCTYPE s [<!ENTITY a "aaaaaaaaaa">${'bcdefgh'
    .split('')
    .map((name, index) => `<!ENTITY ${name} "${`&${'abcdefg'[index] ?? 'a'};`.repeat(10)}">`)
    .join('')}]>`;
  return [
    { name: 'an SVG', file: svg('<rect/>'), answers: NO },
    { name: 'an SVG with entities', file: svg('<text>&h;</text>', entities), answers: NO },
    { name: 'an SVG that refers to a file', file: svg('<image href="file:///etc/passwd"/>'), answers: NO },
    { name: 'an SVG that refers to an address', file: svg('<image href="http://169.254.169.254/"/>'), answers: NO },
    {
      name: 'an SVG with a filter',
      file: svg('<filter id="a"><feGaussianBlur stdDeviation="9999"/></filter>'),
      answers: NO,
    },
    { name: 'an SVG with a huge text', file: svg(`<text>${'x'.repeat(2_000_000)}</text>`), answers: NO },
  ];
}

function others(): HostileFile[] {
  return [
    { name: 'nothing', file: Buffer.alloc(0), answers: NO },
    { name: 'one byte', file: Buffer.from([0x89]), answers: NO },
    { name: 'a text named .png', file: bytes('I am an image, honestly.'), answers: NO },
    { name: 'HTML', file: bytes('<!doctype html><img src=x onerror=alert(1)>'), answers: NO },
    { name: 'a PDF', file: bytes('%PDF-1.7\n1 0 obj'), answers: NO },
    { name: 'a TIFF', file: Buffer.concat([bytes('II*\0\b\0\0\0'), Buffer.alloc(1000)]), answers: NO },
    { name: 'a gzip bomb', file: gzipSync(Buffer.alloc(BOMB_BYTES), { level: 1 }), answers: NO },
    { name: 'a zip file', file: bytes('PK\x03\x04 and so on'), answers: NO },
    {
      name: 'a HEIC without AVIF',
      file: Buffer.concat([Buffer.from([0, 0, 0, 16]), bytes('ftypheic\0\0\0\0'), Buffer.alloc(500)]),
      answers: NO,
    },
    { name: 'a file of 26 MB', file: Buffer.concat([PNG, Buffer.alloc(26_000_000)]), answers: LARGE },
    {
      name: 'noise behind the first bytes of a PNG',
      file: Buffer.concat([PNG, noisePng(64, 64).subarray(60)]),
      answers: BROKEN,
    },
  ];
}

function jpegsAndGifs(photograph: Uint8Array, animated: Uint8Array): HostileFile[] {
  const sized = (width: number, height: number): Buffer => {
    const file = Buffer.from(photograph);
    for (let at = 2; at < file.length;) {
      if (file[at + 1] === 0xc0 || file[at + 1] === 0xc2) {
        file.writeUInt16BE(height, at + 5);
        file.writeUInt16BE(width, at + 7);
        break;
      }
      at += 2 + file.readUInt16BE(at + 2);
    }
    return file;
  };
  const screen = Buffer.from(animated);
  screen.writeUInt16LE(65_535, 6);
  screen.writeUInt16LE(65_535, 8);
  const segment = Buffer.concat([Buffer.from([0xff, 0xe1, 0xff, 0xff]), bytes('Exif\0\0MM\0*'), Buffer.alloc(65_523)]);
  return [
    { name: 'a JPEG that becomes garbage', file: brokenJpeg(5000), answers: BROKEN },
    { name: 'a JPEG that lies about its size', file: sized(65_500, 65_500), answers: LARGE },
    { name: 'a JPEG that claims more rows', file: sized(64, 6000), answers: SURVIVED },
    {
      name: 'a JPEG with 20 MB of EXIF',
      file: Buffer.concat([
        photograph.subarray(0, 2),
        ...Array.from({ length: 300 }, () => segment),
        photograph.subarray(2),
      ]),
      answers: SURVIVED,
    },
    { name: 'a JPEG with 1,000 scans', file: manyScans(photograph), answers: SURVIVED },
    {
      name: 'a JPEG that is a zip file too',
      file: Buffer.concat([photograph, bytes('PK\x03\x04'), Buffer.alloc(5000)]),
      answers: ['works'],
    },
    { name: 'a GIF of 10,000 frames', file: gif(10_000), answers: LARGE },
    { name: 'a GIF with a screen of 64k × 64k', file: screen, answers: SURVIVED },
    {
      name: 'a GIF that is a script too',
      file: Buffer.concat([animated, bytes('*/=1;alert(1)//')]),
      answers: ['works'],
    },
    { name: 'a GIF without an image', file: bytes('GIF89a\x10\0\x10\0\0\0\0;'), answers: BROKEN },
  ];
}

/** Its only scan a thousand times over. */
function manyScans(photograph: Uint8Array): Buffer {
  const start = Buffer.from(photograph).indexOf(Buffer.from([0xff, 0xda]));
  const scan = photograph.subarray(start, photograph.length - 2);
  return Buffer.concat([
    photograph.subarray(0, start),
    ...Array.from({ length: 1000 }, () => scan),
    Buffer.from([0xff, 0xd9]),
  ]);
}

async function cut(): Promise<HostileFile[]> {
  const files: HostileFile[] = [];
  for (const format of ['png', 'jpeg', 'webp', 'gif', 'avif'] as const) {
    const whole = await photo(200, 150, format);
    files.push(
      { name: `a ${format} that ends in its middle`, file: whole.subarray(0, whole.length / 2), answers: BROKEN },
      { name: `a ${format} that ends after 40 bytes`, file: whole.subarray(0, 40), answers: BROKEN },
    );
  }
  return files;
}

async function webpAndAvif(): Promise<HostileFile[]> {
  const webp = await photo(64, 64, 'webp');
  const lying = Buffer.concat([
    bytes('RIFF\xff\xff\xff\x7fWEBPVP8X\x0a\0\0\0\0\0\0\0\xff\x3f\0\xff\x3f\0'),
    webp.subarray(12),
  ]);
  const avif = await photo(64, 64, 'avif');
  const size = avif.indexOf('ispe');
  const wide = Buffer.from(avif);
  wide.writeUInt32BE(65_535, size + 8);
  wide.writeUInt32BE(65_535, size + 12);
  return [
    { name: 'a WebP that claims 16k × 16k pixels', file: lying, answers: REFUSED },
    {
      name: 'a WebP of garbage',
      file: bytes(`RIFF\x40\0\0\0WEBPVP8L\x30\0\0\0\x2f${'\xaa'.repeat(47)}`),
      answers: BROKEN,
    },
    { name: 'an AVIF that lies about its size', file: wide, answers: REFUSED },
    {
      name: 'an AVIF of nested boxes',
      file: Buffer.concat([Buffer.from([0, 0, 0, 20]), bytes('ftypavif\0\0\0\0avif'), nested(200)]),
      answers: BROKEN,
    },
  ];
}

function nested(depth: number): Buffer {
  let inner = Buffer.alloc(0);
  for (let level = 0; level < depth; level++) {
    const head = Buffer.alloc(12);
    head.writeUInt32BE(inner.length + 12, 0);
    head.write('meta', 4, 'latin1');
    inner = Buffer.concat([head, inner]);
  }
  return inner;
}

/** Files that are made to harm what decodes them, each with the answers that are right. */
export async function hostileFiles(): Promise<HostileFile[]> {
  const photograph = await photo(64, 64, 'jpeg');
  return [
    ...others(),
    ...svgs(),
    ...pngs(),
    ...pngsWithBombs(),
    ...oddPngs(),
    ...jpegsAndGifs(photograph, await photo(32, 32, 'gif')),
    ...(await cut()),
    ...(await webpAndAvif()),
  ];
}
