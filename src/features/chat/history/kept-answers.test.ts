import type { APIMessage } from 'discord-api-types/v10';
import { afterEach, expect, it } from 'vitest';
import { buttons } from '../../../testing/components.ts';
import { startTestBot } from '../../../testing/bot.ts';
import type { TestBot } from '../../../testing/bot.ts';
import { storedChat, tablesWith } from '../../../testing/stored.ts';

let bot: TestBot;
afterEach(() => bot.close());

const start = async (setting: boolean) => {
  bot = await startTestBot({ yaml: `features: { chat: { deleteAnswersWithQuestion: ${String(setting)} } }\n` });
};
const ask = (text: string) => bot.alice.says('#general', `<@${bot.app.discord.self.userId}> ${text}`);
const answerOf = async () => (await bot.alice.messages('#general')).find((message) => message.author.bot);

it('answers are deleted with their question where that is set', async () => {
  await start(true);
  bot.providers.answer('hello', { text: 'Hello, Alice.' });
  const question = await ask('hello');
  const answer = await bot.alice.sees('Hello, Alice.');
  await bot.idle();
  await bot.alice.deletes(question);
  await bot.alice.hears<APIMessage>('MESSAGE_DELETE', ({ id }) => id === answer.id);
});

it('unfinished answers stay as they are where that is set', async () => {
  await start(false);
  bot.providers.answer('hello', { chunks: ['Hello, ', 'Alice.'], hold: 1 });
  const question = await ask('hello');
  await bot.alice.sees(/Hello,/);
  await bot.alice.deletes(question);
  await bot.alice.sees((message) => message.content === 'Hello,' && buttons(message).length === 0);
  bot.providers.release();
  await bot.idle();
  expect(await answerOf()).toMatchObject({ content: 'Hello,', components: [] });
});

it('conversations are deleted when the bot leaves their server', async () => {
  await start(true);
  bot.providers.answer('hello', { text: 'Hello, Alice.' });
  const { channel_id: channelId } = await ask('hello');
  await bot.alice.sees('Hello, Alice.');
  await bot.idle();
  const left = async () => (await storedChat(bot, channelId)).exchanges;
  expect(await left()).toHaveLength(1);
  const [guild] = bot.emulator.core.world.guilds.values();
  await bot.olivia.request('DELETE', `/guilds/${guild?.id ?? ''}/members/${bot.app.discord.self.userId}`);
  await expect.poll(left).toEqual([]);
  await bot.idle();
  expect(await tablesWith(bot, channelId)).not.toContainEqual(expect.stringMatching(/^chat_/));
});
