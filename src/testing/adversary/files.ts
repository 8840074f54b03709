import { crc32, deflateSync } from 'node:zlib';
import type { PersonFile } from '../../../emulator/testing/person.ts';

type Random = () => number;

const LARGEST_TEXT = 256 * 1024;
/** Where an earlier estimate took its samples from such a file. */
const sampleStarts = (length: number) =>
  Array.from({ length: 30 }, (_, index) => Math.floor((index * (length - 2000)) / 29));

function spacesWhereSampled(): string {
  const units = Array.from({ length: LARGEST_TEXT }, (_, index) => ';:!?#*+'[index % 7] ?? ';');
  for (const start of sampleStarts(LARGEST_TEXT)) units.fill(' ', start, start + 2000);
  return units.join('');
}

const repeated = (text: string) => text.repeat(Math.floor(LARGEST_TEXT / Buffer.byteLength(text)));

const texts: Readonly<Record<string, (random: Random) => string | Buffer>> = {
  'spaces-where-sampled.txt': spacesWhereSampled,
  'one-letter.txt': () => repeated('a'),
  'signs.txt': () => repeated('{}[]();:,.<>/?|~`'),
  'emoji.txt': () => repeated('👩🏽‍🚀🏴‍☠️🫠'),
  'accents.txt': () => repeated('e\u0301\u0323'),
  'scripts.txt': () => repeated('ꙮ𒐫ᚠ𓀀ⵣ'),
  'newlines.txt': () => repeated(' \n\t'),
  'base64.txt': (random) => Buffer.from(Array.from({ length: 190_000 }, () => random() * 256)).toString('base64'),
  'special.txt': () => repeated('<|im_start|><|endoftext|>'),
  'fences.md': () => repeated('```\n````markdown\n~~~\n'),
  'zeros.bin': () => Buffer.alloc(LARGEST_TEXT),
  'utf16.txt': () => Buffer.from(`\ufeff${'wide '.repeat(20_000)}`, 'utf16le'),
};

const chunk = (type: string, data: Buffer): Buffer => {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
};

/** A grey PNG of this size; with `noise` its pixels hardly compress. */
function png(width: number, height: number, rows: number, noise?: Random): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  const pixels = Buffer.alloc((width + 1) * rows);
  if (noise)
    for (let index = 0; index < pixels.length; index += 1) pixels[index] = index % (width + 1) ? noise() * 256 : 0;
  const signature = Buffer.from('89504e470d0a1a0a', 'hex');
  const data = deflateSync(pixels, { level: 1 });
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', data), chunk('IEND', Buffer.alloc(0))]);
}

const pictures: Readonly<Record<string, (random: Random) => Buffer>> = {
  'large.png': (random) => png(2800, 2800, 2800, random),
  'wide.png': (random) => png(8000, 400, 400, random),
  'bomb.png': () => png(60_000, 60_000, 200),
  'truncated.png': (random) => png(1200, 1200, 1200, random).subarray(0, 40_000),
  'not-a-picture.png': () => Buffer.from('This is text.'),
  'vectors.svg': () => Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="60000" height="60000"></svg>`),
};

const typeOf = (name: string): string =>
  name.endsWith('.svg') ? 'image/svg+xml' : name.endsWith('.png') ? 'image/png' : 'text/plain; charset=utf-8';

/** Each is made once: a large one takes a second, and an attacker sends it many times. */
const made = new Map<string, PersonFile>();

function make(name: string, build: (random: Random) => string | Buffer, random: Random): PersonFile {
  const known = made.get(name);
  if (known) return known;
  const file = { name, data: build(random), type: typeOf(name) };
  made.set(name, file);
  return file;
}

function pick<T>(random: Random, from: Readonly<Record<string, T>>): [string, T] {
  const entries = Object.entries(from);
  const entry = entries[Math.floor(random() * entries.length)];
  if (!entry) throw new Error('There is nothing to pick from.');
  return entry;
}

export const hostileText = (random: Random): PersonFile => make(...pick(random, texts), random);
export const hostilePicture = (random: Random): PersonFile => make(...pick(random, pictures), random);
