import type { APIMessage } from 'discord-api-types/v10';
import { afterEach, describe, expect, it } from 'vitest';
import type { Person } from '../../../../emulator/testing/person.ts';
import { button, buttons, hasEnded } from '../../../testing/components.ts';
import { sharedBot, sharedBilling } from '../../../testing/shared-bot.ts';
import { createShiftedClock } from '../../../testing/shifted-clock.ts';
import { storedTurn } from '../../../testing/stored.ts';

const clock = createShiftedClock(Date.now());
/** The bot's time runs ahead of Discord's, so that it would not keep to limits in time. */
const bot = sharedBot({ paced: false, clock });
const billing = sharedBilling(bot, clock);

const timeoutMs = 20_000;
/** A bot that stops gives what it is writing some seconds to end. */
const restarting = { timeout: 60_000 };
const asks = (person: Person, room: string, words: string) =>
  person.says(room, `<@${bot.app.discord.self.userId}> ${words}`);
const isReplyTo = (question: APIMessage) => (message: APIMessage) =>
  message.message_reference?.message_id === question.id;
const replyTo = (person: Person, question: APIMessage, text: RegExp | string) =>
  person.sees(
    (message) =>
      isReplyTo(question)(message) &&
      (typeof text === 'string' ? message.content === text && hasEnded(message) : text.test(message.content)),
    { timeoutMs },
  );
const labels = (message: APIMessage) => buttons(message).map(({ label }) => label);
const repliesTo = async (question: APIMessage) =>
  (await bot.olivia.messages(question.channel_id)).filter(isReplyTo(question));
/** As a question of its own; models read it as a part of the conversation all the same. */
const asked = (words: string) => bot.providers.requests.some(({ userText }) => userText.endsWith(words));

/** Somebody has something answered that goes on until providers are released, and resolves to the question. */
async function occupies(person: Person, room: string, words = 'a long story'): Promise<APIMessage> {
  bot.providers.answer(words, { text: 'Once upon a time.', hold: 1 });
  const question = await asks(person, room, words);
  await person.sees((message) => message.content === 'Once' && isReplyTo(question)(message), { timeoutMs });
  return question;
}

/** Time that somebody notices passes; timers keep their own. */
const wait = () => clock.jump(11_000);

afterEach(async () => {
  bot.providers.release();
  await bot.idle();
});

