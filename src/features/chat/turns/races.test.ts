import type { APIMessage } from 'discord-api-types/v10';
import { afterEach, describe, expect, it } from 'vitest';
import type { Person } from '../../../../emulator/testing/person.ts';
import { button, hasEnded } from '../../../testing/components.ts';
import { sharedBot, sharedBilling } from '../../../testing/shared-bot.ts';
import { createShiftedClock } from '../../../testing/shifted-clock.ts';
import { storedTurn } from '../../../testing/stored.ts';

const clock = createShiftedClock(Date.now());
/** The bot's time runs ahead of Discord's, so that it would not keep to limits in time. */
const bot = sharedBot({ paced: false, clock });
const billing = sharedBilling(bot, clock);

const timeoutMs = 20_000;
const asks = (person: Person, room: string, words: string) =>
  person.says(room, `<@${bot.app.discord.self.userId}> ${words}`);
const isReplyTo = (question: APIMessage) => (message: APIMessage) =>
  message.message_reference?.message_id === question.id;
const repliesTo = async (question: APIMessage) =>
  (await bot.olivia.messages(question.channel_id)).filter(isReplyTo(question));
const replyTo = (person: Person, question: APIMessage, text: string) =>
  person.sees((message) => isReplyTo(question)(message) && message.content.includes(text), { timeoutMs });
/** The next request that writes a message of this kind takes so long to be done. */
const slow = (method: 'POST' | 'PATCH', delayMs: number, messageId = '*') => {
  const route = method === 'POST' ? '/channels/*/messages' : `/channels/*/messages/${messageId}`;
  bot.emulator.core.faults.add({ match: { method, route }, times: 1, answer: { delayMs } });
};
/** How many requests by which the bot writes a message Discord has not answered yet. */
async function writesUnderWay(): Promise<number> {
  const response = await fetch(`${bot.emulator.origin}/_control/requests?since=0`);
  const requests = (await response.json()) as { route: string; status: number | null; userId: string | null }[];
  return requests.filter(
    ({ route, status, userId }) =>
      status === null && userId === bot.app.discord.self.userId && /^\/channels\/\d+\/messages/.test(route),
  ).length;
}
const noticeUnderWay = () => expect.poll(writesUnderWay, { timeout: timeoutMs, interval: 5 }).toBe(1);

/** From then on, answers are expected to take long. */
async function takesLong(): Promise<void> {
  bot.providers.answer('slowly', { text: 'Slow.', hold: 1 });
  await asks(bot.olivia, await bot.newChannel(), 'slowly');
  await bot.olivia.sees('Slow.', { timeoutMs });
  clock.jump(200_000);
  bot.providers.release();
  await bot.idle();
}

async function occupies(person: Person, room: string): Promise<void> {
  bot.providers.answer('a long story', { text: 'Once upon a time.', hold: 1 });
  const question = await asks(person, room, 'a long story');
  await person.sees((message) => message.content === 'Once' && isReplyTo(question)(message), { timeoutMs });
}

/** One message answers the question, and it is the answer, for good. */
async function isAnsweredOnce(person: Person, question: APIMessage, text: string): Promise<void> {
  await person.sees((message) => isReplyTo(question)(message) && message.content === text && hasEnded(message), {
    timeoutMs,
  });
  await bot.idle();
  await expect.poll(writesUnderWay, { timeout: timeoutMs }).toBe(0);
  const shown = await repliesTo(question);
  expect(shown.map(({ content }) => content)).toEqual([text]);
}

afterEach(async () => {
  bot.providers.release();
  await bot.idle();
  clock.jump(20_000);
});

describe('an answer that begins just when its asker is told of the wait', () => {
  it('is one message when the notice is sent late', async () => {
    const room = await bot.newChannel();
    await occupies(bot.alice, room);
    const question = await asks(bot.bob, room, 'at the same time');
    bot.providers.answer('at the same time', { text: 'It is time.' });
    slow('POST', 1_500);
    clock.jump(11_000);
    await noticeUnderWay();
    bot.providers.release();
    await isAnsweredOnce(bot.bob, question, 'It is time.');
  });

  it('is not overwritten by a notice that is changed late', async () => {
    await takesLong();
    const room = await bot.newChannel();
    await occupies(bot.alice, room);
    const first = await asks(bot.milo, room, 'before bob');
    const question = await asks(bot.bob, room, 'right after');
    clock.jump(11_000);
    const notice = await replyTo(bot.bob, question, '2nd in line');
    clock.jump(20_000);
    bot.providers.answer('right after', { text: 'Done.' });
    // The one before goes, so that the notice is to say something else, which takes its time.
    const before = await replyTo(bot.milo, first, 'in line');
    slow('PATCH', 2_000, notice.id);
    await bot.milo.presses(before, button(before, 'Cancel'));
    await noticeUnderWay();
    bot.providers.release();
    await isAnsweredOnce(bot.bob, question, 'Done.');
    expect((await repliesTo(question))[0]?.id).toBe(notice.id);
    expect(await billing.calls(first)).toEqual([]);
  });
});

describe('a question that is deleted just when its asker is told of the wait', () => {
  it('leaves no message behind', async () => {
    const room = await bot.newChannel();
    await occupies(bot.alice, room);
    const question = await asks(bot.bob, room, 'forget it');
    slow('POST', 1_000);
    clock.jump(11_000);
    await noticeUnderWay();
    await bot.bob.deletes(question);
    bot.providers.release();
    await expect.poll(() => storedTurn(bot, question), { timeout: timeoutMs }).toBeUndefined();
    await bot.idle();
    await expect.poll(() => repliesTo(question), { timeout: timeoutMs }).toEqual([]);
    expect(bot.providers.requests.some(({ userText }) => userText.includes('forget it'))).toBe(false);
  });
});
