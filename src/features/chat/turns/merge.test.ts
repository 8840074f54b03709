import type { APIMessage } from 'discord-api-types/v10';
import { describe, expect, it } from 'vitest';
import type { Person } from '../../../../emulator/testing/person.ts';
import { button, buttons, hasEnded } from '../../../testing/components.ts';
import { sharedBot, sharedBilling } from '../../../testing/shared-bot.ts';
import { createShiftedClock } from '../../../testing/shifted-clock.ts';
import { sentParts } from '../../../testing/sent.ts';
import { storedTurn } from '../../../testing/stored.ts';

const yaml = `
features: { chat: { laterQuestions: merge } }
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
const isReplyTo = (question: APIMessage) => (message: APIMessage) =>
  message.message_reference?.message_id === question.id;
const answered = (person: Person, question: APIMessage, text: string) =>
  person.sees((message) => isReplyTo(question)(message) && message.content === text && hasEnded(message), {
    timeoutMs,
  });
const repliesTo = async (question: APIMessage) =>
  (await bot.olivia.messages(question.channel_id)).filter(isReplyTo(question));
const within = { timeout: timeoutMs, interval: 10 };
/** Waits until the bot has taken a question. */
const taken = (question: APIMessage) => expect.poll(() => storedTurn(bot, question), within).toBeDefined();
const sentFor = (words: string) => {
  const request = bot.providers.requests.find(({ userText }) => userText.includes(words));
  return sentParts(request?.body).map(({ content }) => content);
};

/** Somebody's answer goes on until providers are released. */
async function occupies(person: Person, room: string): Promise<void> {
  bot.providers.answer('a long story', { text: 'Once upon a time.', hold: 1 });
  const question = await asks(person, room, 'a long story');
  await person.sees((message) => message.content === 'Once' && isReplyTo(question)(message), { timeoutMs });
}

describe('what a person asks while their question waits', () => {
  it('is answered together with it, in its place, as a reply to the latest, for the price of one', async () => {
    const room = await bot.newChannel();
    await occupies(bot.alice, room);
    const first = await asks(bot.bob, room, 'who are you?');
    const others = await asks(bot.milo, room, 'what about me?');
    const second = await asks(bot.bob, room, 'and what can you do?');
    const third = await asks(bot.bob, room, 'for free?');
    await taken(third);
    bot.providers.answer('for free?', { text: 'All of that.', usage: { inputTokens: 100, outputTokens: 10 } });
    bot.providers.answer('what about me?', { text: 'You, too.' });
    bot.providers.release();
    const answer = await answered(bot.bob, third, 'All of that.');
    const after = await answered(bot.milo, others, 'You, too.');
    expect(BigInt(answer.id)).toBeLessThan(BigInt(after.id));
    expect(sentFor('for free?').slice(-3)).toEqual(['Bob: who are you?', 'and what can you do?', 'for free?']);
    await bot.idle();
    expect([...(await repliesTo(first)), ...(await repliesTo(second))]).toEqual([]);
    expect(bot.providers.requests).toHaveLength(3);
    expect((await billing.paid(bot.bob)).free).toBe(100 * 10 + 10 * 20);
  });

  it('is part of the history, each question for itself', async () => {
    const room = await bot.newChannel();
    await occupies(bot.alice, room);
    await asks(bot.bob, room, 'my name is Bob');
    const second = await asks(bot.bob, room, 'and my dog is Rex');
    await taken(second);
    bot.providers.answer('Rex', { text: 'Hello you two.' });
    bot.providers.release();
    await answered(bot.bob, second, 'Hello you two.');
    await bot.idle();
    bot.providers.answer('what is my dog called?', { text: 'Rex.' });
    const later = await asks(bot.bob, room, 'what is my dog called?');
    await answered(bot.bob, later, 'Rex.');
    expect(sentFor('what is my dog called?').slice(-4)).toEqual([
      'Bob: my name is Bob',
      'Bob: and my dog is Rex',
      'Hello you two.',
      'Bob: what is my dog called?',
    ]);
  });

  it('is answered without deleted messages and with edits', async () => {
    const room = await bot.newChannel();
    await occupies(bot.alice, room);
    const first = await asks(bot.bob, room, 'the deleted part');
    const second = await asks(bot.bob, room, 'the edited part');
    const third = await asks(bot.bob, room, 'the last part');
    await taken(third);
    await bot.bob.deletes(first);
    await bot.bob.edits(second, `<@${bot.app.discord.self.userId}> the better part`);
    await expect.poll(() => storedTurn(bot, first), within).toBeUndefined();
    await expect.poll(async () => (await storedTurn(bot, second))?.editedAt, within).toBeDefined();
    bot.providers.answer('the last part', { text: 'Both parts.' });
    bot.providers.release();
    await answered(bot.bob, third, 'Both parts.');
    expect(sentFor('the last part').slice(-2)).toEqual(['Bob: the better part', 'the last part']);
  });

  it('is offered to be answered again when any of it is edited afterwards', async () => {
    const room = await bot.newChannel();
    await occupies(bot.alice, room);
    const first = await asks(bot.bob, room, 'with a tpyo');
    const second = await asks(bot.bob, room, 'and without');
    await taken(second);
    bot.providers.answer('and without', { text: 'Typo?' });
    bot.providers.release();
    const answer = await answered(bot.bob, second, 'Typo?');
    await bot.idle();
    await bot.bob.edits(first, `<@${bot.app.discord.self.userId}> with a typo`);
    const offered = await bot.bob.sees(
      (message) =>
        message.id === answer.id && buttons(message).some(({ label }) => label === 'Answer the edited question'),
      { timeoutMs },
    );
    bot.providers.answer('and without', { text: 'No typo.' });
    await bot.bob.presses(offered, button(offered, 'Answer the edited question'));
    await answered(bot.bob, second, 'No typo.');
    expect(bot.providers.requests.at(-1)?.userText).toBe('Bob: with a typo\n\nand without');
  });

  it('when the latest is deleted is answered as a reply to the one before', async () => {
    const room = await bot.newChannel();
    await occupies(bot.alice, room);
    const first = await asks(bot.bob, room, 'this stays');
    const second = await asks(bot.bob, room, 'this goes');
    await taken(second);
    await bot.bob.deletes(second);
    await expect.poll(() => storedTurn(bot, second), within).toBeUndefined();
    bot.providers.answer('this stays', { text: 'It stayed.' });
    bot.providers.release();
    await answered(bot.bob, first, 'It stayed.');
    expect(sentFor('this stays').at(-1)).toBe('Bob: this stays');
  });

  it('moves its waiting notice below the latest question', async () => {
    const room = await bot.newChannel();
    await occupies(bot.alice, room);
    const first = await asks(bot.bob, room, 'one more thing');
    clock.jump(11_000);
    const notice = await bot.bob.sees((message) => isReplyTo(first)(message) && message.content.includes('in line'), {
      timeoutMs,
    });
    const second = await asks(bot.bob, room, 'and another one');
    await bot.bob.hears<{ id: string }>('MESSAGE_DELETE', ({ id }) => id === notice.id, timeoutMs);
    clock.jump(11_000);
    const next = await bot.bob.sees((message) => isReplyTo(second)(message) && message.content.includes('in line'), {
      timeoutMs,
    });
    bot.providers.answer('and another one', { text: 'Two things.' });
    bot.providers.release();
    const answer = await answered(bot.bob, second, 'Two things.');
    expect(answer.id).toBe(next.id);
  });

  it('waits by itself when the first is being answered already, and so does what another asks', async () => {
    const room = await bot.newChannel();
    await occupies(bot.alice, room);
    const second = await asks(bot.alice, room, 'too late to join');
    const others = await asks(bot.bob, room, 'by myself');
    await taken(others);
    bot.providers.answer('too late to join', { text: 'So be it.' });
    bot.providers.answer('by myself', { text: 'Alone.' });
    bot.providers.release();
    await answered(bot.alice, second, 'So be it.');
    await answered(bot.bob, others, 'Alone.');
    expect(sentFor('too late to join').at(-1)).toBe('Alice: too late to join');
  });
});
