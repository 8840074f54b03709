import { expect, it, vi } from 'vitest';
import { kindOf } from '../../kernel/file-kind.ts';
import { bombPng, brokenJpeg, gif, noisePng, plainPng } from '../../testing/pictures.ts';
import { preparePicture } from './index.ts';

// Each picture starts a process, which is slow on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const never = new AbortController().signal;
const limits = { longestEdge: 256, maxBytes: 60_000 };

it('a picture is scaled to the limits and has the reported size', async () => {
  const picture = await preparePicture(noisePng(900, 600), limits, never);
  expect(picture.mediaType).toBe('image/jpeg');
  expect(kindOf(picture.data)).toEqual({ kind: 'picture', mediaType: 'image/jpeg' });
  expect(picture.size).toEqual({ width: 256, height: 171 });
  expect(picture.data.length).toBeLessThanOrEqual(limits.maxBytes);
});

it('a small drawing stays a lossless PNG', async () => {
  const picture = await preparePicture(plainPng(20, 10), limits, never);
  expect(picture).toMatchObject({ mediaType: 'image/png', size: { width: 20, height: 10 } });
  expect(kindOf(picture.data)).toEqual({ kind: 'picture', mediaType: 'image/png' });
});

it('the first of thousands of frames is used', async () => {
  const picture = await preparePicture(gif(10_000), limits, never);
  expect(picture.size).toEqual({ width: 1, height: 1 });
});

it.each([
  ['60,000 pixels wide and high', bombPng()],
  ['broken', brokenJpeg(5000)],
  ['cut in the middle', noisePng(300, 300).subarray(0, 100_000)],
  [
    'an SVG that calls itself a PNG',
    Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.from('<svg/>')]),
  ],
])('a picture that is %s is refused', async (_, file) => {
  await expect(preparePicture(file, limits, never)).rejects.toMatchObject({ code: 'media/unreadable' });
});

it("aborting ends the picture's process", async () => {
  const stop = new AbortController();
  const prepared = preparePicture(noisePng(2000, 1500), limits, stop.signal);
  stop.abort(new Error('stopped'));
  await expect(prepared).rejects.toThrow('stopped');
});
