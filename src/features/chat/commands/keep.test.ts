import { expect, it } from 'vitest';
import { createAsking } from '../../../testing/asking.ts';
import { createShiftedClock } from '../../../testing/shifted-clock.ts';
import { recorded } from '../../../testing/audit.ts';
import { sharedBot } from '../../../testing/shared-bot.ts';
import { storedChat } from '../../../testing/stored.ts';

const clock = createShiftedClock(Date.UTC(2027, 0, 13, 9));
const hourMs = 3_600_000;
const bot = sharedBot({ paced: false, clock, yaml: 'features: { chat: { restHours: 48 } }\n' });
const { asks } = createAsking(() => bot);

/** What a model gets of the conversation before a question. */
async function historyAt(room: string, words: string): Promise<string[]> {
  await asks(bot.alice, words, { text: `Answer to ${words}` }, { in: room });
  const messages = bot.providers.requests.at(-1)?.body['messages'] as { content: string }[];
  return messages.slice(1, -1).map(({ content }) => content);
}

const stored = async (room: string) => (await storedChat(bot, bot.alice.channel(room).id)).exchanges.length;

it('/keep is for server managers, never exceeds the owner’s limit, and 0 resets it', async () => {
  const { olivia, alice } = bot;
  await alice.says('general', '!keep 3');
  await alice.sees(/Only people who can manage this server/);
  await olivia.runs('keep');
  await olivia.sees(/keep the last 50 questions.*After 48 hours without a question/);
  await olivia.runs('keep', { turns: 2, hours: 96 });
  await olivia.sees(/keep the last 2 questions.*After 48 hours .* at most 48 hours/);
  await olivia.runs('keep', { hours: 5 });
  await olivia.sees(/keep the last 2 questions.*After 5 hours/);
  await olivia.runs('keep', { turns: 0, hours: 0 });
  await olivia.sees(/keep the last 50 questions.*After 48 hours/);
});

it('/keep shows in /settings with what limits it, and is recorded', async () => {
  const { olivia, alice } = bot;
  const room = await bot.newChannel();
  await olivia.runs('keep', { turns: 2, hours: 96 }, { in: room });
  await olivia.sees(/keep the last 2 questions/, { in: room });
  await alice.runs('settings', {}, { in: room });
  const shown = await alice.sees((message) => message.embeds.length > 0, { in: room });
  expect(shown.embeds[0]?.description?.split('\n').slice(2, 5)).toEqual([
    'Context: the last 2 exchanges (my default: 8, but fewer are kept)',
    'Kept: the last 2 exchanges (this server)',
    "Forgotten: after 48 hours without a question (my default; this server chose 96, and the bot's owner allows no more)",
  ]);
  await olivia.runs('keep', { turns: 0, hours: 0 }, { in: room });
  await olivia.sees(/keep the last 50 questions/, { in: room });
  const acts = await recorded(bot, { action: 'set-keep' });
  expect(acts.filter(({ channelId }) => channelId === olivia.channel(room).id)).toMatchObject([
    {
      actorId: olivia.user.id,
      details: { before: { turns: 50, hours: 48 }, after: { turns: 2, hours: 48 } },
    },
    {
      actorId: olivia.user.id,
      details: { before: { turns: 2, hours: 48 }, after: { turns: 50, hours: 48 } },
    },
  ]);
});

it('a conversation keeps as many questions as /keep says', async () => {
  await bot.olivia.runs('keep', { turns: 2 });
  await bot.olivia.sees(/the last 2 questions/);
  const room = await bot.newChannel();
  for (const words of ['one', 'two', 'three', 'four']) await asks(bot.alice, words, { text: 'Noted.' }, { in: room });
  expect(await stored(room)).toBe(2);
  await bot.olivia.runs('keep', { turns: 0 });
});

it('an idle conversation starts again, and idle conversations are deleted everywhere', async () => {
  await bot.olivia.runs('keep', { hours: 5 });
  await bot.olivia.sees(/After 5 hours/);
  const [room, left] = [await bot.newChannel(), await bot.newChannel()];
  await asks(bot.bob, 'left behind', { text: 'Noted.' }, { in: left });
  expect(await historyAt(room, 'one')).toEqual([]);
  clock.jump(4 * hourMs);
  expect(await historyAt(room, 'two')).toEqual(['Alice: one', 'Answer to one']);
  clock.jump(4 * hourMs);
  expect(await historyAt(room, 'three')).toEqual(['Alice: one', 'Answer to one', 'Alice: two', 'Answer to two']);
  await bot.stop();
  await bot.start();
  await expect.poll(() => stored(left)).toBe(0);
  expect(await stored(room)).toBe(3);
  clock.jump(6 * hourMs);
  expect(await historyAt(room, 'four')).toEqual([]);
  expect(await stored(room)).toBe(1);
});
