import type { APIMessage } from 'discord-api-types/v10';
import { afterEach, expect, it } from 'vitest';
import type { Person } from '../../../../emulator/testing/person.ts';
import { createAsking } from '../../../testing/asking.ts';
import { clears } from '../../../testing/clears.ts';
import { buttons } from '../../../testing/components.ts';
import { forgets } from '../../../testing/forgets.ts';
import { sharedBilling, sharedBot } from '../../../testing/shared-bot.ts';
import { exportedBy } from '../../../testing/stored.ts';

const bot = sharedBot();
sharedBilling(bot);
const { asks } = createAsking(() => bot);
const timeoutMs = 20_000;
afterEach(async () => {
  bot.providers.release();
  await bot.idle();
});

const says = (person: Person, room: string, words: string) =>
  person.says(room, `<@${bot.app.discord.self.userId}> ${words}`);

/** Alice has a story told that grows until providers are released, and asks once more: that question is marked and waits. */
async function occupies(room: string) {
  bot.providers.answer('a long story', { text: 'Once upon a time.', hold: 1 });
  const question = await says(bot.alice, room, 'a long story');
  await bot.alice.sees(({ content, channel_id: id }) => content === 'Once' && id === question.channel_id, {
    timeoutMs,
  });
  const waiting = await says(bot.alice, room, 'and then?');
  await comesTo(waiting, '+👀');
  return { question, waiting };
}

/** What the bot has put on a message and taken away, as everybody in the channel sees it. */
const marks = (message: APIMessage) =>
  bot.olivia.view.dispatches.flatMap(({ t, d }) => {
    const { message_id: messageId, emoji } = d as { message_id?: string; emoji?: { name: string } };
    if (messageId !== message.id || !emoji) return [];
    return t === 'MESSAGE_REACTION_ADD'
      ? [`+${emoji.name}`]
      : t === 'MESSAGE_REACTION_REMOVE'
        ? [`-${emoji.name}`]
        : [];
  });
const comesTo = (message: APIMessage, wanted: string) =>
  bot.olivia.until(`the marks ${wanted}`, () => (marks(message).join(' ') === wanted ? true : null), timeoutMs);
const ofBot = async ({ channel_id: channelId }: APIMessage) =>
  (await bot.olivia.messages(channelId)).filter(({ author }) => author.id === bot.app.discord.self.userId);
const storedOf = async (person: Person) => JSON.stringify(await exportedBy(bot, 'chat', person));

it.each([
  ['their own part', { person: () => bot.alice, options: {} }],
  ['everything', { person: () => bot.olivia, options: { everyone: true } }],
])('/clear of %s ends and forgets what is being written, and what waits', async (_name, { person, options }) => {
  const room = await bot.newChannel();
  const { question, waiting } = await occupies(room);
  const said = await clears(person(), options, { in: room });
  expect(said.content).toMatch(/2 questions.* 2 answers were not finished: I've stopped them\./);
  bot.providers.release();
  await bot.idle();
  expect((await ofBot(question)).filter(({ content }) => content.includes('Once'))).toEqual([]);
  await comesTo(waiting, '+👀 -👀');
  expect(await storedOf(bot.alice)).not.toContain('a long story');
  await asks(bot.alice, 'what did I say?', { text: 'Nothing.' }, { in: room });
  expect(JSON.stringify(bot.providers.requests.at(-1)?.body)).not.toContain('story');
});

it('Forget me while an answer grows leaves no buttons that do nothing, and no mark on what waited', async () => {
  const room = await bot.newChannel();
  const { shown } = await asks(bot.alice, 'an old question', { text: 'An old answer.' });
  const { question, waiting } = await occupies(room);
  await forgets(bot.alice, { in: room });
  bot.providers.release();
  await bot.idle();
  const left = [...(await ofBot(question)), ...(await ofBot(shown))];
  expect(left.map(({ content }) => content)).toContain('An old answer.');
  expect(left.filter(({ interaction_metadata: by }) => !by).flatMap(buttons)).toEqual([]);
  await comesTo(waiting, '+👀 -👀');
});
