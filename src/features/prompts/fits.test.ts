import { MessageFlags } from 'discord-api-types/v10';
import type { APIMessage } from 'discord-api-types/v10';
import { expect, it } from 'vitest';
import { createAsking } from '../../testing/asking.ts';
import { sharedBot, sharedBilling } from '../../testing/shared-bot.ts';

/** About 600 tokens: more than a quarter of the small model's window. */
const long = 'Be kind to all of them. '.repeat(100).trim();

const bot = sharedBot({
  yaml: (_people, _emulator, { openaiBaseUrl }) => `
models: { default: fake/small, findOllama: false }
providers:
  fake:
    type: openai-compatible
    baseUrl: ${openaiBaseUrl}
    apiKeys: [test-key]
    models:
      - { name: small, contextTokens: 2000, maxOutputTokens: 400 }
      - { name: large, contextTokens: 16000, maxOutputTokens: 400 }
features: { prompts: { library: { long: { text: '${long}' } } } }
`,
});
sharedBilling(bot);

const { asks } = createAsking(() => bot);
/** An ephemeral reply with content: a slow bot defers it first. */
const isEphemeral = (message: APIMessage) =>
  ((message.flags ?? 0) & MessageFlags.Ephemeral) !== 0 && message.content !== '';
const tooLarge = /The system prompt here has \d+ tokens.* fake\/small has room for 500/;

it("can't be chosen when the model has no room for it", async () => {
  const room = await bot.newChannel();
  for (const text of [long, 'long']) {
    await bot.alice.runs('system', { text, scope: 'me' }, { in: room });
    expect((await bot.alice.sees(isEphemeral, { in: room, timeoutMs: 20_000 })).content).toMatch(tooLarge);
  }
});

it('is reported instead of an answer when the model was chosen later; another model answers', async () => {
  const room = await bot.newChannel();
  const tells = async (command: string, options: Record<string, string>) => {
    await bot.alice.runs(command, options, { in: room });
    return (await bot.alice.sees(isEphemeral, { in: room, timeoutMs: 20_000 })).content;
  };
  await tells('model', { name: 'fake/large' });
  expect(await tells('system', { text: 'long', scope: 'me' })).toContain('**long** now applies to you.');
  await asks(bot.alice, 'hello?', { text: 'Kind hello.' }, { in: room });
  await tells('model', { name: 'default' });
  await bot.alice.says(room, `<@${bot.app.discord.self.userId}> and now?`);
  await bot.alice.sees(tooLarge, { in: room, timeoutMs: 20_000 });
  await bot.idle();
  expect(bot.providers.requests.map(({ model }) => model)).toEqual(['large']);
});
