import { beforeEach, describe, expect, it } from 'vitest';
import type { Person } from '../../../../emulator/testing/person.ts';
import { clears } from '../../../testing/clears.ts';
import { button } from '../../../testing/components.ts';
import { sharedBot } from '../../../testing/shared-bot.ts';
import { sentParts } from '../../../testing/sent.ts';
import { storedChat } from '../../../testing/stored.ts';

const bot = sharedBot({ yaml: 'features: { chat: { heardKept: 4 } }\n' });
beforeEach(() => {
  bot.providers.answerByDefault({ text: 'Noted.' });
});

const mention = () => `<@${bot.app.discord.self.userId}>`;

/** Asks and waits for the answer; returns what the model was sent but for the system prompt. */
async function asks(person: Person, room: string, text: string): Promise<string[]> {
  const question = await person.says(room, `${mention()} ${text}`);
  await person.sees((message) => message.message_reference?.message_id === question.id && message.content === 'Noted.');
  await bot.idle();
  return sentParts(bot.providers.requests.at(-1)?.body).map(({ role, content }) => `${role}: ${content}`);
}

/** The ambient messages that are stored of a channel. */
async function storedOf(room: string): Promise<string[]> {
  const { ambientMessages } = await storedChat(bot, bot.alice.channel(room).id);
  return ambientMessages.map(({ text }) => text);
}

describe('ambient messages', () => {
  it('are in order between the exchanges, with their authors', async () => {
    const room = await bot.newChannel();
    await asks(bot.alice, room, 'one');
    await bot.bob.says(room, 'pizza tonight?\nat eight');
    await bot.milo.says(room, 'sure');
    await asks(bot.alice, room, 'two');
    await bot.bob.says(room, 'I changed my mind');
    expect(await asks(bot.alice, room, 'what did Bob say?')).toEqual([
      'user: Alice: one',
      'assistant: Noted.',
      'user: [Overheard]\nBob: pizza tonight? at eight\nMilo: sure',
      'user: Alice: two',
      'assistant: Noted.',
      'user: [Overheard]\nBob: I changed my mind',
      'user: Alice: what did Bob say?',
    ]);
  });

  it('are read from the channel at the first question, without commands and messages of bots', async () => {
    const room = await bot.newChannel();
    await bot.bob.says(room, 'the plan is a picnic');
    await bot.app.discord.actions.send(bot.alice.channel(room).id, { content: 'said by a bot' });
    await bot.milo.says(room, '!nothing like a command');
    expect(await asks(bot.alice, room, 'what is the plan?')).toEqual([
      'user: [Overheard]\nBob: the plan is a picnic',
      'user: Alice: what is the plan?',
    ]);
  });

  it('are limited to the latest', async () => {
    const room = await bot.newChannel();
    for (const word of ['one', 'two', 'three']) await bot.bob.says(room, word);
    await asks(bot.alice, room, 'count');
    for (const word of ['four', 'five', 'six']) await bot.bob.says(room, word);
    expect((await asks(bot.alice, room, 'again')).filter((message) => message.includes('Overheard'))).toEqual([
      'user: [Overheard]\nBob: three',
      'user: [Overheard]\nBob: four\nBob: five\nBob: six',
    ]);
    expect((await storedOf(room)).toSorted()).toEqual(['five', 'four', 'six', 'three']);
  });

  it('are not stored without a conversation', async () => {
    const room = await bot.newChannel();
    await bot.bob.says(room, 'nobody listens');
    await bot.idle();
    expect(await storedOf(room)).toEqual([]);
  });

  it('never reach another channel or direct messages', async () => {
    const [room, other] = [await bot.newChannel(), await bot.newChannel()];
    await asks(bot.alice, room, 'hello');
    await bot.bob.says(room, 'a secret of this room');
    await asks(bot.alice, room, 'go on');
    await asks(bot.alice, other, 'hello there');
    const { id } = await bot.alice.opensDirectMessages(bot.app.discord.self.userId);
    const direct = await bot.alice.says(id, 'just us?');
    await bot.alice.sees((message) => message.channel_id === id && message.content === 'Noted.');
    expect(direct.channel_id).toBe(id);
    const sent = bot.providers.requests.map(({ body }) => JSON.stringify(body));
    expect(sent.map((body) => body.includes('a secret of this room'))).toEqual([false, true, false, false]);
  });
});

describe('a member who opts out of being read', () => {
  it('has no ambient messages stored, and earlier ones deleted', async () => {
    const room = await bot.newChannel();
    await asks(bot.alice, room, 'hello');
    await bot.bob.says(room, 'before I said no');
    await bot.idle();
    expect(await storedOf(room)).toEqual(['before I said no']);
    await bot.bob.runs('privacy', {}, { in: room });
    const overview = await bot.bob.sees(
      (message) => (message.components ?? []).length > 0 && message.embeds.length > 0,
    );
    const unread = button(overview, "Don't read me");
    await bot.bob.presses(overview, unread);
    await expect.poll(() => storedOf(room)).toEqual([]);
    await bot.bob.says(room, 'after I said no');
    expect(await asks(bot.alice, room, 'what did Bob say?')).not.toContain(/said no/);
    expect(JSON.stringify(bot.providers.requests.at(-1)?.body)).not.toContain('said no');
    expect(await storedOf(room)).toEqual([]);
  });
});

describe('an ambient message', () => {
  it('is edited and deleted with the message', async () => {
    const room = await bot.newChannel();
    await asks(bot.alice, room, 'hello');
    const edited = await bot.milo.says(room, 'it is on Monday');
    const deleted = await bot.milo.says(room, 'and it rains');
    await bot.milo.edits(edited, 'it is on Tuesday');
    await bot.milo.deletes(deleted);
    expect(await asks(bot.alice, room, 'when?')).toContain('user: [Overheard]\nMilo: it is on Tuesday');
  });

  it('is cleared with the channel, and not read again', async () => {
    const room = await bot.newChannel();
    await bot.milo.says(room, 'said before');
    await asks(bot.alice, room, 'hello');
    await bot.milo.says(room, 'said after');
    await clears(bot.milo, { everyone: true }, { in: room });
    expect(await asks(bot.alice, room, 'what was said?')).toEqual(['user: Alice: what was said?']);
  });

  it('is deleted when the retention of its server ends', async () => {
    const room = await bot.newChannel();
    await asks(bot.alice, room, 'hello');
    await bot.milo.says(room, 'of today');
    await bot.idle();
    const chat = bot.app.features.find(({ definition }) => definition.name === 'chat')?.parts;
    const expire = (beforeMs: number) =>
      bot.database.postgres.transaction(async (tx) => chat?.expire?.(tx, { beforeMs, guilds: { allBut: [] } }));
    await expire(Date.now() - 60_000);
    expect(await storedOf(room)).toEqual(['of today']);
    await expire(Date.now() + 60_000);
    expect(await storedOf(room)).toEqual([]);
  });

  it('is exported to its author, and deleted with their data', async () => {
    const room = await bot.newChannel();
    await asks(bot.alice, room, 'hello');
    await bot.olivia.says(room, 'heard of Olivia');
    await bot.idle();
    const chat = bot.app.features.find(({ definition }) => definition.name === 'chat')?.parts;
    expect(await chat?.exportUser?.(bot.olivia.user.id)).toMatchObject({
      ambientMessages: [{ text: 'heard of Olivia' }],
    });
    await bot.database.postgres.transaction(async (tx) => chat?.forgetUser?.(tx, bot.olivia.user.id));
    const left = await chat?.exportUser?.(bot.olivia.user.id);
    expect(Object.values(left as object).flat()).toEqual([]);
  });
});
