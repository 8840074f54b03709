import { MessageFlags, PermissionFlagsBits } from 'discord-api-types/v10';
import type { APIChannel, APIMessage } from 'discord-api-types/v10';
import { describe, expect, it } from 'vitest';
import type { FaultAnswer } from '../../../../emulator/faults.ts';
import type { Person } from '../../../../emulator/testing/person.ts';
import { callableCommands } from '../../../sdk/index.ts';
import { hasEnded } from '../../../testing/components.ts';
import { sharedBot, sharedBilling } from '../../../testing/shared-bot.ts';

const waitMs = 20_000;

const bot = sharedBot();
const billing = sharedBilling(bot);

const isTitling = ({ body }: { body: Record<string, unknown> }) => JSON.stringify(body).includes('Write a title');
const titled = (text: string) => bot.providers.answer(isTitling, { text });
const ephemeral = (message: APIMessage) => ((message.flags ?? 0) & MessageFlags.Ephemeral) !== 0;

/** What the asker alone is told. */
const told = (person: Person, words: RegExp, room: string) =>
  person.sees((message) => ephemeral(message) && words.test(message.content), { in: room, timeoutMs: waitMs });

const answered = (person: Person, text: string) =>
  person.sees((message) => message.content === text && hasEnded(message), { timeoutMs: waitMs });