describe('a waiting member', () => {
  it('sees their place in line in the message that becomes the answer', async () => {
    const room = await bot.newChannel();
    await occupies(bot.alice, room);
    const question = await asks(bot.bob, room, 'what is next?');
    wait();
    const notice = await replyTo(bot.bob, question, /⏳ 1st in line/);
    expect(labels(notice)).toEqual(['Cancel']);
    bot.providers.answer('what is next?', { text: 'This is.' });
    bot.providers.release();
    const answer = await replyTo(bot.bob, question, 'This is.');
    expect(answer.id).toBe(notice.id);
    await bot.idle();
    expect(await repliesTo(question)).toHaveLength(1);
    expect(labels(answer)).toEqual(['Regenerate', '⋯']);
  });

  it('sees an estimate by how long answers took, updated at intervals', async () => {
    const room = await bot.newChannel();
    bot.providers.answer('measured', { text: 'Measured.', hold: 1 });
    await asks(bot.alice, room, 'measured');
    await bot.alice.sees('Measured.', { timeoutMs });
    clock.jump(200_000);
    bot.providers.release();
    await bot.alice.sees('Measured.', { timeoutMs });
    await bot.idle();
    await occupies(bot.alice, room);
    bot.providers.answer('second', { text: 'Second.', hold: 1 });
    const second = await asks(bot.bob, room, 'second');
    const third = await asks(bot.milo, room, 'third');
    wait();
    await replyTo(bot.bob, second, /⏳ 1st in line, about \d+ (s|min)/);
    await replyTo(bot.milo, third, /⏳ 2nd in line, about \d+ (s|min)/);
    bot.providers.release();
    await replyTo(bot.bob, second, /^Second\.$/);
    clock.jump(9_000);
    await replyTo(bot.milo, third, /⏳ 1st in line/);
    bot.providers.answer('third', { text: 'Third.' });
    bot.providers.release();
    const answer = await replyTo(bot.milo, third, 'Third.');
    await bot.idle();
    expect(await repliesTo(third)).toEqual([expect.objectContaining({ id: answer.id })]);
  });

  it('sees no notice when the wait is short', async () => {
    const room = await bot.newChannel();
    await occupies(bot.alice, room);
    bot.providers.answer('soon?', { text: 'Soon.' });
    const question = await asks(bot.bob, room, 'soon?');
    bot.providers.release();
    await replyTo(bot.bob, question, 'Soon.');
    expect((await repliesTo(question)).map(({ edited_timestamp: edited }) => edited !== undefined)).toHaveLength(1);
    expect(
      bot.bob.view.dispatches.some(
        ({ d }) => JSON.stringify(d).includes('in line') && JSON.stringify(d).includes(question.id),
      ),
    ).toBe(false);
  });

  it('sees the same message after a restart, with a working Cancel', restarting, async () => {
    const room = await bot.newChannel();
    bot.providers.answer('a long story', { text: 'Once upon a time.', hold: 1 });
    await occupies(bot.alice, room);
    const first = await asks(bot.bob, room, 'the first of two');
    const second = await asks(bot.bob, room, 'the second of two');
    wait();
    const notices = [
      await replyTo(bot.bob, first, /1st in line/),
      await replyTo(bot.bob, second, /2nd in line/),
    ] as const;
    await bot.stop();
    await bot.start();
    await bot.bob.presses(notices[1], button(notices[1], 'Cancel'));
    await replyTo(bot.bob, second, /Cancelled\. You weren't charged/);
    bot.providers.answer('the first of two', { text: 'One of two.' });
    await bot.providers.held();
    bot.providers.release();
    const answer = await replyTo(bot.bob, first, 'One of two.');
    expect(answer.id).toBe(notices[0].id);
    expect(asked('the second of two')).toBe(false);
  });
});

describe('Cancel', () => {
  it('cancels a question for free; the others stay in line', async () => {
    const room = await bot.newChannel();
    await occupies(bot.alice, room);
    const question = await asks(bot.bob, room, 'never mind');
    const after = await asks(bot.alice, room, 'and then?');
    wait();
    const notice = await replyTo(bot.bob, question, /in line/);
    await bot.bob.presses(notice, button(notice, 'Cancel'));
    const ended = await replyTo(bot.bob, question, /Cancelled\. You weren't charged/);
    expect(ended.id).toBe(notice.id);
    expect(labels(ended)).toEqual(['Regenerate', '⋯']);
    bot.providers.answer('and then?', { text: 'The end.' });
    bot.providers.release();
    await replyTo(bot.alice, after, 'The end.');
    await bot.idle();
    expect(asked('never mind')).toBe(false);
    expect(await billing.calls(question)).toEqual([]);
    expect(await repliesTo(question)).toHaveLength(1);
  });

  it('is for the asker and for moderators', async () => {
    const room = await bot.newChannel();
    await occupies(bot.alice, room);
    const question = await asks(bot.bob, room, 'mine');
    wait();
    const notice = await replyTo(bot.bob, question, /in line/);
    await bot.alice.presses(notice, button(notice, 'Cancel'));
    await bot.alice.sees(/Only <@\d+> and moderators/, { timeoutMs });
    await bot.milo.presses(notice, button(notice, 'Cancel'));
    await replyTo(bot.bob, question, /Cancelled\. You weren't charged/);
  });

  it('stops an answer that has just begun', async () => {
    const room = await bot.newChannel();
    await occupies(bot.alice, room);
    const question = await asks(bot.bob, room, 'too late');
    wait();
    const notice = await replyTo(bot.bob, question, /in line/);
    bot.providers.answer('too late', { text: 'Late.', hold: true });
    bot.providers.release();
    await bot.providers.requested('too late');
    // Whatever stands below the message by now.
    const [shown = notice] = await repliesTo(question);
    const [pressed] = buttons(shown);
    await bot.bob.presses(shown, pressed?.customId ?? '');
    await replyTo(bot.bob, question, /Stopped before/);
  });

  it('of another version leaves the first one', async () => {
    const room = await bot.newChannel();
    bot.providers.answer('a word', { text: 'Word.' });
    const question = await asks(bot.bob, room, 'a word');
    const shown = await replyTo(bot.bob, question, 'Word.');
    await bot.idle();
    await occupies(bot.alice, room);
    await bot.bob.presses(shown, button(shown, 'Regenerate'));
    wait();
    const told = await bot.bob.sees((message) => /in line/.test(message.content), { timeoutMs, in: room });
    await bot.bob.presses(told, button(told, 'Cancel'));
    await bot.bob.sees("Cancelled. You weren't charged.", { timeoutMs, in: room });
    bot.providers.release();
    await bot.idle();
    expect(await repliesTo(question)).toEqual([expect.objectContaining({ id: shown.id, content: 'Word.' })]);
    expect((await storedTurn(bot, question))?.answers).toMatchObject([{ state: 'done', text: 'Word.' }]);
  });
});
