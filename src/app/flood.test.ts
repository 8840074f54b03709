import { expect, it } from 'vitest';
import type { APIMessage } from 'discord-api-types/v10';
import { sharedBot } from '../testing/shared-bot.ts';

const yaml = `
access:
  roles:
    member: { requestsPerMinute: 1, requestsPerHour: 100, tokensPerWeek: null, commands: [ping] }
`;
const bot = sharedBot({ yaml });

const isBots = (message: APIMessage) => message.author.id === bot.app.discord.self.userId;
const said = async (channelId: string, text: RegExp) =>
  (await bot.olivia.messages(channelId)).filter((message) => isBots(message) && text.test(message.content)).length;

it('a member who floods a channel is refused once there, and another is answered within 5 s', async () => {
  const room = await bot.newChannel();
  const mention = `<@${bot.app.discord.self.userId}>`;
  bot.providers.answer('is anybody there?', { text: 'I am here.' });
  bot.providers.answer('first of many', { text: 'One.' });
  let channelId = '';
  // Members write as fast as they like here, the bot as fast as it lets itself.
  bot.emulator.core.limits.enforce = false;
  await bot.alice.says(room, `${mention} first of many`);
  for (let time = 0; time < 15; time += 1) {
    ({ channel_id: channelId } = await bot.alice.says(room, `${mention} again ${time}`));
    await bot.alice.says(room, '!balance');
  }
  const beganMs = performance.now();
  await bot.bob.says(room, `${mention} is anybody there?`);
  await bot.bob.sees(/I am here/);
  expect(performance.now() - beganMs).toBeLessThan(5000);
  await bot.idle();
  expect(await said(channelId, /a minute|None of your roles/)).toBe(1);
});
