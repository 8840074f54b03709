import { expect, it } from 'vitest';
import { hasEnded } from '../../../testing/components.ts';
import { sharedBot } from '../../../testing/shared-bot.ts';

const bot = sharedBot();
const timeoutMs = 20_000;

it('a question that has no thread yet is in no prompt of the channel', async () => {
  const room = await bot.newChannel();
  const route = '/channels/{channel_id}/messages/{message_id}/threads';
  bot.emulator.core.faults.add({ match: { method: 'POST', route }, times: 1, answer: { delayMs: 2000 } });
  bot.providers.answer(({ body }) => JSON.stringify(body).includes('Write a title'), { text: 'Apart' });
  bot.providers.answer('a question apart', { text: 'In a thread.' });
  bot.providers.answer('and here?', { text: 'In the channel.' });
  const asking = bot.alice.runs('ask', { prompt: 'a question apart' }, { in: room });
  await bot.bob.sees('asked me something', { in: room, timeoutMs });
  await bot.bob.says(room, `<@${bot.app.discord.self.userId}> and here?`);
  await bot.bob.sees((message) => message.content === 'In the channel.' && hasEnded(message), { timeoutMs });
  const prompt = bot.providers.requests.find(({ userText }) => userText.includes('and here?'));
  expect(JSON.stringify(prompt?.body)).not.toContain('a question apart');
  await asking;
  await bot.alice.sees((message) => message.content === 'In a thread.' && hasEnded(message), { timeoutMs });
});
