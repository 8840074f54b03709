import { beforeAll, expect, it } from 'vitest';
import { createAsking } from '../../../testing/asking.ts';
import { button } from '../../../testing/components.ts';
import { sharedBot, sharedBilling } from '../../../testing/shared-bot.ts';

/** Nobody has anything but what they are granted. */
const yaml = `
prices: { models: { fake/test-model: { inputPerMillion: 10, outputPerMillion: 20 } } }
access:
  roles:
    member: { dailyFreeUsd: 0, requestsPerMinute: null, requestsPerHour: null, tokensPerWeek: null }
`;

const bot = sharedBot({ yaml });
const billing = sharedBilling(bot);
beforeAll(async () => {
  await billing.grant(bot.alice, 1_000_000);
});

const { asks, told, screen } = createAsking(() => bot);

it.each([
  ['Regenerate', { text: 'An answer.' }],
  ['Continue', { text: 'An answer that', finishReason: 'length' as const }],
])('%s that the presser cannot pay is told to them alone, and the answer stays as it was', async (label, answer) => {
  const asked = await asks(bot.alice, `for ${label}`, answer);
  const before = await screen(asked);
  const refused = await told(bot.milo, asked.shown, label);
  expect(refused.content).toContain('credits');
  await bot.idle();
  expect(await screen(asked)).toEqual(before);
  // What was refused has left no trace: the asker goes on as if nothing had happened.
  bot.providers.answer(() => true, { text: ' And on.' });
  await bot.alice.presses(asked.shown, button(asked.shown, label));
  await bot.alice.sees((message) => message.id === asked.shown.id && message.content.includes('And on.'));
});
