import type { APIMessage } from 'discord-api-types/v10';
import { MessageFlags, PermissionFlagsBits } from 'discord-api-types/v10';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Person } from '../../../../emulator/testing/person.ts';
import { clears } from '../../../testing/clears.ts';
import { button, buttons } from '../../../testing/components.ts';
import { sharedBot } from '../../../testing/shared-bot.ts';
import { createShiftedClock } from '../../../testing/shifted-clock.ts';

const clock = createShiftedClock(Date.now());
/** After this a person may export again. */
const cooldownMs = 60_000;
const bot = sharedBot({ paced: false, clock });
beforeEach(() => {
  clock.jump(cooldownMs);
  bot.providers.answerByDefault({ text: 'Noted.' });
});

async function asks(person: Person, room: string, text: string): Promise<void> {
  const question = await person.says(room, `<@${bot.app.discord.self.userId}> ${text}`);
  await person.sees((message) => message.message_reference?.message_id === question.id && message.content === 'Noted.');
  await bot.idle();
}

const description = (message: APIMessage) => message.embeds[0]?.description ?? '';
const isEphemeral = (message: APIMessage) => ((message.flags ?? 0) & MessageFlags.Ephemeral) !== 0;

async function exported(person: Person, room: string, format: string): Promise<{ message: APIMessage; text: string }> {
  await person.runs('history', { export: format }, { in: room });
  const message = await person.sees((one) => one.attachments.length === 1, { in: room });
  return { message, text: await (await fetch(message.attachments[0]?.url ?? '')).text() };
}

