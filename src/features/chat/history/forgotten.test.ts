import type { APIMessage } from 'discord-api-types/v10';
import { expect, it } from 'vitest';
import { createAsking } from '../../../testing/asking.ts';
import { button, hasEnded } from '../../../testing/components.ts';
import { sharedBot, sharedTill } from '../../../testing/shared-bot.ts';

const yaml = `
prices: { models: { fake/test-model: { inputPerMillion: 10, outputPerMillion: 20 } } }
`;

const bot = sharedBot({ yaml });
const till = sharedTill(bot);
const { asks, presses } = createAsking(() => bot);
const timeoutMs = 20_000;

const titled = (title: string) => (message: APIMessage) => message.embeds[0]?.title === title;

async function forgetsAlice(): Promise<void> {
  const { alice } = bot;
  await alice.runs('privacy');
  const shown = await alice.sees(titled('What I store about you'));
  await alice.presses(shown, button(shown, 'Forget me'));
  const sure = await alice.sees(titled('Delete your data?'));
  await alice.presses(sure, button(sure, 'Forget me for good'));
  await alice.sees(titled("I've deleted your data"), { timeoutMs });
}

/** How many keys and rows there are under her id. */
async function leftOfAlice(): Promise<number[]> {
  const { db } = bot.database.postgres;
  const id = bot.alice.user.id;
  const rows = [
    await db.selectFrom('secrets_author_key').select('author_id').where('author_id', '=', id).execute(),
    await db.selectFrom('chat_question').select('id').where('author_id', '=', id).execute(),
    await db.selectFrom('chat_ambient_message').select('message_id').where('author_id', '=', id).execute(),
  ];
  return rows.map(({ length }) => length);
}

it('a moderator pays for what they had written again and saw, and it brings nothing back of its asker who is forgotten', async () => {
  const asked = await asks(bot.alice, 'my secret', { text: 'I keep it.' });
  const before = await till.paid(bot.milo);
  bot.providers.answer('my secret', { chunks: ['I have', ' forgotten it.'], hold: 1 });
  await presses(bot.milo, asked.shown, 'Regenerate');
  await bot.milo.sees((message) => message.content === 'I have', { timeoutMs });
  // Said before she is forgotten, and still to be read in the channel.
  const room = await bot.newChannel();
  await bot.alice.says(room, 'what I said to others');
  await forgetsAlice();
  expect(await leftOfAlice()).toEqual([0, 0, 0]);
  bot.providers.release();
  await bot.idle();
  expect(await leftOfAlice()).toEqual([0, 0, 0]);
  const after = await till.paid(bot.milo);
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
  expect(await leftOfAlice()).toEqual([0, 0, 0]);
});
