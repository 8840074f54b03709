import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { silentLogger } from '../../kernel/logger.ts';
import { createImageWork } from '../../platform/media/index.ts';
import { noisePng } from '../../testing/pictures.ts';
import { sharedBot } from '../../testing/shared-bot.ts';

const folder = await mkdtemp(join(tmpdir(), 'familiar-ffmpeg-'));
const ffmpeg = join(folder, 'ffmpeg');
const imageWork = createImageWork({ logger: silentLogger, ffmpeg, limits: { spares: 0 } });
afterAll(async () => {
  await imageWork.close();
  await rm(folder, { recursive: true });
});

const bot = sharedBot({ paced: false, imageWork, yaml: 'features: { images: { channels: [art] } }' });

const offered = async (text: string): Promise<(string | number)[]> =>
  (await bot.alice.completes('gif', { format: text }, 'format')).map(({ value }) => value);

it('offers videos only where ffmpeg is installed, and says that it is missing when they are asked for', async () => {
  const files = [1, 2].map((number) => ({ name: `${number}.png`, data: noisePng(8, 8), type: 'image/png' }));
  const first = await bot.alice.says('#art', 'look', { files });
  expect(await offered('')).toEqual(['gif', 'webp']);
  expect(await offered('m')).toEqual([]);
  await bot.alice.runs('gif', { message: first.id, format: 'mp4' }, { in: '#art' });
  const refused = await bot.alice.sees(/ffmpeg is not installed/, { in: '#art' });
  expect(refused.content).toContain('Choose `gif` or `webp`.');
  await bot.idle();
  await bot.alice.runs('gif', { message: first.id, format: 'avi' }, { in: '#art' });
  await bot.alice.sees(/can't make that kind of file. Choose one of `gif`, `webp`, `mp4`/);

  // Stands for ffmpeg: the list of images is its video.
  await writeFile(ffmpeg, '#!/bin/sh\n[ "$1" = -version ] || cp list.txt video.mp4\n');
  await chmod(ffmpeg, 0o755);
  expect(await offered('M')).toEqual(['mp4']);
  await bot.alice.runs('gif', { message: first.id, format: 'mp4' }, { in: '#art' });
  await bot.alice.sees(({ attachments }) => attachments[0]?.filename === 'reply-chain.mp4', { timeoutMs: 30_000 });
});
