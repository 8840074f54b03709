import type { APIMessage } from 'discord-api-types/v10';
import { describe, expect, it } from 'vitest';
import type { Person } from '../../../../emulator/testing/person.ts';
import { button, buttons, hasEnded } from '../../../testing/components.ts';
import { sharedBot, sharedBilling } from '../../../testing/shared-bot.ts';
import { createShiftedClock } from '../../../testing/shifted-clock.ts';
import { storedTurn } from '../../../testing/stored.ts';

const dayMs = 24 * 60 * 60 * 1000;
const yaml = `
features: { chat: { laterQuestions: latest } }
prices:
  models:
    fake/test-model: { inputPerMillion: 10, outputPerMillion: 20 }
access:
  roles:
    member: { dailyFreeUsd: 1, requestsPerMinute: null, requestsPerHour: null, tokensPerWeek: null }
`;
const clock = createShiftedClock(Date.now());
/** The bot's time runs ahead of Discord's, so that it would not keep to limits in time. */
const bot = sharedBot({ paced: false, yaml, clock });
const billing = sharedBilling(bot, clock);

const timeoutMs = 20_000;
const asks = (person: Person, room: string, words: string) =>
  person.says(room, `<@${bot.app.discord.self.userId}> ${words}`);
const replyTo = (person: Person, question: APIMessage, text: string) =>
  person.sees(
    (message) =>
      message.message_reference?.message_id === question.id && message.content.includes(text) && hasEnded(message),
    { timeoutMs },
  );
const labels = (message: APIMessage) => buttons(message).map(({ label }) => label);
/** As a question of its own; models read it as a part of the conversation all the same. */
const asked = (words: string) => bot.providers.requests.some(({ userText }) => userText.endsWith(words));

/** Somebody's answer goes on until providers are released. */
async function occupies(person: Person, room: string, words = 'a long story'): Promise<APIMessage> {
  bot.providers.answer(words, { text: 'Once upon a time.', hold: 1, usage: null });
  const question = await asks(person, room, words);
  await person.sees((message) => message.content === 'Once' && message.message_reference?.message_id === question.id, {
    timeoutMs,
  });
  return question;
}

describe('with later questions set to “latest”', () => {
  it('a newer question stops the answer before; its text stays and is paid for', async () => {
    clock.jump(dayMs);
    const room = await bot.newChannel();
    const first = await occupies(bot.alice, room);
    bot.providers.answer('no, this', { text: 'This, then.' });
    const second = await asks(bot.alice, room, 'no, this');
    const stopped = await replyTo(bot.alice, first, 'Stopped for your newer question.');
    expect(stopped.content).toMatch(/^Once/);
    expect(labels(stopped)).toEqual(['Regenerate', 'Continue', '⋯']);
    await replyTo(bot.alice, second, 'This, then.');
    await bot.idle();
    const [call] = await billing.calls(first);
    expect(call).toMatchObject({ state: 'settled' });
    expect(call?.charged.micros).toBeGreaterThan(0);
  });

  it('a waiting question is skipped for free, says so, and can still be answered', async () => {
    const room = await bot.newChannel();
    await occupies(bot.bob, room);
    const first = await asks(bot.alice, room, 'the first thought');
    const second = await asks(bot.alice, room, 'the second thought');
    const left = await replyTo(bot.alice, first, 'Skipped for your newer question.');
    bot.providers.answer('the second thought', { text: 'A thought.' });
    bot.providers.release();
    await replyTo(bot.alice, second, 'A thought.');
    await bot.idle();
    expect(asked('the first thought')).toBe(false);
    expect(await billing.calls(first)).toEqual([]);
    bot.providers.answer('the first thought', { text: 'That one, too.' });
    await bot.alice.presses(left, button(left, 'Regenerate'));
    const answer = await replyTo(bot.alice, first, 'That one, too.');
    expect(answer.id).toBe(left.id);
  });

  it('a waiting notice says that its question is skipped', async () => {
    const room = await bot.newChannel();
    await occupies(bot.bob, room);
    const first = await asks(bot.alice, room, 'told to wait');
    clock.jump(11_000);
    const notice = await replyTo(bot.alice, first, 'in line');
    const second = await asks(bot.alice, room, 'told nothing');
    const left = await replyTo(bot.alice, first, 'Skipped for your newer question.');
    expect(left.id).toBe(notice.id);
    bot.providers.answer('told nothing', { text: 'Here.' });
    bot.providers.release();
    await replyTo(bot.alice, second, 'Here.');
  });

  it('other members and other conversations are not affected', async () => {
    const rooms = [await bot.newChannel(), await bot.newChannel()] as const;
    const here = await occupies(bot.alice, rooms[0], 'story one');
    const there = await occupies(bot.bob, rooms[1], 'story two');
    bot.providers.answer('mine', { text: 'Yours.' });
    const elsewhere = await asks(bot.alice, rooms[1], 'mine');
    await expect.poll(() => storedTurn(bot, elsewhere), { timeout: timeoutMs }).toBeDefined();
    bot.providers.release();
    for (const [person, question, text] of [
      [bot.alice, here, 'Once upon a time.'],
      [bot.bob, there, 'Once upon a time.'],
      [bot.alice, elsewhere, 'Yours.'],
    ] as const) {
      expect((await replyTo(person, question, text)).content).toBe(text);
    }
  });
});
