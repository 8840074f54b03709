import { afterAll, describe, expect, it } from 'vitest';
import { createModelBench } from '../../testing/model-bench.ts';
import { bombPng, plainPng } from '../../testing/pictures.ts';
import { fakeMp3, fakeSound, fakeWave } from '../../testing/sounds.ts';
import type { Ability, AbilityWork } from '../../platform/models/index.ts';
import { quote } from './abilities.ts';
import { bounds, measures } from './measure.ts';

const bench = await createModelBench();
const models = await bench.open({ openai: bench.openai() });
afterAll(async () => {
  await bench.finish();
  await bench.fake.close();
});

function measured<A extends Ability>(ability: A, work: AbilityWork[A]) {
  const model = models.abilities.defaultOf(ability);
  if (!model) throw new Error(`nothing can ${ability}`);
  return Promise.resolve().then(() => measures[ability](work, model, models.abilities));
}

describe('the most that work can use', () => {
  it('is every token of every text', async () => {
    const { tokens = 0 } = await measured('embed', { texts: ['one two three', 'four'] });
    expect(tokens).toBeGreaterThanOrEqual(4);
    expect(tokens).toBeLessThan(60);
  });

  it.each([
    ['Ogg', fakeSound(3), 3],
    ['WAV', fakeWave(4), 4],
    ['MP3', fakeMp3(100), 100 * (1152 / 44_100)],
    ['a format that is not read', Buffer.concat([Buffer.from('fLaC'), Buffer.alloc(746)]), 1],
  ])('is the length of a sound: %s', async (_format, audio, seconds) => {
    const { seconds: found } = await measured('transcribe', { audio, contentType: 'audio/x' });
    expect(found).toBeCloseTo(seconds, 3);
  });

  it('is every text and image that is judged', async () => {
    const images = [plainPng(64, 64)];
    const { tokens: alone = 0 } = await measured('moderate', { texts: ['good morning'] });
    const { tokens = 0 } = await measured('moderate', { texts: ['good morning'], images });
    expect(tokens).toBeGreaterThan(alone + 1000);
    await expect(measured('moderate', { texts: [], images: [Buffer.from('no image')] })).rejects.toMatchObject({
      code: 'paid.unreadable.image',
    });
  });

  it('is every character, however slowly it is spoken', async () => {
    expect(await measured('speak', { text: 'a🐈', speed: 0.5 })).toEqual({
      characters: 2,
      seconds: 12,
      estimated: true,
    });
  });

  it('is every image', async () => {
    const images = { count: 3, size: '1024x1024', quality: 'low' } as const;
    expect(await measured('draw', { prompt: 'cats', ...images })).toEqual({ images, estimated: true });
  });
});

const image = (bytes: Uint8Array) => ({ bytes, role: 'image' as const });
const draws = (work: Partial<AbilityWork['draw']>) => measured('draw', { prompt: 'a cat', ...work });

describe('more than one call takes', () => {
  it.each([
    ['texts', () => measured('embed', { texts: Array.from({ length: bounds.texts + 1 }, () => 'a') })],
    ['characters', () => measured('moderate', { texts: ['a'.repeat(bounds.textCharacters + 1)] })],
    ['characters', () => measured('embed', { texts: Array.from({ length: 20 }, () => 'a'.repeat(30_000)) })],
    ['audio-mb', () => measured('transcribe', { audio: Buffer.alloc(26_000_000), contentType: 'audio/ogg' })],
    ['audio-minutes', () => measured('transcribe', { audio: fakeSound(1801), contentType: 'audio/ogg' })],
    ['spoken-characters', () => measured('speak', { text: 'a'.repeat(4097) })],
    ['characters', () => draws({ prompt: 'a'.repeat(32_001) })],
    ['images', () => draws({ count: 11 })],
    ['input-images', () => draws({ inputs: Array.from({ length: 17 }, () => image(plainPng(1, 1))) })],
    ['input-mb', () => draws({ inputs: [image(Buffer.alloc(20_000_001))] })],
    ['megapixels', () => draws({ inputs: [image(bombPng())] })],
  ])('is refused in %s', async (what, attempt) => {
    await expect(attempt()).rejects.toMatchObject({ name: 'UserError', code: `paid.too-much.${what}` });
  });

  it('is told apart from what is no sound or no image', async () => {
    const nothing = Buffer.from('hello');
    await expect(measured('transcribe', { audio: nothing, contentType: 'audio/ogg' })).rejects.toMatchObject({
      code: 'paid.unreadable.audio',
    });
    await expect(draws({ inputs: [image(nothing)] })).rejects.toMatchObject({ code: 'paid.unreadable.image' });
  });

  it.each([
    ['no texts', () => measured('embed', { texts: [] })],
    ['an empty text', () => measured('embed', { texts: ['a', ' '] })],
    ['a speed', () => measured('speak', { text: 'a', speed: 9 })],
    ['half an image', () => draws({ count: 0.5 })],
    ['a size', () => draws({ size: 'large' })],
    ['an aspect', () => draws({ aspect: '0:1' })],
    ['a mask without an image', () => draws({ inputs: [{ bytes: plainPng(1, 1), role: 'mask' }] })],
  ])('is another thing than %s that no program should ask for', async (_what, attempt) => {
    await expect(attempt()).rejects.toBeInstanceOf(RangeError);
  });
});

it('what no provider can do is refused in words', async () => {
  const none = await bench.open({});
  const prices = { ofUse: () => 0 } as never;
  await expect(quote({ models: none, prices }, 'draw', { prompt: 'a cat' })).rejects.toMatchObject({
    code: 'paid.no-model.draw',
  });
});
