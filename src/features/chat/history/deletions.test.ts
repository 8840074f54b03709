import type { APIMessage } from 'discord-api-types/v10';
import { describe, expect, it } from 'vitest';
import type { Person } from '../../../../emulator/testing/person.ts';
import { button, buttons, hasEnded } from '../../../testing/components.ts';
import { sharedBot, sharedBilling } from '../../../testing/shared-bot.ts';
import { sentParts } from '../../../testing/sent.ts';
import { storedChat, storedTurn, tablesWith } from '../../../testing/stored.ts';

const bot = sharedBot({ paced: false, yaml: 'queue: { concurrency: { text: 1 } }\n' });

sharedBilling(bot);

const mention = () => `<@${bot.app.discord.self.userId}>`;

/** Asks, and waits until the answer is done. */
async function isAnswered(person: Person, room: string, ask: string, text: string) {
  bot.providers.answer((request) => request.userText.includes(ask), { text });
  const question = await person.says(room, `${mention()} ${ask}`);
  await person.sees((message) => message.message_reference?.message_id === question.id && message.content === text);
  await bot.idle();
  return { question, answer: await shown(room, text) };
}

const shown = async (room: string, text: string) =>
  (await bot.alice.messages(room)).find((message) => message.content === text) as APIMessage;

/** What the model is sent for a new question, but for the system prompt. */
async function prompt(room: string): Promise<string[]> {
  await isAnswered(bot.alice, room, 'what was said?', 'This.');
  const parts = sentParts(bot.providers.requests.at(-1)?.body);
  return parts.slice(0, -1).map(({ role, content }) => `${role}: ${content}`);
}

const gone = (person: Person, message: APIMessage) =>
  person.hears<{ id: string }>('MESSAGE_DELETE', ({ id }) => id === message.id, 15_000);