describe('/history', () => {
  it('shows the latest exchanges to the caller alone, and turns its pages', async () => {
    const room = await bot.newChannel();
    for (const n of [1, 2, 3, 4, 5, 6]) await asks(n === 1 ? bot.bob : bot.alice, room, `question ${String(n)}`);
    await bot.alice.runs('history', {}, { in: room });
    const shown = await bot.alice.sees((message) => message.embeds.length > 0, { in: room });
    expect(isEphemeral(shown)).toBe(true);
    expect(description(shown).match(/question \d/g)).toEqual([2, 3, 4, 5, 6].map((n) => `question ${String(n)}`));
    expect(description(shown)).toContain('> Noted.');
    await bot.alice.presses(shown, button(shown, '◀ Older'));
    const older = await bot.alice.sees((message) => message.id === shown.id && description(message).includes('Bob'));
    expect(description(older).match(/question \d/g)).toEqual(['question 1']);
    await bot.alice.presses(older, button(older, 'Newer ▶'));
    await bot.alice.sees((message) => message.id === shown.id && description(message).includes('question 6'));
  });

  it('shows plain words, not the formatting of what was written', async () => {
    const room = await bot.newChannel();
    bot.providers.answerByDefault({ text: '# Plan\n\n- **first** `npm test`\n- see ||the end||\n-# Canned.' });
    const question = await bot.alice.says(room, `<@${bot.app.discord.self.userId}> what is the **best** plan?`);
    await bot.alice.sees((one) => one.message_reference?.message_id === question.id && one.content.includes('Plan'));
    await bot.idle();
    await bot.alice.runs('history', {}, { in: room });
    const shown = await bot.alice.sees((message) => message.embeds.length > 0, { in: room });
    expect(description(shown)).toContain(': what is the best plan?\n> Plan • first npm test • see ▮▮▮');
    expect(description(shown)).not.toContain('Canned');
  });

  it('shows nothing of another channel', async () => {
    const [room, other] = [await bot.newChannel(), await bot.newChannel()];
    await asks(bot.alice, room, 'a secret');
    await bot.alice.runs('history', {}, { in: other });
    const shown = await bot.alice.sees(/Nothing has been asked here/, { in: other });
    expect(buttons(shown)).toEqual([]);
  });

  it('gives members their own part as a file, moderators the whole', async () => {
    const room = await bot.newChannel();
    await asks(bot.alice, room, 'by Alice');
    await asks(bot.bob, room, 'by Bob');
    const own = await exported(bot.alice, room, 'json');
    expect(isEphemeral(own.message)).toBe(true);
    expect(JSON.parse(own.text)).toEqual([
      {
        askedAt: expect.stringMatching(/^\d{4}-/) as string,
        asker: { id: bot.alice.user.id, name: 'Alice' },
        question: 'by Alice',
        attachments: [],
        answer: 'Noted.',
      },
    ]);
    const { text } = await exported(bot.milo, room, 'markdown');
    expect(text).toMatch(/^## Alice, .*\n\nby Alice\n\n### ↳\n\nNoted\.\n\n---\n\n## Bob, .*\n\nby Bob\n/);
  });

  it('shows and gives what one person asked; as a file, to moderators', async () => {
    const room = await bot.newChannel();
    for (const n of [1, 2, 3, 4, 5, 6]) await asks(bot.bob, room, `of Bob ${String(n)}`);
    await asks(bot.alice, room, 'of Alice');
    await bot.alice.runs('history', { user: bot.bob.user.id }, { in: room });
    const shown = await bot.alice.sees((message) => message.embeds.length > 0, { in: room });
    expect(description(shown).match(/of \w+ \d/g)).toEqual([2, 3, 4, 5, 6].map((n) => `of Bob ${String(n)}`));
    await bot.alice.presses(shown, button(shown, '◀ Older'));
    const older = await bot.alice.sees(
      (message) => message.id === shown.id && description(message).includes('of Bob 1'),
    );
    expect(description(older)).not.toContain('Alice');
    await bot.alice.runs('history', { user: bot.bob.user.id, export: 'json' }, { in: room });
    await bot.alice.sees(/Only moderators can export another member's part/, { in: room });
    await bot.milo.runs('history', { user: bot.alice.user.id, export: 'json' }, { in: room });
    const given = await bot.milo.sees(/What <@\d+> asked here: one question/, { in: room });
    expect(await (await fetch(given.attachments[0]?.url ?? '')).text()).toContain('of Alice');
    await bot.alice.runs('history', { user: bot.milo.user.id }, { in: room });
    await bot.alice.sees(/has asked nothing here/, { in: room });
  });

  it('shows only their own questions to a member who may not read older messages', async () => {
    const room = await bot.newChannel();
    await asks(bot.bob, room, 'by Bob');
    await asks(bot.alice, room, 'by Alice');
    const overwrite = { type: 1, allow: '0', deny: PermissionFlagsBits.ReadMessageHistory.toString() };
    await bot.olivia.request(
      'PUT',
      `/channels/${bot.alice.channel(room).id}/permissions/${bot.alice.user.id}`,
      overwrite,
    );
    await bot.alice.runs('history', {}, { in: room });
    const shown = await bot.alice.sees((message) => message.embeds.length > 0, { in: room });
    expect(description(shown).match(/by \w+/g)).toEqual(['by Alice']);
    await bot.alice.runs('history', { user: bot.bob.user.id }, { in: room });
    await bot.alice.sees(/You can't read older messages here/, { in: room });
  });

  it('says so when there is nothing to give', async () => {
    const room = await bot.newChannel();
    await asks(bot.bob, room, 'by Bob');
    await bot.alice.runs('history', { export: 'json' }, { in: room });
    await bot.alice.sees(/You have asked nothing here/, { in: room });
  });
});

describe('/clear', () => {
  const left = async (room: string) => {
    await bot.milo.runs('history', {}, { in: room });
    const shown = await bot.milo.sees((message) => message.embeds.length > 0 || /Nothing/.test(message.content), {
      in: room,
    });
    return description(shown).match(/by \w+/g) ?? [];
  };

  it('of a member is for moderators, who leave the others', async () => {
    const room = await bot.newChannel();
    await asks(bot.alice, room, 'by Alice');
    await asks(bot.bob, room, 'by Bob');
    await bot.alice.runs('clear', { user: bot.bob.user.id }, { in: room });
    await bot.alice.sees(/Only moderators can clear another member's part/, { in: room });
    const done = await clears(bot.milo, { user: bot.bob.user.id }, { in: room });
    expect(done.content).toMatch(/Forgotten: the question of/);
    expect(await left(room)).toEqual(['by Alice']);
  });

  it('asks first, and its button clears nothing for members without the right', async () => {
    const room = await bot.newChannel();
    await asks(bot.alice, room, 'by Alice');
    await bot.milo.says(room, `!clear <@${bot.alice.user.id}>`);
    const asked = await bot.bob.sees(/Should I forget the questions of .* here/, { in: room });
    await bot.bob.presses(asked, button(asked, 'Forget it'));
    await bot.bob.sees(/Only moderators can clear another member's part/, { in: room });
    expect(await left(room)).toEqual(['by Alice']);
    await bot.alice.presses(asked, button(asked, 'Forget it'));
    await bot.alice.sees(/Forgotten: your question/, { in: room });
    expect(await left(room)).toEqual([]);
  });

  it('of everyone leaves nothing', async () => {
    const room = await bot.newChannel();
    await asks(bot.alice, room, 'by Alice');
    await asks(bot.bob, room, 'by Bob');
    await clears(bot.milo, { everyone: true }, { in: room });
    expect(await left(room)).toEqual([]);
  });
});
