import { circle, drawPng, stroke } from './drawing.ts';
import type { Color, Layer } from './drawing.ts';

const WHITE: Color = [255, 255, 255];
const SKIN: Color = [255, 204, 77];
const INK: Color = [102, 69, 0];

/** The colours of Discord's six default avatars. */
const AVATAR_COLORS: readonly Color[] = [
  [0x58, 0x65, 0xf2],
  [0x75, 0x7e, 0x8a],
  [0x3b, 0xa5, 0x5c],
  [0xfa, 0xa6, 0x1a],
  [0xed, 0x42, 0x45],
  [0xeb, 0x45, 0x9f],
];

/** Sizes that are drawn; anything else gets the largest. */
const SIZES: readonly number[] = [16, 32, 64, 128, 256];
const DEFAULT_SIZE = 256;
const drawn = new Map<string, Buffer>();

/** Draws each picture once; there are few pictures and few sizes. */
function drawOnce(name: string, wanted: string | undefined, layers: readonly Layer[]): Buffer {
  const size = SIZES.find((known) => String(known) === wanted) ?? DEFAULT_SIZE;
  const key = `${name}/${size}`;
  let picture = drawn.get(key);
  if (picture === undefined) drawn.set(key, (picture = drawPng(size, layers)));
  return picture;
}

/** The avatar of a user without one: a bust on a coloured ground; undefined when there is no such colour. */
export function defaultAvatar(index: number, size: string | undefined): Buffer | undefined {
  const color = AVATAR_COLORS[index];
  if (color === undefined) return undefined;
  return drawOnce(`avatar-${index}`, size, [
    { color, distance: () => -1 },
    { color: WHITE, distance: circle(0.5, 0.39, 0.17) },
    { color: WHITE, distance: (x, y) => Math.max(circle(0.5, 0.94, 0.33)(x, y), y - 0.94) },
  ]);
}

const FACE: readonly Layer[] = [
  { color: SKIN, distance: circle(0.5, 0.5, 0.36) },
  { color: INK, distance: circle(0.38, 0.42, 0.045) },
  { color: INK, distance: circle(0.62, 0.42, 0.045) },
  { color: INK, distance: (x, y) => Math.max(Math.abs(circle(0.5, 0.5, 0.2)(x, y)) - 0.02, 0.56 - y) },
];

/** The emulator's own pictures for the stickers that everybody has, by the sticker's id. */
const STICKER_LAYERS: Readonly<Record<string, readonly Layer[]>> = {
  // Wave: a raised hand.
  '749054660769218631': [
    ...FACE,
    { color: SKIN, distance: stroke(0.86, 0.62, 0.92, 0.24, 0.11) },
    { color: INK, distance: stroke(0.97, 0.12, 0.99, 0.16, 0.015) },
  ],
  // Applause: two hands that meet.
  '751606379340365864': [
    ...FACE,
    { color: SKIN, distance: stroke(0.3, 0.92, 0.47, 0.76, 0.13) },
    { color: SKIN, distance: stroke(0.7, 0.92, 0.53, 0.76, 0.13) },
  ],
  // Thumbs up.
  '754108890559283200': [
    { color: SKIN, distance: stroke(0.4, 0.62, 0.66, 0.62, 0.34) },
    { color: SKIN, distance: stroke(0.42, 0.5, 0.5, 0.2, 0.14) },
    { color: INK, distance: stroke(0.16, 0.48, 0.16, 0.78, 0.1) },
  ],
};

export function standardStickerPng(stickerId: string, size: string | undefined): Buffer | undefined {
  const layers = STICKER_LAYERS[stickerId];
  return layers === undefined ? undefined : drawOnce(`sticker-${stickerId}`, size, layers);
}

/** A Lottie animation of one second: a face that grows and shrinks. */
export function standardStickerLottie(stickerId: string): Buffer | undefined {
  if (!(stickerId in STICKER_LAYERS)) return undefined;
  const still = (value: unknown): unknown => ({ a: 0, k: value });
  const scale = [
    { t: 0, s: [100, 100], i: { x: [0.5], y: [1] }, o: { x: [0.5], y: [0] } },
    { t: 15, s: [110, 110], i: { x: [0.5], y: [1] }, o: { x: [0.5], y: [0] } },
    { t: 30, s: [100, 100] },
  ];
  const disc = (color: Color, x: number, y: number, diameter: number): unknown => ({
    ty: 'gr',
    it: [
      { ty: 'el', p: still([x, y]), s: still([diameter, diameter]) },
      { ty: 'fl', c: still([...color.map((part) => part / 255), 1]), o: still(100) },
      { ty: 'tr', p: still([0, 0]), a: still([0, 0]), s: still([100, 100]), r: still(0), o: still(100) },
    ],
  });
  const animation = {
    ...{ v: '5.7.0', fr: 30, ip: 0, op: 30, w: 320, h: 320, nm: stickerId, ddd: 0, assets: [] },
    layers: [
      {
        ...{ ty: 4, nm: 'face', ip: 0, op: 30, st: 0, sr: 1, ddd: 0, ind: 1 },
        ks: { o: still(100), r: still(0), p: still([160, 160]), a: still([160, 160]), s: { a: 1, k: scale } },
        shapes: [disc(INK, 122, 134, 28), disc(INK, 198, 134, 28), disc(SKIN, 160, 160, 230)],
      },
    ],
  };
  return Buffer.from(JSON.stringify(animation));
}
