import { PermissionFlagsBits } from 'discord-api-types/v10';
import type { APIMessage } from 'discord-api-types/v10';
import { describe, expect, it } from 'vitest';
import { connectPerson } from '../../../../emulator/testing/person.ts';
import { hasEnded } from '../../../testing/components.ts';
import { sharedBot } from '../../../testing/shared-bot.ts';
import { jobCount, storedTurn } from '../../../testing/stored.ts';

const bot = sharedBot();

const mention = () => `<@${bot.app.discord.self.userId}>`;
const isAnswerTo = (question: APIMessage) => (message: APIMessage) =>
  message.message_reference?.message_id === question.id;
const complete = (question: APIMessage, text: string) => (message: APIMessage) =>
  isAnswerTo(question)(message) && message.content === text && hasEnded(message);
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

/** What is stored of the answers to a question. */
const answers = async (question: APIMessage) => (await storedTurn(bot, question))?.answers ?? [];

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
  it('deleting the question removes the answer', async () => {
    const { room, question, answer } = await growing();
    await bot.alice.deletes(question);
    await bot.alice.hears<{ id: string }>('MESSAGE_DELETE', ({ id }) => id === answer.id);
    bot.providers.release();
    await bot.idle();
    expect(await ofBot(room)).toEqual([]);
    expect(await answers(question)).toEqual([]);
  });

  it('deleting the bot’s message stops the answer, and the message does not come back', async () => {
    const { room, question, answer } = await growing();
    await expect.poll(async () => (await storedTurn(bot, question))?.answerMessageIds).toEqual([answer.id]);
    await bot.milo.deletes(answer);
    await expect.poll(() => bot.providers.requests[0]?.aborted).toBe(true);
    bot.providers.release();
    await bot.idle();
    expect(await ofBot(room)).toEqual([]);
    expect(await answers(question)).toEqual([]);
  });

  it('deleting the channel deletes what was said there', async () => {
    const { channelId, question } = await growing();
    await bot.olivia.request('DELETE', `/channels/${channelId}`);
    await expect.poll(() => answers(question)).toEqual([]);
    bot.providers.release();
    await bot.idle();
    expect(bot.providers.requests).toHaveLength(1);
  });

  it.each([
    ['see the channel', PermissionFlagsBits.ViewChannel, 'discord/50001'],
    ['write there', PermissionFlagsBits.SendMessages, 'discord/50013'],
  ])('an answer is kept when the bot loses its permission to %s', async (_, right, code) => {
    const { room, channelId, question } = await growing(bot.alice, ` and more.\n\n${'word '.repeat(600)}`);
    await bot.olivia.request('PUT', `/channels/${channelId}/permissions/${bot.app.discord.self.userId}`, {
      type: 1,
      allow: '0',
      deny: String(right),
    });
    bot.providers.release();
    await bot.idle();
    expect(await answers(question)).toMatchObject([
      { state: 'failed', error: code, text: expect.stringMatching(/^The beginning and more/) as string },
    ]);
    expect(await jobCount(bot, 'dead')).toBe(0);
    expect(bot.providers.requests).toHaveLength(1);
    const left = await ofBot(room);
    expect(left).toHaveLength(1);
    expect(left[0]?.content).not.toContain('⚠️');
  });

  it('deleting the channel stops the request to the provider', async () => {
    const room = await bot.newChannel();
    const chunks = ['The beginning', ' and more', ' and its end.'];
    bot.providers.answer('slowly', { chunks, hold: 1, stallAfterChunks: 2 });
    const question = await bot.alice.says(room, `${mention()} slowly`);
    await bot.olivia.sees(isAnswerTo(question));
    await bot.olivia.request('DELETE', `/channels/${question.channel_id}`);
    bot.providers.release();
    const [request] = bot.providers.requests;
    await request?.closed;
    expect(request?.aborted).toBe(true);
    await bot.idle();
    expect(await answers(question)).toEqual([]);
  });

  it('an answer is shown although its asker leaves the server', async () => {
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

  it('an answer is kept when its asker closes their direct messages', async () => {
    bot.providers.answer('just us', { text: 'Just us.', hold: true });
    const { id } = await bot.alice.opensDirectMessages(bot.app.discord.self.userId);
    const question = await bot.alice.says(id, 'just us?');
    await bot.providers.requested('just us');
    await control('faults', {
      match: { method: 'POST', route: `/channels/${id}/messages` },
      times: 2,
      answer: { status: 403, body: { code: 50007, message: 'Cannot send messages to this user' } },
    });
    bot.providers.release();
    await bot.idle();
    expect(await answers(question)).toMatchObject([{ state: 'failed', error: 'discord/50007' }]);
    expect(bot.providers.requests).toHaveLength(1);
  });
});

