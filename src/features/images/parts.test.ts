import { afterAll, expect, it } from 'vitest';
import type { APIMessage } from 'discord-api-types/v10';
import { fakeStability } from '../../testing/draw/stability.ts';
import { startDrawServer } from '../../testing/draw/server.ts';
import { plainPng } from '../../testing/pictures.ts';
import { sharedBot } from '../../testing/shared-bot.ts';

const stability = await startDrawServer(fakeStability);
afterAll(() => stability.close());
const bot = sharedBot({
  paced: false,
  yaml: (_, __, { openaiBaseUrl }) => `
providers:
  fake:
    type: openai-compatible
    baseUrl: ${openaiBaseUrl}
    apiKeys: [test-key]
    models: [{ name: test-model, contextTokens: 16000, maxOutputTokens: 4000 }, { name: painter, abilities: [draw] }]
  stability: { type: stability, baseUrl: ${stability.origin}, apiKeys: [test-key] }
prices: { images: { models: { fake/painter: { default: 0.02 } } } }
`,
});

const isImage = (message: APIMessage): boolean => message.attachments.length > 0;
const isResult =
  (words: string) =>
  (message: APIMessage): boolean =>
    isImage(message) && message.content.includes(words);
const image = { name: 'mine.png', data: plainPng(300, 300), type: 'image/png' };
const patiently = { timeoutMs: 30_000 };
/** Of the menu below a message. */
function menuOf(message: APIMessage): string {
  const rows = message.components as { components: { custom_id: string }[] }[];
  return rows[0]?.components[0]?.custom_id ?? '';
}

it('picks the parts to draw again on a numbered grid', async () => {
  await bot.alice.runs('image region', { prompt: 'a red hat', image });
  const grid = await bot.alice.sees(/Which part\?/, patiently);
  expect(grid.attachments).toMatchObject([{ filename: 'grid.png', width: 300, height: 300 }]);
  expect(bot.providers.abilities.requests).toEqual([]);
  await bot.alice.selects(grid, menuOf(grid), ['1', '2']);
  const begun = await bot.alice.sees((message) => message.id === grid.id && /drawing it/.test(message.content));
  expect([begun.components, begun.attachments]).toEqual([[], []]);
  await bot.alice.sees(isResult('a red hat'), patiently);
  expect(bot.providers.abilities.requests.map(({ files }) => files.map(({ field }) => field))).toEqual([
    ['image[]', 'mask'],
  ]);
});

it('erases by a model that can, with the parts named or picked', async () => {
  const sent = () => stability.requests.filter(({ path }) => path.endsWith('/edit/erase'));
  await bot.bob.runs('image erase', { cells: '5', image });
  await bot.bob.sees(isResult('had something removed'), patiently);
  expect(sent().map(({ files }) => files.map(({ field }) => field))).toEqual([['image', 'mask']]);
  await bot.bob.runs('image erase');
  const grid = await bot.bob.sees(/Which part\?/);
  await bot.bob.selects(grid, menuOf(grid), ['9']);
  await bot.bob.sees((message) => isResult('had something removed')(message) && sent().length === 2, patiently);
  await bot.bob.runs('image erase', { cells: '0', image });
  await bot.bob.sees(/Name parts from 1/);
});

it('shows no grid where the model cannot do it', async () => {
  await bot.alice.runs('image erase', { image, model: 'fake/painter' });
  await bot.alice.sees(/fake\/painter/);
});