/** As a bot that moderates; people cannot. */
async function deletesAtOnce(room: string, messages: readonly APIMessage[]): Promise<void> {
  const { world } = bot.emulator.core;
  const token = [...world.users.values()].find((user) => user.bot)?.token ?? '';
  const response = await fetch(
    `${bot.emulator.origin}/api/v10/channels/${bot.milo.channel(room).id}/messages/bulk-delete`,
    {
      method: 'POST',
      headers: { authorization: `Bot ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ messages: messages.map(({ id }) => id) }),
    },
  );
  expect(response.status).toBe(204);
}

describe('a deleted question', () => {
  it('leaves the history; its answer stays, without buttons', async () => {
    const room = await bot.newChannel();
    await isAnswered(bot.bob, room, 'kept', 'Kept.');
    const { question, answer } = await isAnswered(bot.alice, room, 'regretted', 'Regrettable.');
    expect(buttons(answer)).not.toEqual([]);
    await bot.alice.deletes(question);
    await bot.alice.sees((message) => message.id === answer.id && buttons(message).length === 0);
    expect(await prompt(room)).toEqual(['user: Bob: kept', 'assistant: Kept.']);
  });

  it('removes the answer that is being written, and releases what was held for it', async () => {
    const room = await bot.newChannel();
    bot.providers.answer('long story', { chunks: ['Once upon ', 'a time'], hold: 1 });
    const question = await bot.alice.says(room, `${mention()} a long story`);
    const partial = await bot.alice.sees(/Once upon/, { in: room });
    await bot.alice.deletes(question);
    await gone(bot.alice, partial);
    await bot.idle();
    expect((await bot.alice.messages(room)).filter((message) => message.author.bot)).toEqual([]);
    expect(bot.providers.requests.at(-1)?.aborted).toBe(true);
    bot.providers.release();
  });

  it('is not answered when its turn has not come', async () => {
    const [room, other] = [await bot.newChannel(), await bot.newChannel()];
    bot.providers.answer('busy', { text: 'Done.', hold: true });
    const first = await bot.bob.says(room, `${mention()} busy`);
    await bot.providers.requested('busy');
    const question = await bot.alice.says(other, `${mention()} never mind`);
    await expect.poll(() => storedTurn(bot, question)).toBeDefined();
    await bot.alice.deletes(question);
    await expect.poll(() => storedTurn(bot, question)).toBeUndefined();
    bot.providers.release();
    await bot.bob.sees((message) => message.message_reference?.message_id === first.id && message.content === 'Done.');
    await bot.idle();
    expect(bot.providers.requests).toHaveLength(1);
  });

  it('leaves the history in a bulk deletion too', async () => {
    const room = await bot.newChannel();
    const one = await isAnswered(bot.alice, room, 'one', 'First.');
    const two = await isAnswered(bot.bob, room, 'two', 'Second.');
    await isAnswered(bot.bob, room, 'three', 'Third.');
    await deletesAtOnce(room, [one.question, one.answer, two.answer]);
    expect(await prompt(room)).toEqual(['user: Bob: two', 'user: Bob: three', 'assistant: Third.']);
  });
});

describe('a deleted answer', () => {
  it('leaves the history, its question stays', async () => {
    const room = await bot.newChannel();
    const { answer } = await isAnswered(bot.alice, room, 'something', 'Something rude.');
    await bot.milo.deletes(answer);
    expect(await prompt(room)).toEqual(['user: Alice: something']);
  });

  it('that is being written is stopped', async () => {
    const room = await bot.newChannel();
    bot.providers.answer('rude story', { chunks: ['Once upon ', 'a time'], hold: 1 });
    const question = await bot.alice.says(room, `${mention()} a rude story`);
    const partial = await bot.milo.sees(/Once upon/, { in: room });
    await expect.poll(async () => (await storedTurn(bot, question))?.answerMessageIds).toEqual([partial.id]);
    await bot.milo.deletes(partial);
    await expect.poll(() => bot.providers.requests.at(-1)?.aborted).toBe(true);
    bot.providers.release();
    await bot.idle();
    expect(await prompt(room)).toEqual(['user: Alice: a rude story']);
  });

  it('leaves the history at its end when the deletion event was lost', async () => {
    const room = await bot.newChannel();
    // To the four people and the bot.
    bot.emulator.core.faults.add({ match: { event: 'MESSAGE_DELETE' }, times: 5, answer: { drop: true } });
    bot.providers.answer('rude story', { chunks: ['Once upon ', 'a time'], hold: 1 });
    await bot.alice.says(room, `${mention()} a rude story`);
    await bot.milo.deletes(await bot.milo.sees(/Once upon/, { in: room }));
    bot.providers.release();
    await bot.idle();
    expect(await prompt(room)).toEqual(['user: Alice: a rude story']);
  });

  it('stays when the bot itself deletes a message because the next version is shorter', async () => {
    const room = await bot.newChannel();
    const long = `${'word '.repeat(500)}end`;
    bot.providers.answer('at length', { text: long });
    await bot.alice.says(room, `${mention()} at length`);
    const last = await bot.alice.sees(
      (message) => message.content.endsWith('end') && hasEnded(message) && buttons(message).length > 0,
    );
    await bot.idle();
    bot.providers.answer('at length', { text: 'In short.' });
    await bot.alice.presses(last, button(last, 'Regenerate'));
    await gone(bot.alice, last);
    await bot.idle();
    expect(await prompt(room)).toEqual(['user: Alice: at length', 'assistant: In short.']);
  });
});

describe('a conversation', () => {
  /** The words of people that are stored of a channel. */
  const left = async (channelId: string) => {
    const { exchanges, ambientMessages } = await storedChat(bot, channelId);
    return [...exchanges.map(({ question }) => question), ...ambientMessages.map(({ text }) => text)];
  };

  it('is deleted with its channel and threads, also during an answer', async () => {
    const room = await bot.newChannel();
    const { id } = bot.alice.channel(room);
    const { answer } = await isAnswered(bot.alice, room, 'hello', 'Hi.');
    const thread = await bot.alice.opensThread(answer, 'aside');
    await bot.alice.until('the thread', () => bot.alice.view.channels.get(thread.id) ?? null);
    await isAnswered(bot.alice, thread.id, 'in the thread', 'Here.');
    await bot.bob.says(room, 'overheard');
    bot.providers.answer('going on', { chunks: ['Going ', 'on'], hold: 1 });
    await bot.alice.says(room, `${mention()} going on`);
    await bot.alice.sees(/Going/, { in: room });
    expect((await left(id)).toSorted()).toEqual(['going on', 'hello', 'overheard']);
    expect(await left(thread.id)).toEqual(['in the thread']);
    await bot.olivia.request('DELETE', `/channels/${id}`);
    await expect.poll(async () => [...(await left(id)), ...(await left(thread.id))]).toEqual([]);
    await expect.poll(() => bot.providers.requests.at(-1)?.aborted).toBe(true);
    bot.providers.release();
    await bot.idle();
    for (const channelId of [id, thread.id]) {
      expect(await tablesWith(bot, channelId)).not.toContainEqual(expect.stringMatching(/^chat_/));
    }
  });

  it('is deleted with its thread', async () => {
    const room = await bot.newChannel();
    const { answer } = await isAnswered(bot.alice, room, 'hello', 'Hi.');
    const thread = await bot.alice.opensThread(answer, 'aside');
    await bot.alice.until('the thread', () => bot.alice.view.channels.get(thread.id) ?? null);
    await isAnswered(bot.alice, thread.id, 'in the thread', 'Here.');
    await bot.olivia.request('DELETE', `/channels/${thread.id}`);
    await expect.poll(() => left(thread.id)).toEqual([]);
    expect(await left(bot.alice.channel(room).id)).toEqual(['hello']);
  });
});