const create = { method: 'POST', route: '/channels/{channel_id}/messages' };
const edit = { method: 'PATCH', route: '/channels/{channel_id}/messages/{message_id}' };
const limited = (scope: 'global' | 'user') => ({
  status: 429,
  headers: {
    'retry-after': '1',
    'x-ratelimit-scope': scope,
    ...(scope === 'global' ? { 'x-ratelimit-global': 'true' } : {}),
  },
  body: { message: 'You are being rate limited.', retry_after: 0.3, global: scope === 'global' },
});

describe('an answer arrives once and whole', () => {
  it.each([
    ['creating fails twice', create, 2, { status: 500 }],
    ['editing fails twice', edit, 2, { status: 500 }],
    ['creating meets a limit', create, 1, limited('user')],
    ['editing meets a limit', edit, 1, limited('user')],
    ['creating meets the global limit', create, 1, limited('global')],
    ['editing meets the global limit', edit, 1, limited('global')],
    ['the answer to a creation is lost', create, 1, { drop: true }],
    ['the answer to an edit is lost', edit, 1, { drop: true }],
    ['creating is slow', create, 1, { delayMs: 3000 }],
    ['editing is slow', edit, 1, { delayMs: 3000 }],
    ['the connection is cut while creating', create, 1, { close: true }],
    ['the connection is cut while editing', edit, 1, { close: true }],
  ])('when %s', async (_, match, times, answer) => {
    const room = await bot.newChannel();
    const route = match.route.replace('{channel_id}', bot.alice.channel(room).id);
    bot.providers.answer('hello', { chunks: ['Hello', ' again', ' and again.'], hold: match === edit ? 1 : 0 });
    const question = await bot.alice.says(room, `${mention()} hello`);
    if (match === edit) await bot.alice.sees(isAnswerTo(question));
    else await bot.providers.requested('hello');
    await control('faults', { match: { ...match, route }, times, answer });
    bot.providers.release();
    await bot.alice.sees(complete(question, 'Hello again and again.'));
    await bot.idle();
    expect(await ofBot(room)).toHaveLength(1);
    expect(await answers(question)).toMatchObject([{ state: 'done' }]);
    expect(bot.providers.requests).toHaveLength(1);
  });

  it.each([
    ['drops', { action: 'drop' }],
    ['has to reconnect', { action: 'reconnect' }],
    ['is refused its session', { action: 'invalid_session', resumable: false }],
  ])('when the gateway %s', async (_, action) => {
    const { room, question } = await growing();
    await control('gateway', { ...action, userId: bot.app.discord.self.userId });
    bot.providers.release();
    await bot.alice.sees(complete(question, whole));
    bot.providers.answer('meanwhile', { text: 'Yes.' });
    const next = await bot.alice.says(room, `${mention()} meanwhile?`);
    await bot.alice.sees(complete(next, 'Yes.'), { timeoutMs: 15_000 });
    await bot.idle();
    expect(await ofBot(room)).toHaveLength(2);
  });
});

async function roomWithout(denied: bigint): Promise<string> {
  const room = await bot.newChannel();
  const { id } = bot.alice.channel(room);
  await bot.olivia.request('PUT', `/channels/${id}/permissions/${bot.app.discord.self.userId}`, {
    type: 1,
    allow: '0',
    deny: String(denied),
  });
  await bot.idle();
  return room;
}

