import { describe, expect, it } from 'vitest';
import type { Person } from '../../../../emulator/testing/person.ts';
import type { TestBot } from '../../../testing/bot.ts';
import { hasEnded } from '../../../testing/components.ts';
import type { FakeRequest } from '../../../testing/providers.ts';
import { sharedBot } from '../../../testing/shared-bot.ts';
import { jobCount } from '../../../testing/stored.ts';

const timeoutMs = 20_000;
const asks = (bot: TestBot, person: Person, room: string, words: string) =>
  person.says(room, `<@${bot.app.discord.self.userId}> ${words}`);
const answered = (person: Person, text: string) =>
  person.sees((message) => message.content === text && hasEnded(message), { timeoutMs });
/** The question itself: what has no answer yet comes before it in the same message. */
const asksFor =
  (name: string) =>
  ({ userText }: FakeRequest): boolean =>
    userText.endsWith(name);
const answers = (bot: TestBot, names: readonly string[]) => {
  for (const name of names) bot.providers.answer(asksFor(name), { text: `Answer to ${name}.`, hold: true });
};

describe('with one answer per person', () => {
  const bot = sharedBot({ yaml: 'features: { chat: { oneAnswerPer: person } }' });

  it('members of one channel are answered at the same time, each one question at a time', async () => {
    const room = await bot.newChannel();
    answers(bot, ['first of alice', 'second of alice', 'first of bob']);
    await asks(bot, bot.alice, room, 'first of alice');
    await asks(bot, bot.alice, room, 'second of alice');
    await asks(bot, bot.bob, room, 'first of bob');
    await bot.providers.requested(asksFor('first of alice'));
    await bot.providers.requested(asksFor('first of bob'));
    await expect.poll(() => jobCount(bot, 'waiting'), { timeout: timeoutMs }).toBe(1);
    bot.providers.release();
    await answered(bot.alice, 'Answer to first of alice.');
    await bot.providers.requested(asksFor('second of alice'));
    bot.providers.release();
    await answered(bot.alice, 'Answer to second of alice.');
    await answered(bot.bob, 'Answer to first of bob.');
  });
});

describe('with one answer per question', () => {
  const bot = sharedBot({ yaml: 'features: { chat: { oneAnswerPer: question } }' });

  it('all are answered at once', async () => {
    const room = await bot.newChannel();
    const names = ['this', 'that', 'something else'];
    answers(bot, names);
    for (const name of names) await asks(bot, bot.alice, room, name);
    for (const name of names) await bot.providers.requested(asksFor(name));
    bot.providers.release();
    for (const name of names) await answered(bot.alice, `Answer to ${name}.`);
  });
});
