import { MessageFlags } from 'discord-api-types/v10';
import type { APIMessage } from 'discord-api-types/v10';
import { describe, expect, it } from 'vitest';
import type { Person } from '../../../../emulator/testing/person.ts';
import { button, buttons, hasEnded } from '../../../testing/components.ts';
import { sharedBot } from '../../../testing/shared-bot.ts';
import { createShiftedClock } from '../../../testing/shifted-clock.ts';

const clock = createShiftedClock(Date.now());
/** Everybody waits for everybody else. */
/** The bot's time runs ahead of Discord's, so that it would not keep to limits in time. */
const bot = sharedBot({ paced: false, clock, yaml: 'queue: { concurrency: { text: 1 } }' });
const timeoutMs = 20_000;
const isTitling = ({ body }: { body: Record<string, unknown> }) => JSON.stringify(body).includes('Write a title');
const isForOne = (message: APIMessage) => ((message.flags ?? 0) & MessageFlags.Ephemeral) !== 0;
const told = (person: Person, room: string, words: RegExp) =>
  person.sees((message) => isForOne(message) && words.test(message.content), { in: room, timeoutMs });

async function occupies(): Promise<void> {
  bot.providers.answer('a long story', { text: 'Once upon a time.', hold: 1 });
  await bot.alice.says(await bot.newChannel(), `<@${bot.app.discord.self.userId}> a long story`);
  await bot.alice.sees((message) => message.content === 'Once', { timeoutMs });
}

describe('/ask that has to wait', () => {
  it('opens its thread, and says there and to the asker how long it takes; the answer comes in that message', async () => {
    const room = await bot.newChannel();
    await occupies();
    const running = bot.bob.runs('ask', { prompt: 'what now?' }, { in: room });
    clock.jump(4_000);
    const reply = await told(bot.bob, room, /I'll answer in <#\d+>\.\n⏳ 1st in line/);
    await running;
    const thread = /<#(\d+)>/.exec(reply.content)?.[1] ?? '';
    const notice = await bot.milo.sees(
      (message) => message.channel_id === thread && /^⏳ 1st in line/.test(message.content),
      { timeoutMs },
    );
    const [, question] = (await bot.milo.messages(thread)).reverse();
    expect([reply, notice].map((message) => buttons(message).map(({ label }) => label))).toEqual([
      ['Cancel'],
      ['Cancel'],
    ]);
    expect(question?.content).toContain('> what now?');
    expect(notice.message_reference?.message_id).toBe(question?.id);
    bot.providers.answer(isTitling, { text: 'What now' });
    bot.providers.answer('what now?', { text: 'This.' });
    bot.providers.release();
    const answer = await bot.milo.sees((message) => message.content === 'This.' && hasEnded(message), { timeoutMs });
    expect(answer.id).toBe(notice.id);
  });

  it('can be cancelled from the reply to the asker', async () => {
    const room = await bot.newChannel();
    await occupies();
    const running = bot.bob.runs('ask', { prompt: 'never mind then' }, { in: room });
    clock.jump(4_000);
    const reply = await told(bot.bob, room, /in line/);
    await running;
    await bot.bob.presses(reply, button(reply, 'Cancel'));
    await told(bot.bob, room, /^Cancelled\. You weren't charged\.$/);
    bot.providers.release();
    await bot.idle();
    expect(bot.providers.requests.some(({ userText }) => userText.includes('never mind'))).toBe(false);
  });
});

describe('a command in the menu of a message that has to wait', () => {
  it('is told to the one who chose it, and below the message', async () => {
    const room = await bot.newChannel();
    const target = await bot.alice.says(room, 'a riddle');
    await occupies();
    const running = bot.bob.picks('Explain', target);
    await told(bot.bob, room, /I'll answer below/);
    clock.jump(4_000);
    await told(bot.bob, room, /⏳ 1st in line/);
    await running;
    const notice = await bot.alice.sees((message) => !isForOne(message) && /^⏳ 1st in line/.test(message.content), {
      in: room,
      timeoutMs,
    });
    bot.providers.answer('Explain this message', { text: 'It is a riddle.' });
    bot.providers.release();
    const answer = await bot.alice.sees((message) => message.content === 'It is a riddle.' && hasEnded(message), {
      timeoutMs,
    });
    expect(answer.id).toBe(notice.id);
  });
});