describe('a question', () => {
  it('is ignored where the bot may not write', async () => {
    const room = await roomWithout(PermissionFlagsBits.SendMessages);
    const question = await bot.alice.says(room, `${mention()} hello`);
    await bot.idle();
    expect(await ofBot(room)).toEqual([]);
    expect(await storedTurn(bot, question)).toBeUndefined();
    expect(bot.providers.requests).toHaveLength(0);
  });

  it('in a thread is answered, also where the bot may write in threads only', async () => {
    for (const room of [await bot.newChannel(), await roomWithout(PermissionFlagsBits.SendMessages)]) {
      const start = await bot.alice.says(room, 'a topic');
      const thread = await bot.alice.opensThread(start, 'A topic');
      await bot.alice.until('the thread', () => bot.alice.view.channels.get(thread.id) ?? null);
      bot.providers.answer('in here', { text: 'In here.' });
      const question = await bot.alice.says(thread.id, `${mention()} in here?`);
      await bot.alice.sees(complete(question, 'In here.'), { in: thread.id });
      await bot.idle();
    }
  });

  it('is ignored in a thread in which the bot may not write', async () => {
    const room = await roomWithout(PermissionFlagsBits.SendMessagesInThreads);
    const thread = await bot.alice.opensThread(await bot.alice.says(room, 'a topic'), 'A topic');
    await bot.alice.until('the thread', () => bot.alice.view.channels.get(thread.id) ?? null);
    await bot.alice.says(thread.id, `${mention()} in here?`);
    await bot.idle();
    expect(bot.providers.requests).toHaveLength(0);
  });
});

describe('a strange question', () => {
  it('pings nobody and keeps its words', async () => {
    const room = await bot.newChannel();
    const [role] = [...bot.emulator.core.world.roles.values()].filter(({ name }) => name === 'Moderator');
    const text = `@everyone @here <@&${String(role?.id)}> <@${bot.bob.user.id}> wake up`;
    bot.providers.answer('shout', { text });
    const question = await bot.alice.says(room, `${mention()} shout`);
    const answer = await bot.alice.sees(complete(question, text));
    expect(answer).toMatchObject({ mention_everyone: false, mentions: [], mention_roles: [] });
  });

  it.each([
    ['nothing visible', '\u200b\u200d\u2060'.repeat(20)],
    ['right to left', '\u202eمرحبا بالعالم\u202c'],
    ['emoji', '👨‍👩‍👧‍👦'.repeat(150)],
  ])('is answered when it is %s', async (_, words) => {
    const room = await bot.newChannel();
    bot.providers.answerByDefault({ text: 'I see.' });
    const question = await bot.alice.says(room, `${mention()} ${words}`);
    await bot.alice.sees(complete(question, 'I see.'));
  });

  it('arrives whole when it is one long code block', async () => {
    const room = await bot.newChannel();
    const code = Array.from({ length: 500 }, (_, index) => `line ${index} of a program`).join('\n');
    bot.providers.answer('program', { text: `\`\`\`python\n${code}\n\`\`\`` });
    await bot.alice.says(room, `${mention()} program`);
    await bot.alice.sees(/line 499 /, { in: room, timeoutMs: 25_000 });
    await bot.idle();
    const parts = (await ofBot(room)).map(({ content }) => content);
    for (const part of parts) {
      expect(part.length).toBeLessThanOrEqual(2000);
      expect(part).toMatch(/^```python\n[^]*\n```$/);
    }
    const shown = parts.map((part) => part.replace(/^```python\n/, '').replace(/\n```$/, ''));
    expect(shown.join('\n')).toBe(code);
  });

  it('keeps two questions of one channel apart', async () => {
    const room = await bot.newChannel();
    bot.providers.answer('one', { text: 'The first.' });
    bot.providers.answer('two', { text: 'The second.' });
    const [one, two] = await Promise.all([
      bot.alice.says(room, `${mention()} one`),
      bot.bob.says(room, `${mention()} two`),
    ]);
    await bot.alice.sees(complete(one, 'The first.'));
    await bot.alice.sees(complete(two, 'The second.'));
  });
});
