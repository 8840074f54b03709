import { expect, it } from 'vitest';
import { createAsking } from '../../../testing/asking.ts';
import { hasEnded } from '../../../testing/components.ts';
import { forgets } from '../../../testing/forgets.ts';
import { sharedBot, sharedBilling } from '../../../testing/shared-bot.ts';
import { tablesWith } from '../../../testing/stored.ts';

const yaml = `
prices: { models: { fake/test-model: { inputPerMillion: 10, outputPerMillion: 20 } } }
`;

const bot = sharedBot({ yaml });
const billing = sharedBilling(bot);
const { asks, presses } = createAsking(() => bot);
const timeoutMs = 20_000;

/** Where her id stands in the database. */
const leftOfAlice = () => tablesWith(bot, bot.alice.user.id);

it('a moderator who regenerates an answer pays for it, and nothing comes back of an asker whose data is deleted meanwhile', async () => {
  const asked = await asks(bot.alice, 'my secret', { text: 'I keep it.' });
  const before = await billing.paid(bot.milo);
  bot.providers.answer('my secret', { chunks: ['I have', ' forgotten it.'], hold: 1 });
  await presses(bot.milo, asked.shown, 'Regenerate');
  await bot.milo.sees((message) => message.content === 'I have', { timeoutMs });
  // Said before she is forgotten, and still to be read in the channel.
  const room = await bot.newChannel();
  await bot.alice.says(room, 'what I said to others');
  await forgets(bot.alice);
  expect(await leftOfAlice()).toEqual([]);
  bot.providers.release();
  await bot.idle();
  expect(await leftOfAlice()).toEqual([]);
  const after = await billing.paid(bot.milo);
  expect(after.free).toBeGreaterThan(before.free);
  expect(after.credits).toBe(before.credits);

  bot.providers.answer('what was said?', { text: 'Nothing that I may know.' });
  await bot.bob.says(room, 'I am not forgotten');
  await bot.bob.says(room, `<@${bot.app.discord.self.userId}> what was said?`);
  await bot.bob.sees((message) => message.content === 'Nothing that I may know.' && hasEnded(message), { timeoutMs });
  await bot.idle();
  const sent = JSON.stringify(bot.providers.requests.at(-1)?.body);
  expect(sent).toContain('I am not forgotten');
  expect(sent).not.toContain('what I said to others');
  expect(await leftOfAlice()).toEqual([]);
});
