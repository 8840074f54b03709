import sharp from 'sharp';
import { describe, expect, it, vi } from 'vitest';
import { difference, photo, pixelAt } from './testing/samples.ts';
import { never, sharedWork } from './testing/work.ts';

// Each process takes a while to start on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const note = {
  prompt: 'a 猫 on a "wall" 🐈',
  negativePrompt: 'dogs',
  model: 'demo/paint',
  seed: 42,
  settings: { size: '64x64' },
};

describe('finishing an image', () => {
  it('passes an image unchanged when nothing has to be done', async () => {
    const work = sharedWork();
    for (const format of ['png', 'jpeg', 'webp', 'gif'] as const) {
      const file = await photo(64, 48, format);
      const finished = await work.finish(file, { maxBytes: 1e6 }, never);
      expect(finished.bytes).toBe(file);
      expect(finished).toMatchObject({ contentType: `image/${format}`, width: 64, height: 48, shrunk: 'no' });
    }
  });

  it('writes the note into every format and reads it back, with the same pixels', async () => {
    const work = sharedWork();
    for (const format of ['png', 'jpeg', 'webp', 'gif'] as const) {
      const file = await photo(64, 48, format);
      const finished = await work.finish(file, { maxBytes: 1e6, note }, never);
      expect(await work.inspect(finished.bytes, never)).toMatchObject({ contentType: `image/${format}`, note });
      expect(await difference(finished.bytes, file)).toBe(0);
    }
    const fromAvif = await work.finish(await photo(64, 48, 'avif'), { maxBytes: 1e6, note }, never);
    expect(await work.inspect(fromAvif.bytes, never)).toMatchObject({ width: 64, height: 48, note });
  });

  it('strips foreign metadata and what hides behind the end', async () => {
    const work = sharedWork();
    const secret = 'Exactly where I live';
    const plain = sharp(await photo(64, 48));
    const exif = { IFD0: { Copyright: secret }, IFD3: { GPSLatitude: '51/1 30/1 0/1' } };
    const files = [
      await plain.clone().png().withExif(exif).toBuffer(),
      await plain.clone().jpeg().withExif(exif).withXmp(`<x>${secret}</x>`).toBuffer(),
      await plain.clone().webp().withExif(exif).toBuffer(),
      Buffer.concat([await photo(64, 48, 'png'), Buffer.from(secret)]),
      Buffer.concat([await photo(64, 48, 'jpeg'), Buffer.from(secret)]),
      Buffer.concat([await photo(64, 48, 'gif'), Buffer.from(secret)]),
      Buffer.concat([await photo(64, 48, 'webp'), Buffer.from(secret)]),
    ];
    for (const file of files) {
      expect(file.includes(secret)).toBe(true);
      const { bytes } = await work.finish(file, { maxBytes: 1e6 }, never);
      expect(Buffer.from(bytes).includes(secret)).toBe(false);
      expect((await sharp(bytes).metadata()).exif).toBeUndefined();
      expect(await difference(bytes, file)).toBe(0);
    }
  });

  it('turns a photograph upright', async () => {
    const turned = await sharp(await photo(64, 48, 'jpeg'))
      .withMetadata({ orientation: 6 })
      .toBuffer();
    const work = sharedWork();
    expect(await work.inspect(turned, never)).toMatchObject({ width: 48, height: 64 });
    const finished = await work.finish(turned, { maxBytes: 1e6 }, never);
    expect(finished).toMatchObject({ width: 48, height: 64, shrunk: 'no' });
    expect((await sharp(finished.bytes).metadata()).orientation).toBeUndefined();
  });

  it('draws the caption on a strip below the image, in any script', async () => {
    const work = sharedWork();
    const file = await photo(300, 100);
    const heights: number[] = [];
    for (const caption of ['A cat', '猫 кошка قطة 🐈'.repeat(4), 'word '.repeat(2000)]) {
      const finished = await work.finish(file, { maxBytes: 1e6, caption }, never);
      expect(finished.width).toBe(300);
      heights.push(finished.height);
      const image = sharp(finished.bytes);
      expect(
        await difference(
          await image.clone().extract({ left: 0, top: 0, width: 300, height: 100 }).png().toBuffer(),
          file,
        ),
      ).toBe(0);
      expect((await pixelAt(finished.bytes, 0, finished.height - 1)).slice(0, 3)).toEqual([0x2b, 0x2d, 0x31]);
      const strip = image.extract({ left: 0, top: 100, width: 300, height: finished.height - 100 });
      expect((await sharp(await strip.png().toBuffer()).stats()).channels[0]?.max).toBeGreaterThan(200);
    }
    // One line, some, at most four.
    expect(heights[1]).toBeGreaterThan(heights[0] ?? 0);
    expect(heights[2]).toBeLessThanOrEqual(100 + 4 * 18 + 24);
  });

  it('makes an image small enough by quality, then format, then scale, or says that it cannot', async () => {
    const work = sharedWork();
    const file = await photo(400, 300);
    const made = [];
    for (const maxBytes of [file.length, 40_000, 9000, 1500])
      made.push(await work.finish(file, { maxBytes, note }, never));
    expect(made.map(({ bytes }, index) => bytes.length <= ([1e6, 40_000, 9000, 1500][index] ?? 0))).not.toContain(
      false,
    );
    expect(made.at(1)).toMatchObject({ width: 400, height: 300, shrunk: 'compressed' });
    expect(made.at(3)?.shrunk).toBe('scaled');
    for (const { bytes } of made) expect((await work.inspect(bytes, never)).note).toEqual(note);
    await expect(work.finish(file, { maxBytes: 30 }, never)).rejects.toMatchObject({ code: 'media/cannot-shrink' });
    const preview = await work.finish(await photo(1024, 512), { maxBytes: 1e5, purpose: 'preview' }, never);
    expect(preview).toMatchObject({ width: 512, height: 256 });
  });
});
