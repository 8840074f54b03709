import type { APIMessage } from 'discord-api-types/v10';
import { expect, it } from 'vitest';
import { createAsking } from '../../../testing/asking.ts';
import { button } from '../../../testing/components.ts';
import { sharedBot } from '../../../testing/shared-bot.ts';

const bot = sharedBot({ paced: false });
const { asks, presses } = createAsking(() => bot);

const textOf = async (message: APIMessage) => (await fetch(message.attachments[0]?.url ?? '')).text();
const fileIn = (room: string, name: string) =>
  bot.alice.sees((message) => message.attachments[0]?.filename === name, { in: room, timeoutMs: 20_000 });

it('a person gets every version of every answer, with times, place and model, for programs and for reading', async () => {
  const room = await bot.newChannel();
  const asked = await asks(bot.alice, 'a word for it', { text: 'First\nversion.' }, { in: room });
  bot.providers.answer('a word for it', { text: 'Second version.' });
  await presses(bot.alice, asked.shown, 'Regenerate');
  await bot.alice.sees((message) => message.content === 'Second version.', { in: room, timeoutMs: 20_000 });
  await bot.idle();
  await bot.alice.runs('privacy', {}, { in: room });
  const overview = await bot.alice.sees((message) => message.embeds.length > 0, { in: room });
  await bot.alice.presses(overview, button(overview, 'Export'));
  const document = JSON.parse(await textOf(await fileIn(room, 'familiar-export.json'))) as {
    features: { chat: { exchanges: unknown[] } };
  };
  const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string;
  const version = { model: 'fake/test-model', state: 'done', at: time };
  const channel = bot.alice.channel(room);
  expect(document.features.chat.exchanges).toEqual([
    {
      at: time,
      guildId: channel.guildId,
      channelId: channel.id,
      channelName: room,
      messageId: asked.question.id,
      question: 'a word for it',
      files: [],
      answerMessageIds: [asked.shown.id],
      answers: [
        { ...version, version: 1, isShown: false, text: 'First\nversion.' },
        { ...version, version: 2, isShown: true, text: 'Second version.' },
      ],
    },
  ]);
  const readable = await textOf(await fileIn(room, 'familiar-export.md'));
  expect(readable).toContain(`- **channel name**: ${room}`);
  expect(readable).toContain('> First\n');
  expect(readable).toContain('- **text**: Second version.');
});
