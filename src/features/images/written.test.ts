import { expect, it } from 'vitest';
import type { APIMessage } from 'discord-api-types/v10';
import { imageOf } from '../../platform/models/index.ts';
import { sharedBilling, sharedBot } from '../../testing/shared-bot.ts';

const bot = sharedBot({
  paced: false,
  otherModels: [
    {
      name: 'writer',
      svg: true,
      prices: { inputPerMillion: 10, outputPerMillion: 20 },
      contextTokens: 16000,
      maxOutputTokens: 4000,
    },
  ],
  yaml: `
features:
  images: { channels: [art], caption: false, prefixes: { '~': { model: fake/writer } } }
`,
});
const billing = sharedBilling(bot);

const isImage = (message: APIMessage): boolean => message.attachments.length > 0;
const sun =
  '<svg viewBox="0 0 200 100"><rect width="200" height="100" fill="#008"/><circle cx="99" cy="50" r="40"/></svg>';
const usage = { inputTokens: 1000, outputTokens: 500 };

it('draws what a chat model writes, charged by its tokens', async () => {
  bot.providers.answer('a sun', { text: `Here you are:\n\`\`\`svg\n${sun}\n\`\`\`\nEnjoy!`, usage });
  await bot.alice.says('#art', '~a sun');
  const shown = await bot.alice.sees(isImage, { in: '#art', timeoutMs: 30_000 });
  expect(shown.content).toMatch(/writer · 1024 × 512 · \$0\.02 · /);
  const [file] = shown.attachments;
  const bytes = new Uint8Array(await (await fetch(file?.url ?? '')).arrayBuffer());
  expect(imageOf(bytes)).toEqual({ contentType: 'image/png', width: 1024, height: 512 });
  const [asked] = bot.providers.requests;
  expect(asked?.body).toMatchObject({ model: 'writer', max_tokens: 4000 });
  expect(await billing.paid(bot.alice)).toEqual({ free: 20_000, credits: 0 });
  const [held] = await billing.callsOf(bot.alice);
  // The whole answer that was allowed, and the prompt.
  expect(held?.held.micros).toBeGreaterThan(4000 * 20);
  expect(held?.charged).toEqual({ micros: 20_000, tokens: 1500, images: 1 });
});

it('is a model like others for /imagine, with sizes of its own', async () => {
  bot.providers.answer('a moon', { text: sun, usage });
  await bot.bob.runs('imagine', { prompt: 'a moon --size 1536x1024', model: 'fake/writer' });
  await bot.bob.sees(/1536 × 1024/);
  await bot.bob.runs('imagine', { prompt: 'a moon --size 4000x3000', model: 'fake/writer' });
  await bot.bob.sees(/`1024x1024`/);
  await bot.bob.runs('models');
  await bot.bob.sees(({ embeds }: APIMessage) => JSON.stringify(embeds).includes('writes SVG: $10.00 in, $20.00 out'));
});

it.each([
  ['what could load something', sun.replace('<circle', '<image href="http://169.254.169.254/"/><circle')],
  ['a drawing that does not end', sun.slice(0, 60)],
])('says that the model was paid for %s', async (_, text) => {
  bot.providers.answer('a trap', { text, usage });
  const asked = await bot.milo.says('#art', '~a trap');
  const told = await bot.milo.sees(/wrote a drawing that I can't show, and charges for it/, { in: '#art' });
  expect(told.message_reference?.message_id).toBe(asked.id);
  expect((await billing.callsOf(bot.milo)).at(-1)?.charged).toMatchObject({ micros: 20_000, tokens: 1500 });
});

it('tells what the model refuses in words, and what it failed at', async () => {
  bot.providers.answer('something bad', { text: 'I can’t help with that.', usage });
  await bot.olivia.says('#art', '~something bad');
  await bot.olivia.sees(/refused to draw this. The provider charges for it/, { in: '#art' });
  bot.providers.answer('a failure', { status: 401, text: 'wrong key' });
  await bot.olivia.says('#art', '~a failure');
  await bot.olivia.sees(/rejected my key[^]*Nothing was charged/, { in: '#art' });
});