/** Asks with the command and resolves to the thread that the asker is told of. */
async function asksInThread(person: Person, room: string, options: Record<string, string>): Promise<string> {
  await person.runs('ask', options, { in: room });
  const { content } = await told(person, /I'll answer in <#\d+>/, room);
  return /<#(\d+)>/.exec(content)?.[1] ?? '';
}

const nameOf = async (channelId: string) =>
  (await bot.alice.request<APIChannel>('GET', `/channels/${channelId}`)).name ?? '';

describe('/ask in a channel', () => {
  it('answers in a thread of its own, which a model gives a title', async () => {
    const room = await bot.newChannel();
    bot.providers.answer('why is the sky blue?', { text: 'Because of scattering.' });
    titled('"The **blue** sky."');
    const thread = await asksInThread(bot.alice, room, { prompt: 'why is the sky blue?' });
    const answer = await answered(bot.bob, 'Because of scattering.');
    await bot.idle();
    const [question] = (await bot.bob.messages(thread)).filter(({ type }) => type === 0);
    expect(question?.content).toBe('> why is the sky blue?');
    const starters = (await bot.bob.messages(room)).filter((message) => !ephemeral(message));
    expect(starters.map(({ id, content }) => [id, content])).toEqual([
      [thread, `💬 <@${bot.alice.user.id}> asked me something:`],
    ]);
    expect(answer).toMatchObject({ channel_id: thread, message_reference: { message_id: question?.id } });
    expect(await nameOf(thread)).toBe('The blue sky');
    expect(bot.providers.requests.find(isTitling)?.body['max_tokens']).toBe(24);
  });

  it('needs words', async () => {
    const room = await bot.newChannel();
    await bot.alice.runs('ask', { prompt: '   ' }, { in: room });
    await told(bot.alice, /`prompt` is missing.*\/ask <prompt>/, room);
  });

  it('goes on with every message of the thread, by any member, with its history', async () => {
    const room = await bot.newChannel();
    bot.providers.answer('a riddle please', { text: 'What has keys but no locks?' });
    titled('A riddle');
    const thread = await asksInThread(bot.alice, room, { prompt: 'a riddle please' });
    await answered(bot.alice, 'What has keys but no locks?');
    await bot.idle();
    bot.providers.answer('a piano?', { text: 'Right!' });
    await bot.bob.says(thread, 'a piano?');
    await answered(bot.bob, 'Right!');
    const messages = bot.providers.requests.at(-1)?.body['messages'] as { content: string }[];
    expect(messages.slice(1).map(({ content }) => content)).toEqual([
      'Alice: a riddle please',
      'What has keys but no locks?',
      'Bob: a piano?',
    ]);
    await bot.alice.says(room, 'nobody asked here');
    await bot.idle();
    expect(bot.providers.requests).toHaveLength(3);
  });

  it('keeps the beginning of the question as its title, cut at a word, when no model gives one', async () => {
    const room = await bot.newChannel();
    const prompt = `${'tell me about word '.repeat(8)}and the end`;
    bot.providers.answer('tell me', { text: 'Gladly.' });
    bot.providers.answer(isTitling, { status: 400, text: 'no' });
    const thread = await asksInThread(bot.alice, room, { prompt });
    await answered(bot.alice, 'Gladly.');
    await bot.idle();
    const name = await nameOf(thread);
    expect(name.length).toBeLessThanOrEqual(100);
    expect(name).toMatch(/^tell me about word .* \w+…$/);
    expect(prompt).toContain(`${name.slice(0, -1)} `);
  });

  it('reads the file, and shows its name to the others', async () => {
    const room = await bot.newChannel();
    bot.providers.answer('what does it say?', { text: 'Hello in a file.' });
    titled('A file');
    const file = { name: 'note.txt', data: 'hello from the file', type: 'text/plain' };
    await bot.alice.runs('ask', { prompt: 'what does it say?', file }, { in: room });
    const answer = await answered(bot.alice, 'Hello in a file.');
    await bot.bob.sees(/> what does it say\?\n-# 📎 note\.txt/, { in: answer.channel_id });
    const [request] = bot.providers.requests;
    expect(JSON.stringify(request?.body)).toContain('hello from the file');
  });

  it('charges answer and title to the asker', async () => {
    const room = await bot.newChannel();
    bot.providers.answer('what does it cost?', { text: 'Little.' });
    titled('Costs');
    await asksInThread(bot.olivia, room, { prompt: 'what does it cost?' });
    await answered(bot.olivia, 'Little.');
    await bot.idle();
    const [answer, title, ...others] = await billing.callsOf(bot.olivia);
    expect([answer?.step, title?.request, others]).toEqual(['answer', `title/${answer?.request}`, []]);
  });
});

describe('/ask elsewhere', () => {
  it('answers in direct messages right there, below the question', async () => {
    const { id: direct } = await bot.milo.opensDirectMessages(bot.app.discord.self.userId);
    bot.providers.answer('just between us', { text: 'Of course.' });
    await bot.milo.runs('ask', { prompt: 'just between us' }, { in: direct });
    const answer = await answered(bot.milo, 'Of course.');
    expect(answer.channel_id).toBe(direct);
    await bot.milo.sees(/asked:\n> just between us/, { in: direct });
    await bot.idle();
    expect(bot.providers.requests).toHaveLength(1);
  });

  it('answers where it may not open threads, and says why', async () => {
    const room = await bot.newChannel();
    const botId = bot.app.discord.self.userId;
    const overwrite = { type: 1, allow: '0', deny: PermissionFlagsBits.CreatePublicThreads.toString() };
    await bot.olivia.request('PUT', `/channels/${bot.alice.channel(room).id}/permissions/${botId}`, overwrite);
    bot.providers.answer('no thread for me?', { text: 'Here, then.' });
    await bot.alice.runs('ask', { prompt: 'no thread for me?' }, { in: room });
    await told(bot.alice, /I'll answer here\. I can't open threads here/, room);
    const answer = await answered(bot.bob, 'Here, then.');
    expect(answer.channel_id).toBe(bot.alice.channel(room).id);
  });

  it('opens the thread on the message of a prefix command, and does not repeat the question', async () => {
    const room = await bot.newChannel();
    bot.providers.answer('and with a prefix?', { text: 'That works, too.' });
    titled('Prefixes');
    const { id } = await bot.alice.says(room, '!ask and with a prefix?');
    const answer = await answered(bot.alice, 'That works, too.');
    expect(answer.channel_id).toBe(id);
    // Its own message stands on top of the thread: the question is not said again.
    const [first] = (await bot.bob.messages(id)).filter(({ type }) => type === 0);
    expect(first?.content).toBe(`-# My answer to <@${bot.alice.user.id}>'s question above:`);
  });

  it('refuses a model that there is not, and asks none', async () => {
    const room = await bot.newChannel();
    await bot.alice.runs('ask', { prompt: 'hello', model: 'no/such' }, { in: room });
    await told(bot.alice, /I don't know a model `no\/such`/, room);
    expect(bot.providers.requests).toEqual([]);
    expect((await bot.alice.messages(room)).filter((message) => !ephemeral(message))).toEqual([]);
  });

  it('asks once, however often its message arrives', async () => {
    const room = await bot.newChannel();
    bot.providers.answer('once, please', { text: 'Once.' });
    titled('Once');
    const message = await bot.alice.says(room, '!ask once, please');
    await answered(bot.alice, 'Once.');
    await bot.idle();
    const chat = bot.app.features.find(({ definition }) => definition.name === 'chat')?.parts;
    const ask = chat?.commands?.flatMap(callableCommands).find(({ name }) => name === 'ask');
    await ask?.run({
      caller: {
        userId: bot.alice.user.id,
        displayName: 'Alice',
        roleIds: [],
        permissions: PermissionFlagsBits.CreatePublicThreads,
        instanceAdministrator: false,
      },
      guildId: bot.alice.channel(room).guildId,
      channelId: message.channel_id,
      calledId: message.id,
      t: (key) => key,
      options: { prompt: 'once, please' },
      source: 'prefix',
      reply: () => Promise.resolve(),
    });
    await bot.idle();
    expect(bot.providers.requests).toHaveLength(2);
    expect((await bot.alice.messages(message.id)).filter(({ content }) => content === 'Once.')).toHaveLength(1);
  });
});

describe('/ask when Discord fails', () => {
  const threadsRoute = '/channels/{channel_id}/messages/{message_id}/threads';
  const failing = (times: number, answer: FaultAnswer) =>
    bot.emulator.core.faults.add({ match: { method: 'POST', route: threadsRoute }, times, answer });

  it('opens one thread, and asks once', async () => {
    const room = await bot.newChannel();
    bot.providers.answer('patience?', { text: 'Always.' });
    titled('Patience');
    // One more than are tried again at once, so that the job runs again.
    failing(4, { status: 503 });
    await bot.alice.runs('ask', { prompt: 'patience?' }, { in: room });
    const { channel_id: thread } = await answered(bot.alice, 'Always.');
    await bot.idle();
    expect(await nameOf(thread)).toBe('Patience');
    const starters = (await bot.bob.messages(room)).filter(({ content }) => content.includes('asked me something'));
    expect(starters.map(({ id }) => id)).toEqual([thread]);
    expect((await bot.bob.messages(thread)).filter(({ content }) => content === '> patience?')).toHaveLength(1);
    expect(bot.providers.requests).toHaveLength(2);
  });

  it('answers in the channel where the thread is refused, below one message that shows the question', async () => {
    const room = await bot.newChannel();
    bot.providers.answer('no thread?', { text: 'Never mind.' });
    failing(1, { status: 403, body: { code: 50013, message: 'Missing Permissions' } });
    await bot.alice.runs('ask', { prompt: 'no thread?' }, { in: room });
    await told(bot.alice, /I'll answer here\. I can't open threads here/, room);
    const answer = await answered(bot.alice, 'Never mind.');
    expect(answer.channel_id).toBe(bot.alice.channel(room).id);
    const [question, ...others] = (await bot.bob.messages(room)).filter(({ id }) => id !== answer.id);
    expect(question?.content).toBe(`<@${bot.alice.user.id}> asked:\n> no thread?`);
    expect(answer.message_reference?.message_id).toBe(question?.id);
    expect(others).toEqual([]);
  });
});

describe('a thread of a channel where everything is answered', () => {
  it('is one, too, unless it is told otherwise', async () => {
    const room = await bot.newChannel();
    await bot.olivia.runs('listen', { everything: true }, { in: room });
    await bot.idle();
    bot.providers.answer('a base', { text: 'Noted.' });
    const base = await bot.olivia.says(room, 'a base');
    await answered(bot.olivia, 'Noted.');
    await bot.idle();
    const { id: thread } = await bot.olivia.opensThread(base, 'aside');
    await bot.olivia.until('the thread', () => bot.olivia.view.channels.get(thread) ?? null);
    bot.providers.answer('heard in the thread?', { text: 'Heard.' });
    await bot.alice.says(thread, 'heard in the thread?');
    await answered(bot.alice, 'Heard.');
    await bot.idle();
    await bot.olivia.runs('listen', { everything: false }, { in: thread });
    await bot.idle();
    await bot.alice.says(thread, 'and now?');
    await bot.idle();
    expect(bot.providers.requests.map(({ userText }) => userText)).toEqual([
      'Olivia: a base',
      'Alice: heard in the thread?\n\n[This thread is about:]\n> Olivia: a base',
    ]);
  });
});
