import sharp from 'sharp';
import type { Region } from 'sharp';
import { describe, expect, it, vi } from 'vitest';
import { difference, photo, pixelAt } from './testing/samples.ts';
import { never, sharedWork } from './testing/work.ts';

vi.setConfig({ testTimeout: 60_000 });

const size = { width: 128, height: 96 };

describe('painting an image', () => {
  it('gives the same image for the same prompt and seed, and visibly others for others', async () => {
    const work = sharedWork();
    const of = (prompt: string, seed = 1) => work.paint({ prompt, seed, ...size }, never);
    const cat = await of('a cat in a meadow');
    expect(cat).toMatchObject({ contentType: 'image/png', ...size });
    expect(await difference((await of('a cat in a meadow')).bytes, cat.bytes)).toBe(0);
    const others = [await of('a cat in a meadow', 2), await of('a red castle at night'), await of('quarterly figures')];
    for (const { bytes } of others) expect(await difference(bytes, cat.bytes)).toBeGreaterThan(8);
  });

  it('edits an image as the prompt says: darker for night, blue for blue', async () => {
    const work = sharedWork();
    const base = await photo(128, 96);
    const means = async (bytes: Uint8Array) => (await sharp(bytes).stats()).channels.map(({ mean }) => mean);
    const [before, night, blue] = [
      await means(base),
      await means((await work.paint({ prompt: 'make it night', seed: 1, base, ...size }, never)).bytes),
      await means((await work.paint({ prompt: 'make it blue', seed: 1, base, ...size }, never)).bytes),
    ];
    expect(night[0]).toBeLessThan((before[0] ?? 0) * 0.7);
    expect((blue[2] ?? 0) - (blue[0] ?? 0)).toBeGreaterThan((before[2] ?? 0) - (before[0] ?? 0) + 15);
  });

  it('paints only the transparent part of a mask', async () => {
    const work = sharedWork();
    const base = await photo(128, 96);
    const hole = { create: { width: 64, height: 96, channels: 4, background: '#000000' } } as const;
    const mask = await sharp({ create: { ...size, channels: 4, background: '#ffffff' } })
      .composite([{ input: hole, blend: 'dest-out', left: 0, top: 0 }])
      .png()
      .toBuffer();
    const painted = await work.paint({ prompt: 'a house', seed: 1, base, mask, ...size }, never);
    const half = (bytes: Uint8Array, left: number) =>
      sharp(bytes).extract({ left, top: 0, width: 60, height: 96 }).png().toBuffer();
    expect(await difference(await half(painted.bytes, 68), await half(base, 68))).toBeLessThan(1);
    expect(await difference(await half(painted.bytes, 0), await half(base, 0))).toBeGreaterThan(8);
  });
});

describe('painting on around an image', () => {
  const side = 240;
  const inner = { prompt: 'a tree', seed: 3, width: side, height: side };
  const zoomed = (base: Uint8Array, margin: number, prompt = 'a tree', edge = side) => {
    const margins = { left: margin, top: margin, right: margin, bottom: margin };
    const size = { width: edge + margin * 2, height: edge + margin * 2 };
    return sharedWork().paint({ prompt, seed: 9, base, margins, ...size }, never);
  };
  const day = () => sharedWork().paint({ ...inner, prompt: 'a tree on a sunny day' }, never);
  const night = async () => sharedWork().paint({ ...inner, prompt: 'make it night', base: (await day()).bytes }, never);

  it('keeps the image, and gives the same for the same seed', async () => {
    const { bytes } = await day();
    const [once, again] = [await zoomed(bytes, 120), await zoomed(bytes, 120)];
    expect(once).toMatchObject({ width: 480, height: 480 });
    expect(await difference(once.bytes, again.bytes)).toBe(0);
    const area = { left: 20, top: 20, width: 200, height: 200 };
    const middle = await sharp(once.bytes)
      .extract({ ...area, left: 140, top: 140 })
      .png()
      .toBuffer();
    expect(await difference(middle, await sharp(bytes).extract(area).png().toBuffer())).toBeLessThan(1);
  });

  it.each([
    ['a day', day, 'a tree'],
    ['a day, for a prompt that names the night', day, 'a tree at night'],
    ['a night', night, 'a tree on a sunny day'],
    ['a photograph', async () => ({ bytes: await photo(side, side) }), 'a photo'],
  ] as const)('shows no border around %s, also when zoomed out of again', async (_name, make, prompt) => {
    const { bytes } = await make();
    const once = await zoomed(bytes, 120, prompt);
    expect(Math.max(...(await stepsAround(bytes, once.bytes)))).toBeLessThan(MOST_STEP);
    const twice = await zoomed(once.bytes, 120, prompt, 480);
    expect(Math.max(...(await stepsAround(once.bytes, twice.bytes)))).toBeLessThan(MOST_STEP);
  });

  it('adds no second moon to a night, and no sun to a day', async () => {
    for (const make of [day, night]) {
      const { bytes } = await zoomed((await make()).bytes, 120, 'a tree with the sun and the moon');
      // Blurred, stars are gone; a sun or moon would be 20 pixels wide and nearly white.
      const above = sharp(bytes).extract({ left: 0, top: 0, width: 480, height: 80 }).blur(4);
      const { channels } = await sharp(await above.png().toBuffer()).stats();
      expect(channels[0]?.max).toBeLessThan(175);
    }
  });

  it('adds only where there is a margin', async () => {
    const { bytes } = await day();
    const options = { ...inner, base: bytes, width: 360, margins: { left: 120, top: 0, right: 0, bottom: 0 } };
    const panned = await sharedWork().paint(options, never);
    const kept = { left: 20, top: 0, width: 220, height: side };
    const old = await sharp(panned.bytes)
      .extract({ ...kept, left: 140 })
      .png()
      .toBuffer();
    expect(await difference(old, await sharp(bytes).extract(kept).png().toBuffer())).toBe(0);
    const tight = { ...options, margins: { left: 200, top: 0, right: 160, bottom: 0 } };
    await expect(sharedWork().paint(tight, never)).rejects.toMatchObject({ code: 'media/unreadable' });
  });
});

