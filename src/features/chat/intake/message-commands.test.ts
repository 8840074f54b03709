import { MessageFlags } from 'discord-api-types/v10';
import type { APIMessage } from 'discord-api-types/v10';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Person } from '../../../../emulator/testing/person.ts';
import { button, hasEnded } from '../../../testing/components.ts';
import { sharedBot, sharedBilling } from '../../../testing/shared-bot.ts';

const waitMs = 20_000;

const bot = sharedBot();
const billing = sharedBilling(bot);
beforeAll(async () => {
  await refusesToBeRead(bot.olivia);
});

const ephemeral = (message: APIMessage) => ((message.flags ?? 0) & MessageFlags.Ephemeral) !== 0;
const told = (person: Person, words: RegExp) =>
  person.sees((message) => ephemeral(message) && words.test(message.content), { timeoutMs: waitMs });
const answered = (person: Person, text: string) =>
  person.sees((message) => message.content === text && hasEnded(message), { timeoutMs: waitMs });
async function refusesToBeRead(person: Person): Promise<void> {
  await person.runs('privacy');
  const overview = await person.sees((message) => (message.components ?? []).length > 0 && message.embeds.length > 0);
  await person.presses(overview, button(overview, "Don't read me"));
  await bot.idle();
}
/** What the model was asked last. */
const asked = () => bot.providers.requests.at(-1)?.userText ?? '';

describe('"Ask about this"', () => {
  it('asks in a form, and answers below the message for all to see', async () => {
    const room = await bot.newChannel();
    const target = await bot.bob.says(room, 'the train leaves at nine');
    const { modal } = await bot.alice.picks('Ask about this', target);
    if (!modal) throw new Error('No form was shown.');
    bot.providers.answer('is that early?', { text: 'Rather.' });
    await bot.alice.submits(modal, { question: 'is that early?' });
    const answer = await answered(bot.milo, 'Rather.');
    const card = (await bot.milo.messages(room)).find(({ id }) => id === answer.message_reference?.message_id);
    expect(card?.content).toBe(`<@${bot.alice.user.id}> asked:\n> is that early?`);
    expect(card?.message_reference?.message_id).toBe(target.id);
    expect(asked()).toBe(
      '[Overheard]\nBob: the train leaves at nine\n\nAlice: is that early?\n\n[In reply to:]\n> Bob: the train leaves at nine',
    );
  });

  it('is paid by the member who asks', async () => {
    const room = await bot.newChannel();
    const target = await bot.bob.says(room, 'who pays for this?');
    bot.providers.answer('Explain', { text: 'You do.' });
    await bot.milo.picks('Explain', target);
    await answered(bot.milo, 'You do.');
    await bot.idle();
    expect((await billing.callsOf(bot.milo)).map(({ step }) => step)).toEqual(['answer']);
    expect(await billing.callsOf(bot.bob)).toEqual([]);
  });
});

describe('"Explain"', () => {
  it('explains an answer of the bot that is known anyway', async () => {
    const room = await bot.newChannel();
    bot.providers.answer('say something hard', { text: 'Entropy rises.\n-# Canned.' });
    await bot.alice.says(room, `<@${bot.app.discord.self.userId}> say something hard`);
    const target = await answered(bot.alice, 'Entropy rises.\n-# Canned.');
    await bot.idle();
    bot.providers.answer('Explain this message.', { text: 'Things get messy.' });
    await bot.bob.picks('Explain', target);
    await answered(bot.bob, 'Things get messy.');
    expect(asked()).toMatch(/^Bob: Explain this message\.\n\n\[In reply to:\]\n.*> Familiar: Entropy rises\.$/s);
    await bot.alice.sees(`-# <@${bot.bob.user.id}> asked me to explain this.`);
  });

  it('refuses messages of members who opted out, and empty ones', async () => {
    const room = await bot.newChannel();
    const target = await bot.olivia.says(room, 'not for the machine');
    await bot.alice.picks('Explain', target);
    await told(bot.alice, /doesn't want me to read it/);
    await bot.alice.picks('Ask about this', target);
    await told(bot.alice, /doesn't want me to read it/);
    expect(bot.providers.requests).toEqual([]);
  });
});

describe('"Summarise from here"', () => {
  it('reads from the message on what people allow, and nothing before', async () => {
    const room = await bot.newChannel();
    await bot.bob.says(room, 'long before');
    const target = await bot.bob.says(room, 'shall we meet?');
    await bot.milo.says(room, 'on Friday\nat six');
    await bot.olivia.says(room, 'my secret plans');
    await bot.alice.says(room, 'fine');
    bot.providers.answer('Summarise these messages', { text: 'They meet on Friday.' });
    await bot.alice.picks('Summarise from here', target);
    const answer = await answered(bot.bob, 'They meet on Friday.');
    expect(asked()).toMatch(
      /^Alice: Summarise .*\n\n\[The messages:\]\nBob: shall we meet\?\nMilo: on Friday at six\nAlice: fine\n\(What people/,
    );
    expect(JSON.stringify(bot.providers.requests)).not.toMatch(/secret plans|long before/);
    const card = (await bot.bob.messages(room)).find(({ id }) => id === answer.message_reference?.message_id);
    expect(card).toMatchObject({ message_reference: { message_id: target.id } });
  });

  it('reads nothing for a member who may not read older messages', async () => {
    const room = await bot.newChannel();
    const target = await bot.bob.says(room, 'shall we meet?');
    const path = `/channels/${bot.alice.channel(room).id}/permissions/${bot.alice.user.id}`;
    await bot.olivia.request('PUT', path, { type: 1, allow: '0', deny: String(1n << 16n) });
    await bot.alice.picks('Summarise from here', target);
    await told(bot.alice, /You can't read older messages here/);
    expect(bot.providers.requests).toEqual([]);
  });
});
