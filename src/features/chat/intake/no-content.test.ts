import { MessageFlags } from 'discord-api-types/v10';
import type { APIMessage } from 'discord-api-types/v10';
import { describe, expect, it } from 'vitest';
import type { Person } from '../../../../emulator/testing/person.ts';
import { hasEnded } from '../../../testing/components.ts';
import { sharedBot } from '../../../testing/shared-bot.ts';

const waitMs = 20_000;

const bot = sharedBot({
  yaml: (_people, emulator) => {
    for (const application of emulator.core.world.applications.values()) {
      application.privilegedIntents.messageContent = false;
    }
    return '';
  },
});

const ephemeral = (message: APIMessage) => ((message.flags ?? 0) & MessageFlags.Ephemeral) !== 0;
const told = (person: Person, words: RegExp) =>
  person.sees((message) => ephemeral(message) && words.test(message.content), { timeoutMs: waitMs });
const answered = (person: Person, text: string) =>
  person.sees((message) => message.content === text && hasEnded(message), { timeoutMs: waitMs });
const mention = () => `<@${bot.app.discord.self.userId}>`;

describe('without the Message Content Intent', () => {
  it('answers mentions, replies to it and direct messages', async () => {
    const room = await bot.newChannel();
    bot.providers.answer('by mention', { text: 'One.' });
    await bot.alice.says(room, `${mention()} by mention`);
    const first = await answered(bot.alice, 'One.');
    bot.providers.answer('by reply', { text: 'Two.' });
    await bot.bob.says(room, 'by reply', { replyTo: first });
    await answered(bot.bob, 'Two.');
    const { id } = await bot.milo.opensDirectMessages(bot.app.discord.self.userId);
    bot.providers.answer('directly', { text: 'Three.' });
    await bot.milo.says(id, 'directly');
    await answered(bot.milo, 'Three.');
  });

  it('asks once to be mentioned in a thread that it opens', async () => {
    const room = await bot.newChannel();
    bot.providers.answer('a thread, please', { text: 'There you are.' });
    bot.providers.answer(({ body }) => JSON.stringify(body).includes('Write a title'), { text: 'A thread' });
    await bot.alice.runs('ask', { prompt: 'a thread, please' }, { in: room });
    const { channel_id: thread } = await answered(bot.alice, 'There you are.');
    await bot.idle();
    await bot.bob.says(thread, 'does it hear me?');
    await bot.idle();
    expect(bot.providers.requests).toHaveLength(2);
    bot.providers.answer('and now?', { text: 'I do.' });
    await bot.bob.says(thread, `${mention()} and now?`);
    await answered(bot.bob, 'I do.');
    const hints = (await bot.bob.messages(thread)).filter(({ content }) => content.includes('To go on, mention me'));
    expect(hints).toHaveLength(1);
  });

  it('says what it cannot do where everything is to be answered', async () => {
    const room = await bot.newChannel();
    await bot.olivia.runs('listen', { everything: true }, { in: room });
    await told(bot.olivia, /turn on the Message Content Intent/);
    await bot.alice.says(room, 'anybody there?');
    await bot.idle();
    expect(bot.providers.requests).toEqual([]);
  });

  it('gets a message that it is asked about from its menu', async () => {
    const room = await bot.newChannel();
    const target = await bot.bob.says(room, 'a word that nobody knows');
    bot.providers.answer('Explain this message.', { text: 'Nobody knows.' });
    await bot.alice.picks('Explain', target);
    await answered(bot.alice, 'Nobody knows.');
    expect(bot.providers.requests.at(-1)?.userText).toContain('[In reply to:]\n> Bob: a word that nobody knows');
    const { modal } = await bot.alice.picks('Ask about this', target);
    if (!modal) throw new Error('No form was shown.');
    expect(JSON.stringify(modal)).toContain('Bob: a word that nobody knows');
    bot.providers.answer('which word?', { text: 'That one.' });
    await bot.alice.submits(modal, { question: 'which word?', message: 'Bob: a word that nobody knows' });
    await answered(bot.alice, 'That one.');
    expect(bot.providers.requests.at(-1)?.userText).toBe(
      'Alice: which word?\n\n[In reply to:]\n> Bob: a word that nobody knows',
    );
    await bot.alice.picks('Summarise from here', target);
    await told(bot.alice, /I can't read the messages here/);
  });
});
