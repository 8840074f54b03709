import { expect, it } from 'vitest';
import type { APIMessage } from 'discord-api-types/v10';
import { plainPng } from '../../testing/pictures.ts';
import { sharedBot } from '../../testing/shared-bot.ts';

const bot = sharedBot({
  paced: false,
  yaml: (_, __, { openaiBaseUrl }) => `
providers:
  fake:
    type: openai-compatible
    baseUrl: ${openaiBaseUrl}
    apiKeys: [test-key]
    models: [{ name: test-model, contextTokens: 16000, maxOutputTokens: 4000 }, { name: painter, abilities: [draw] }]
features:
  images:
    channels: [art]
    prefixes: { '!': { model: fake/painter }, 'edit:': { model: fake/painter, mode: edit } }
`,
});

const isImage = (message: APIMessage): boolean => message.attachments.length > 0;

it('draws with a provider', async () => {
  const asked = await bot.alice.says('#art', '!a cat on a roof');
  const shown = await bot.alice.sees(isImage, { in: '#art' });
  expect(shown.message_reference?.message_id).toBe(asked.id);
  expect(shown.content).toMatch(/Daily 1\/5 \| Storage 0\.0\/500 MB/);
});

it('edits what is attached', async () => {
  const files = [{ name: 'mine.png', data: plainPng(300, 200), type: 'image/png' }];
  await bot.alice.says('#art', 'edit: make it blue', { files });
  await bot.alice.sees(isImage, { in: '#art' });
  const [request] = bot.providers.abilities.requests.filter(({ path }) => path === 'images/edits');
  expect(request?.files).toMatchObject([{ field: 'image[]', type: 'image/png' }]);
});
