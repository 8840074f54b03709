import { expect, it } from 'vitest';
import { hasEnded } from '../../../testing/components.ts';
import { createAsking } from '../../../testing/asking.ts';
import { sharedBot } from '../../../testing/shared-bot.ts';

const bot = sharedBot({ yaml: 'models: { default: demo/familiar, findOllama: false }\nproviders: {}\n' });
const { told } = createAsking(() => bot);

it("Copy gives the answer alone, without the demo model's small print", async () => {
  const room = await bot.newChannel();
  await bot.alice.says(room, `<@${bot.app.discord.self.userId}> tell me a joke`);
  const shown = await bot.alice.sees((message) => message.content.includes('`async`') && hasEnded(message), {
    in: room,
    timeoutMs: 20_000,
  });
  expect(shown.content).toContain('-# Demo model');
  await bot.idle();
  const copied = await told(bot.bob, await told(bot.bob, shown, '⋯'), 'Copy');
  expect(copied.content).toBe('Why did the bot cross the channel? To get to the other `async`.');
});
