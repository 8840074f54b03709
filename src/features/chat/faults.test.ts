import { PermissionFlagsBits } from 'discord-api-types/v10';
import type { APIMessage } from 'discord-api-types/v10';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { connectPerson } from '../../../emulator/testing/person.ts';
import { buttons } from '../../testing/components.ts';
import { startTestBot } from '../../testing/bot.ts';
import type { TestBot } from '../../testing/bot.ts';

let bot: TestBot;
beforeAll(async () => {
  bot = await startTestBot();
});
afterEach(async () => {
  await bot.idle();
  bot.emulator.core.faults.clear();
  expect(bot.providers.unused()).toEqual([]);
  bot.providers.reset();
});
afterAll(() => bot.close());

const mention = () => `<@${bot.app.discord.self.userId}>`;
const isAnswerTo = (question: APIMessage) => (message: APIMessage) =>
  message.message_reference?.message_id === question.id;
const complete = (question: APIMessage, text: string) => (message: APIMessage) =>
  isAnswerTo(question)(message) && message.content === text && buttons(message).length === 0;
const ofBot = async (room: string) => (await bot.olivia.messages(room)).filter((message) => message.author.bot);

async function control(path: string, body: unknown): Promise<unknown> {
  const response = await fetch(`${bot.emulator.origin}/_control/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(response.status).toBe(200);
  return response.json();
}

/** The row of the answer to a question, with its job's. */
const stored = (question: APIMessage) =>
  bot.database.postgres.db
    .selectFrom('chat_answer as a')
    .innerJoin('chat_question as q', 'q.id', 'a.question_id')
    .innerJoin('queue_job as j', 'j.id', 'a.job_id')
    .select(['a.state', 'a.error_code', 'a.sealed', 'j.state as job', 'j.attempt'])
    .where('q.message_id', '=', question.id)
    .executeTakeFirstOrThrow();

/** Asks in a room and waits for the first words of an answer that then is held. */
async function growing(person = bot.alice, rest = ' and its end.') {
  const room = await bot.newChannel();
  bot.providers.answer('slowly', { chunks: ['The beginning', rest], hold: 1 });
  const question = await person.says(room, `${mention()} slowly`);
  const answer = await bot.olivia.sees(isAnswerTo(question));
  expect(answer.content).toBe('The beginning');
  return { room, channelId: question.channel_id, question, answer };
}

const whole = 'The beginning and its end.';

describe('in the middle of an answer', () => {
  it('the question may go', async () => {
    const { room, question } = await growing();
    await bot.alice.deletes(question);
    bot.providers.release();
    await bot.alice.sees(complete(question, whole));
    expect(await ofBot(room)).toHaveLength(1);
  });

  it('the bot’s message may go: it does not come back, and what was said is kept', async () => {
    const { room, question, answer } = await growing();
    await bot.milo.deletes(answer);
    bot.providers.release();
    await bot.idle();
    expect(await ofBot(room)).toEqual([]);
    expect(await stored(question)).toMatchObject({ state: 'done', job: 'done', attempt: 1 });
  });

  it('the channel may go', async () => {
    const { channelId, question } = await growing();
    await bot.olivia.request('DELETE', `/channels/${channelId}`);
    bot.providers.release();
    await bot.idle();
    const { sealed, ...rest } = await stored(question);
    expect(rest).toEqual({ state: 'failed', error_code: 'discord/10003', job: 'done', attempt: 1 });
    expect(sealed).not.toBeNull();
    expect(bot.providers.requests).toHaveLength(1);
  });

  it.each([
    ['see the channel', PermissionFlagsBits.ViewChannel, 'discord/50001'],
    ['write there', PermissionFlagsBits.SendMessages, 'discord/50013'],
  ])('the bot’s right to %s may go', async (_, right, code) => {
    const { room, channelId, question } = await growing(bot.alice, ` and more.\n\n${'word '.repeat(600)}`);
    await bot.olivia.request('PUT', `/channels/${channelId}/permissions/${bot.app.discord.self.userId}`, {
      type: 1,
      allow: '0',
      deny: String(right),
    });
    bot.providers.release();
    await bot.idle();
    const { sealed, ...rest } = await stored(question);
    expect(rest).toEqual({ state: 'failed', error_code: code, job: 'done', attempt: 1 });
    expect(sealed).not.toBeNull();
    expect(bot.providers.requests).toHaveLength(1);
    const left = await ofBot(room);
    expect(left).toHaveLength(1);
    expect(left[0]?.content).not.toContain('⚠️');
  });

  it('the one who asked may leave', async () => {
    const [guild] = bot.emulator.core.world.guilds.values();
    await control('members', { guildId: guild?.id, username: 'lea' });
    const lea = await connectPerson(bot.emulator.origin, 'lea');
    try {
      const room = await bot.newChannel();
      await lea.until(`#${room}`, () => [...lea.view.channels.values()].find((one) => one.name === room) ?? null);
      bot.providers.answer('slowly', { chunks: ['The beginning', ' and its end.'], hold: 1 });
      const question = await lea.says(room, `${mention()} slowly`);
      await bot.alice.sees(isAnswerTo(question));
      await lea.request('DELETE', `/users/@me/guilds/${String(guild?.id)}`);
      bot.providers.release();
      await bot.alice.sees(complete(question, whole));
    } finally {
      await lea.close();
    }
  });

  it('the direct messages of the one who asked may be closed to the bot', async () => {
    bot.providers.answer('just us', { text: 'Just us.', hold: true });
    const { id } = await bot.alice.opensDirectMessages(bot.app.discord.self.userId);
    const question = await bot.alice.says(id, 'just us?');
    await bot.providers.requested('just us');
    await control('faults', {
      match: { method: 'POST', route: `/channels/${id}/messages` },
      answer: { status: 403, body: { code: 50007, message: 'Cannot send messages to this user' } },
    });
    await control('faults', {
      match: { method: 'POST', route: `/channels/${id}/messages` },
      answer: { status: 403, body: { code: 50007, message: 'Cannot send messages to this user' } },
    });
    bot.providers.release();
    await bot.idle();
    expect(await stored(question)).toMatchObject({ state: 'failed', error_code: 'discord/50007', attempt: 1 });
  });
});
