import { expect, it } from 'vitest';
import { createAsking } from '../../../testing/asking.ts';
import { buttons } from '../../../testing/components.ts';
import { sharedBot, sharedBilling } from '../../../testing/shared-bot.ts';

const bot = sharedBot({
  yaml: (_people, _emulator, { openaiBaseUrl }) => `
models: { default: secret/thinker, findOllama: false }
providers:
  secret:
    type: openai
    baseUrl: ${openaiBaseUrl}
    apiKeys: [key]
    models: [{ name: thinker, reasoning: true, contextTokens: 16000, maxOutputTokens: 4000 }]
prices: { models: { secret/thinker: { inputPerMillion: 10, outputPerMillion: 20 } } }
`,
});
const billing = sharedBilling(bot);
const { presses } = createAsking(() => bot);

it('a model that is stopped while it thinks in secret is paid for an estimate of its thoughts', async () => {
  bot.providers.answer('think', { reasoning: [''], text: 'Never said.', hold: true });
  const question = await bot.alice.says(await bot.newChannel(), `<@${bot.app.discord.self.userId}> think`);
  const thinking = await bot.alice.sees(
    (message) => message.channel_id === question.channel_id && message.content.includes('Thinking'),
    { timeoutMs: 10_000 },
  );
  expect(buttons(thinking).map(({ label }) => label)).toEqual(['Stop']);
  await presses(bot.alice, thinking, 'Stop');
  await bot.idle();
  const [call] = await billing.calls(question);
  expect(call?.state).toBe('settled');
  // It had thought for a second when its screen said so.
  expect(Number(call?.facts['reasoningTokens'])).toBeGreaterThanOrEqual(100);
  const [input, output] = [Number(call?.facts['inputTokens']), Number(call?.facts['outputTokens'])];
  expect(await billing.paid(bot.alice)).toEqual({ free: input * 10 + output * 20, credits: 0 });
});