/** In levels of 255. */
const MOST_STEP = 25;

/** For each side: how far the mean colours of an image's edge and of what was added beyond it are apart. */
async function stepsAround(old: Uint8Array, enlarged: Uint8Array): Promise<number[]> {
  const [{ width: from = 0 }, { width: to = 0 }] = [await sharp(old).metadata(), await sharp(enlarged).metadata()];
  const [margin, thick] = [(to - from) / 2, 10];
  const edges = (size: number, start: number, length: number) => [
    { left: start, top: size, width: length, height: thick },
    { left: size, top: start, width: thick, height: length },
  ];
  const meansOf = async (bytes: Uint8Array, area: Region) =>
    (await sharp(await sharp(bytes).extract(area).png().toBuffer()).stats()).channels.map(({ mean }) => mean);
  const within = [...edges(0, 0, from), ...edges(from - thick, 0, from)];
  const beyond = [...edges(margin - thick, margin, from), ...edges(margin + from, margin, from)];
  return Promise.all(
    within.map(async (area, side) => {
      const [inner, outer] = [await meansOf(old, area), await meansOf(enlarged, beyond[side] ?? area)];
      return Math.max(...inner.map((mean, channel) => Math.abs(mean - (outer[channel] ?? 0))));
    }),
  );
}

describe('more room around an image', () => {
  it('keeps the old image where it was, and masks what is new', async () => {
    const base = await photo(100, 80);
    const made = await sharedWork().enlarge(base, { left: 50, top: 0, right: 0, bottom: 20 }, never);
    for (const part of [made.image, made.mask, made.transparentMask])
      expect(part).toMatchObject({ width: 150, height: 100 });
    const old = await sharp(made.image.bytes).extract({ left: 50, top: 0, width: 100, height: 80 }).png().toBuffer();
    expect(await difference(old, base)).toBe(0);
    expect(await pixelAt(made.mask.bytes, 10, 10)).toEqual([255, 255, 255, 255]);
    expect(await pixelAt(made.mask.bytes, 120, 10)).toEqual([0, 0, 0, 255]);
    expect((await pixelAt(made.transparentMask.bytes, 10, 10))[3]).toBe(0);
    expect((await pixelAt(made.transparentMask.bytes, 120, 10))[3]).toBe(255);
  });

  it('masks cells of a grid, which are shown with numbers', async () => {
    const base = await photo(90, 90);
    const { mask, transparentMask } = await sharedWork().cellMask(base, [1, 6], never);
    expect((await pixelAt(mask.bytes, 15, 15))[0]).toBe(255);
    expect((await pixelAt(mask.bytes, 75, 45))[0]).toBe(255);
    expect((await pixelAt(mask.bytes, 45, 45))[0]).toBe(0);
    expect((await pixelAt(transparentMask.bytes, 75, 45))[3]).toBe(0);
    const shown = await sharedWork().numbered(base, never);
    expect(shown).toMatchObject({ width: 90, height: 90 });
    expect(await difference(shown.bytes, base)).toBeGreaterThan(5);
  });

  it('scales by resampling, within limits', async () => {
    const base = await photo(90, 60);
    expect(await sharedWork().scale(base, 2, never)).toMatchObject({
      width: 180,
      height: 120,
      contentType: 'image/png',
    });
    await expect(sharedWork().scale(base, 200, never)).rejects.toMatchObject({ code: 'media/too-large' });
  });
});

describe('several images on one', () => {
  it('puts them beside each other with labels, or below what they were made of', async () => {
    const work = sharedWork();
    const files = await Promise.all(
      ['#ff0000', '#00ff00', '#0000ff'].map((background) =>
        sharp({ create: { width: 60, height: 60, channels: 3, background } })
          .png()
          .toBuffer(),
      ),
    );
    const images = files.map((bytes, index) => ({
      bytes,
      id: String(index),
      parentIds: index === 2 ? ['0', '1'] : [],
    }));
    const sheet = await work.sheet(images, never);
    expect([
      await pixelAt(sheet.bytes, 160, 160),
      await pixelAt(sheet.bytes, 480, 160),
      await pixelAt(sheet.bytes, 160, 520),
    ]).toEqual([
      [255, 0, 0, 255],
      [0, 255, 0, 255],
      [0, 0, 255, 255],
    ]);
    // The number is white on a dark badge on the image's corner, and at least 3.5 % of the board's width high.
    const badge = sharp(sheet.bytes).extract({ left: 21, top: 21, width: 36, height: 50 }).extractChannel('green');
    const figure = await sharp(await badge.threshold(128).png().toBuffer())
      .trim({ background: '#000000', threshold: 50 })
      .toBuffer({ resolveWithObject: true });
    expect(figure.info.height).toBeGreaterThan(sheet.width * 0.035);
    expect(figure.info.height).toBeLessThan(50);
    const tree = await work.tree(images, never);
    expect(await pixelAt(tree.bytes, 160, 160)).toEqual([255, 0, 0, 255]);
    // The child stands below, in the middle.
    expect(await pixelAt(tree.bytes, Math.floor(tree.width / 2), tree.height - 200)).toEqual([0, 0, 255, 255]);
    const many = Array.from({ length: 26 }, () => ({ bytes: files[0] ?? Buffer.alloc(0) }));
    await expect(work.sheet(many, never)).rejects.toMatchObject({ code: 'media/too-large' });
  });
});
