import type { APIMessage } from 'discord-api-types/v10';
import { describe, expect, it } from 'vitest';
import type { Person } from '../../../../emulator/testing/person.ts';
import { hasEnded } from '../../../testing/components.ts';
import { sharedBot } from '../../../testing/shared-bot.ts';
import { sentParts } from '../../../testing/sent.ts';
import { jobCount } from '../../../testing/stored.ts';

const bot = sharedBot();

const timeoutMs = 20_000;
/** A bot that stops gives what it is writing some seconds to end. */
const restarting = { timeout: 60_000 };
const asks = (person: Person, room: string, words: string) =>
  person.says(room, `<@${bot.app.discord.self.userId}> ${words}`);
const answered = (person: Person, text: string) =>
  person.sees((message) => message.content === text && hasEnded(message), { timeoutMs });
const sees = (person: Person, text: string) =>
  person.sees((message) => message.content === text && !hasEnded(message), { timeoutMs });
const asked = (words: string) => bot.providers.requests.some(({ userText }) => userText.includes(words));
const waitingJobs = async (count: number) =>
  expect.poll(() => jobCount(bot, 'waiting'), { timeout: timeoutMs, interval: 10 }).toBe(count);
const historyOf = (words: string) => {
  const request = bot.providers.requests.find(({ userText }) => userText.includes(words));
  return sentParts(request?.body).map(({ content }) => content);
};

describe('in one conversation', () => {
  it('a question waits for the answer before it, and has it in its prompt', async () => {
    const room = await bot.newChannel();
    bot.providers.answer('one thing', { text: 'The first answer.', hold: 1 });
    bot.providers.answer('another thing', { text: 'The second answer.' });
    await asks(bot.alice, room, 'one thing');
    await sees(bot.alice, 'The');
    await asks(bot.bob, room, 'another thing');
    await waitingJobs(1);
    expect(asked('another thing')).toBe(false);
    bot.providers.release();
    await answered(bot.bob, 'The second answer.');
    expect(historyOf('another thing')).toEqual(['Alice: one thing', 'The first answer.', 'Bob: another thing']);
  });

  it('another version waits in the same line', async () => {
    const room = await bot.newChannel();
    bot.providers.answer('a number', { text: 'Four.' });
    await asks(bot.alice, room, 'a number');
    const shown = await answered(bot.alice, 'Four.');
    await bot.idle();
    bot.providers.answer('something long', { text: 'A very long story.', hold: 1 });
    await asks(bot.bob, room, 'something long');
    await sees(bot.bob, 'A');
    bot.providers.answer('a number', { text: 'Seven.' });
    await bot.alice.presses(shown, regenerate(shown));
    await waitingJobs(1);
    expect(bot.providers.requests.filter(({ userText }) => userText.includes('a number'))).toHaveLength(1);
    bot.providers.release();
    await answered(bot.alice, 'Seven.');
    await answered(bot.bob, 'A very long story.');
  });

  it('questions of two conversations are answered at the same time', async () => {
    const rooms = [await bot.newChannel(), await bot.newChannel()] as const;
    bot.providers.answer('in one room', { text: 'Answered here.', hold: 1 });
    bot.providers.answer('in another', { text: 'Answered there.', hold: 1 });
    await asks(bot.alice, rooms[0], 'in one room');
    await asks(bot.alice, rooms[1], 'in another');
    await bot.providers.requested('in one room');
    await bot.providers.requested('in another');
    expect(await jobCount(bot, 'active')).toBe(2);
    bot.providers.release();
    await answered(bot.alice, 'Answered here.');
    await answered(bot.alice, 'Answered there.');
  });

  it('a thread of /ask answers one question at a time, from its first answer on', async () => {
    const room = await bot.newChannel();
    bot.providers.answer(isTitling, { text: 'A talk' });
    bot.providers.answer('opening', { text: 'The opening answer.', hold: 1 });
    bot.providers.answer('going on', { text: 'Going on, then.' });
    await bot.alice.runs('ask', { prompt: 'opening' }, { in: room });
    const { channel_id: thread } = await sees(bot.alice, 'The');
    await bot.bob.says(thread, 'going on');
    await waitingJobs(1);
    expect(asked('going on')).toBe(false);
    bot.providers.release();
    await answered(bot.bob, 'Going on, then.');
  });

  it('waiting questions are answered in order after a restart', restarting, async () => {
    const room = await bot.newChannel();
    bot.providers.answer('the first', { text: 'Number one.', hold: 1, times: 2 });
    bot.providers.answer('the second', { text: 'Number two.' });
    bot.providers.answer('the third', { text: 'Number three.' });
    await asks(bot.alice, room, 'the first');
    await sees(bot.alice, 'Number');
    await asks(bot.bob, room, 'the second');
    await asks(bot.alice, room, 'the third');
    await waitingJobs(2);
    await bot.stop();
    await bot.start();
    await bot.providers.held();
    bot.providers.release();
    for (const text of ['Number one.', 'Number two.', 'Number three.']) await answered(bot.alice, text);
    expect(historyOf('the second')).toContain('Number one.');
    expect(historyOf('the third')).toContain('Number two.');
  });
});

const isTitling = ({ body }: { body: Record<string, unknown> }) => JSON.stringify(body).includes('Write a title');

function regenerate(message: APIMessage): string {
  return /chat\/regenerate\/[^"]+/.exec(JSON.stringify(message.components))?.[0] ?? '';
}
