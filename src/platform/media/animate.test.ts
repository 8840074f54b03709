import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it, vi } from 'vitest';
import { silentLogger } from '../../kernel/logger.ts';
import { createImageWork } from './index.ts';
import { encodeGif } from './child/gif/encode-gif.ts';
import { photo, photoPixels, pixelAt } from './testing/samples.ts';
import { never, sharedWork } from './testing/work.ts';

vi.setConfig({ testTimeout: 60_000 });

const plain = (colour: string, width = 80, height = 60) =>
  sharp({ create: { width, height, channels: 3, background: colour } })
    .png()
    .toBuffer();

describe('an animation of images', () => {
  it('shows them one after the other, centred on one canvas', async () => {
    const files = [await plain('#ff0000'), await plain('#00ff00', 30, 60), await plain('#0000ff')];
    const made = await sharedWork().animate(files, {}, never);
    expect(made).toMatchObject({ contentType: 'image/gif', width: 80, height: 60, frames: 3, leftOut: 0 });
    const metadata = await sharp(made.bytes).metadata();
    expect(metadata).toMatchObject({ pages: 3, loop: 0, delay: [700, 700, 700] });
    const second = await sharp(made.bytes, { page: 1 }).png().toBuffer();
    expect(await pixelAt(second, 40, 30)).toEqual([0, 255, 0, 255]);
    expect(await pixelAt(second, 2, 30)).toEqual([0x2b, 0x2d, 0x31, 255]);
  });

  it('leaves out the newest beyond the most frames, and gets small enough', async () => {
    const pixels = [1, 2, 3, 4].map((seed) => photoPixels(160, 120, seed));
    const raw = { width: 160, height: 120, channels: 3 } as const;
    const files = await Promise.all(pixels.map((data) => sharp(data, { raw }).png().toBuffer()));
    const work = sharedWork();
    const some = await work.animate(files, { maxFrames: 3, longestEdge: 80 }, never);
    expect(some).toMatchObject({ width: 80, height: 60, frames: 3, leftOut: 1 });
    const small = await work.animate(files, { maxBytes: 12_000 }, never);
    expect(small.bytes.length).toBeLessThanOrEqual(12_000);
    expect(small.width).toBeLessThan(160);
    await expect(work.animate(files, { maxBytes: 200 }, never)).rejects.toMatchObject({ code: 'media/cannot-shrink' });
    const webp = await work.animate(files, { format: 'webp' }, never);
    expect(await work.inspect(webp.bytes, never)).toMatchObject({ contentType: 'image/webp', frames: 4 });
  });

  it('takes the frames of animated images where asked, at their own pace', async () => {
    const canvas = { width: 40, height: 40 };
    const pixels = ['#f00', '#0f0'].map((background) =>
      sharp({ create: { ...canvas, channels: 4, background } }).raw(),
    );
    const frames = await Promise.all(pixels.map(async (image) => ({ pixels: await image.toBuffer(), delayMs: 250 })));
    const gif = encodeGif(frames, canvas, { colours: 16 }) ?? Buffer.alloc(0);
    const work = sharedWork();
    expect(await work.animate([gif], {}, never)).toMatchObject({ frames: 1 });
    const made = await work.animate([gif, await plain('#0000ff', 40, 40)], { animated: true }, never);
    expect((await sharp(made.bytes).metadata()).delay).toEqual([250, 250, 700]);
    const captioned = await work.finish(gif, { maxBytes: 1e6, caption: 'Blink' }, never);
    expect(await work.inspect(captioned.bytes, never)).toMatchObject({
      contentType: 'image/gif',
      frames: 2,
      width: 40,
    });
    expect(captioned.height).toBeGreaterThan(50);
  });

  it('zooms out through a chain until the last image is whole', async () => {
    const inner = await plain('#ff0000', 40, 40);
    const outer = await sharp(await plain('#0000ff', 80, 80))
      .composite([{ input: inner, left: 20, top: 20 }])
      .png()
      .toBuffer();
    const steps = [{ bytes: inner }, { bytes: outer, inner: { left: 20, top: 20, width: 40, height: 40 } }];
    const made = await sharedWork().zoom(steps, { maxFrames: 9 }, never);
    expect(made).toMatchObject({ frames: 9, width: 40, height: 40 });
    const blue = async (page: number) =>
      (await sharp(await sharp(made.bytes, { page }).png().toBuffer()).stats()).channels[2]?.mean ?? 0;
    const [first, middle, last] = [await blue(0), await blue(4), await blue(8)];
    expect(first).toBeLessThan(2);
    expect(middle).toBeGreaterThan(first + 20);
    expect(last).toBeCloseTo(255 * 0.75, -1);
  });

  it('shows a panned image between margins, not squeezed', async () => {
    const inner = await plain('#ff0000', 40, 40);
    const outer = await sharp(await plain('#0000ff', 80, 40))
      .composite([{ input: inner, left: 0, top: 0 }])
      .png()
      .toBuffer();
    const steps = [{ bytes: inner }, { bytes: outer, inner: { left: 0, top: 0, width: 40, height: 40 } }];
    const made = await sharedWork().zoom(steps, { maxFrames: 9 }, never);
    const { data, info } = await sharp(made.bytes, { page: 8 })
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    const at = (x: number, y: number) => [...data.subarray((y * info.width + x) * 3, (y * info.width + x) * 3 + 3)];
    expect([at(20, 4), at(20, 36)].flat().every((value) => value < 12)).toBe(true);
    expect(at(8, 20)[0]).toBeGreaterThan(200);
    expect(at(32, 20)[2]).toBeGreaterThan(200);
  });

  it('becomes a video where ffmpeg is installed, and says where it is not', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'familiar-ffmpeg-'));
    const script = join(folder, 'ffmpeg');
    // Stands for ffmpeg: the list of images is its video.
    await writeFile(script, '#!/bin/sh\n[ "$1" = -version ] || cp list.txt video.mp4\n');
    await chmod(script, 0o755);
    const of = (ffmpeg: string) => createImageWork({ logger: silentLogger, ffmpeg, limits: { spares: 0 } });
    const [there, missing] = [of(script), of(join(folder, 'none'))];
    const files = [await photo(31, 21), await photo(31, 21)];
    const made = await there.animate(files, { format: 'mp4', delayMs: 500 }, never);
    expect(made).toMatchObject({ contentType: 'video/mp4', width: 30, height: 20, frames: 2 });
    expect(Buffer.from(made.bytes).toString()).toContain('file 1.jpg\nduration 0.500');
    expect(await Promise.all([there.makesVideos(), missing.makesVideos()])).toEqual([true, false]);
    await expect(missing.animate(files, { format: 'mp4' }, never)).rejects.toMatchObject({ code: 'media/no-ffmpeg' });
    await Promise.all([there.close(), missing.close(), rm(folder, { recursive: true })]);
  });
});

