import sharp from 'sharp';
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

  it('paints only the transparent part of a mask, and beyond a smaller image', async () => {
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
    const larger = await work.paint({ prompt: 'hills', seed: 1, base, width: 256, height: 192 }, never);
    const middle = await sharp(larger.bytes).extract({ left: 80, top: 64, width: 96, height: 64 }).png().toBuffer();
    const same = await sharp(base).extract({ left: 16, top: 16, width: 96, height: 64 }).png().toBuffer();
    expect(await difference(middle, same)).toBeLessThan(1);
  });
});

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
    const tree = await work.tree(images, never);
    expect(await pixelAt(tree.bytes, 160, 160)).toEqual([255, 0, 0, 255]);
    // The child stands below, in the middle.
    expect(await pixelAt(tree.bytes, Math.floor(tree.width / 2), tree.height - 200)).toEqual([0, 0, 255, 255]);
    const many = Array.from({ length: 26 }, () => ({ bytes: files[0] ?? Buffer.alloc(0) }));
    await expect(work.sheet(many, never)).rejects.toMatchObject({ code: 'media/too-large' });
  });
});