describe('the GIF encoder', () => {
  it('keeps up to 256 colours as they are, at every size of dictionary', async () => {
    const canvas = { width: 300, height: 200 };
    const pixels = new Uint8Array(canvas.width * canvas.height * 4);
    let state = 7;
    for (let at = 0; at < pixels.length; at += 4) {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      pixels.set([(state >>> 9) & 0xf0, (state >>> 13) & 0xf0, 128, 255], at);
    }
    const gif = encodeGif([{ pixels, delayMs: 100 }], canvas, { colours: 256 }) ?? Buffer.alloc(0);
    const shown = await sharp(gif).ensureAlpha().raw().toBuffer();
    expect(Buffer.compare(shown, Buffer.from(pixels))).toBe(0);
  });

  it('stores what changed where frames share the rest', async () => {
    const canvas = { width: 100, height: 100 };
    const rgb = photoPixels(100, 100);
    const first = await sharp(rgb, { raw: { width: 100, height: 100, channels: 3 } })
      .ensureAlpha()
      .raw()
      .toBuffer();
    const second = Uint8Array.from(first);
    for (let at = 0; at < 400; at += 4) second.set([255, 0, 0, 255], 40_00 * 4 + at);
    const one = encodeGif([{ pixels: first, delayMs: 100 }], canvas, { colours: 64 })?.length ?? 0;
    const both =
      encodeGif(
        [first, second].map((pixels) => ({ pixels, delayMs: 100 })),
        canvas,
        { colours: 64 },
      ) ?? Buffer.alloc(0);
    expect(both.length - one).toBeLessThan(one / 10);
    const shown = await sharp(both, { page: 1 }).png().toBuffer();
    expect(await pixelAt(shown, 50, 40)).toEqual([255, 0, 0, 255]);
  });
});
