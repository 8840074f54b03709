import type { APIMessage } from 'discord-api-types/v10';
import { MessageFlags } from 'discord-api-types/v10';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Person } from '../../../emulator/testing/person.ts';
import type { Expiry } from '../../sdk/index.ts';
import { startTestBot } from '../../testing/bot.ts';
import type { TestBot } from '../../testing/bot.ts';
import { button, buttons } from '../../testing/components.ts';
import { createShiftedClock } from '../../testing/shifted-clock.ts';
import { exportedBy, tablesWith } from '../../testing/stored.ts';

/** A Wednesday in the middle of a month. */
const clock = createShiftedClock(Date.UTC(2027, 0, 13, 9));
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const exportCooldownMs = 60_000;

let bot: TestBot;
/** Milo is the bot's owner, Olivia owns the server. */
beforeAll(async () => {
  bot = await startTestBot({
    clock,
    yaml: ({ milo }) => `
instance: { administrators: [${milo.user.id}] }
features: { privacy: { retentionDays: 30 } }
access:
  roles:
    member: { requestsPerMinute: null, requestsPerHour: null, tokensPerWeek: 3000 }
`,
  });
});
afterAll(() => bot.close());

const read = ({ content, embeds }: APIMessage) =>
  [content, ...embeds.flatMap(({ title, description }) => [title, description])].join('\n');
const reading = (match: RegExp) => (message: APIMessage) => match.test(read(message));
const isEphemeral = ({ flags }: APIMessage) => ((flags ?? 0) & MessageFlags.Ephemeral) !== 0;
const overview = reading(/What I store about you/);

async function asks(person: Person, text: string, answer = `Answer to ${text}`): Promise<APIMessage> {
  const room = await bot.newChannel();
  bot.providers.answer(text, { text: answer, usage: { inputTokens: 900, outputTokens: 100, cachedInputTokens: 0 } });
  await person.says(room, `<@${bot.app.discord.self.userId}> ${text}`);
  const answered = await person.sees(answer, { timeoutMs: 20_000 });
  await bot.idle();
  return answered;
}

async function opens(person: Person): Promise<APIMessage> {
  await person.runs('privacy');
  return person.sees(overview);
}

/** Presses Forget me and confirms; resolves with the answer. */
async function forgets(person: Person): Promise<APIMessage> {
  const shown = await opens(person);
  await person.presses(shown, button(shown, 'Forget me'));
  const sure = await person.sees(reading(/Delete your data\?/));
  await person.presses(sure, button(sure, 'Forget me for good'));
  return person.sees(reading(/I've deleted your data|deleted your data a short time ago/));
}

async function textOf({ attachments }: APIMessage): Promise<string> {
  const response = await fetch(attachments[0]?.url ?? '');
  return response.text();
}

async function storedQuestions(person: Person): Promise<unknown[]> {
  const { exchanges } = (await exportedBy(bot, 'chat', person)) as { exchanges: unknown[] };
  return exchanges;
}

describe('/privacy', () => {
  it('is shown to the person alone, with counts', async () => {
    await asks(bot.alice, 'what is an aardvark?');
    await bot.alice.runs('model', { name: 'fake/test-model' });
    const shown = await opens(bot.alice);
    expect(isEphemeral(shown)).toBe(true);
    // In the words of the feature that stores it.
    expect(read(shown)).toMatch(/• 1 question/);
    expect(read(shown)).toMatch(/• 1 setting that you chose/);
    expect(read(shown)).toMatch(/• \d+ records? of what you used/);
    expect(read(shown)).toMatch(/after 30 days/);
    expect(read(shown)).not.toMatch(/retention/);
    expect(buttons(shown).map(({ label }) => label)).toEqual(['Export', "Don't read me", 'Forget me']);
  });

  it('comes as a direct message when the command was used in a channel', async () => {
    const room = await bot.newChannel();
    await bot.bob.says(room, '!privacy');
    const shown = await bot.bob.sees(overview);
    expect(bot.bob.channel(shown.channel_id).guildId).toBeNull();
    await bot.idle();
    expect(await bot.bob.messages(room)).toHaveLength(1);
    await bot.bob.presses(shown, button(shown, 'Export'));
    const exported = await bot.bob.sees((message) => message.attachments.length === 1);
    expect(exported.channel_id).toBe(shown.channel_id);
  });

  it('is not shown in a channel when direct messages are closed', async () => {
    const room = await bot.newChannel();
    const { id } = await bot.milo.opensDirectMessages(bot.app.discord.self.userId);
    await fetch(`${bot.emulator.origin}/_control/faults`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        match: { method: 'POST', route: `/channels/${id}/messages` },
        answer: { status: 403, body: { code: 50007, message: 'Cannot send messages to this user' } },
      }),
    });
    await bot.milo.says(room, '!privacy');
    await bot.milo.sees(/Allow them for this server/, { in: room });
  });

  it('is exported as a readable file', async () => {
    const shown = await opens(bot.alice);
    await bot.alice.presses(shown, button(shown, 'Export'));
    const exported = await bot.alice.sees((message) => message.attachments.length === 1);
    expect(isEphemeral(exported)).toBe(true);
    const text = await textOf(exported);
    expect(text).toContain('\n  "features": {\n');
    expect(text).toContain('"what is an aardvark?"');
    expect(text).toContain('"Answer to what is an aardvark?"');
    expect(JSON.parse(text)).toMatchObject({
      person: bot.alice.user.id,
      mayBeReadAsContext: true,
      services: { settings: [{ feature: 'chat', key: 'model', value: 'fake/test-model' }] },
    });
  });

  it('has buttons for its owner only, which work after a restart', async () => {
    await bot.milo.says(await bot.newChannel(), '!privacy');
    const shown = await bot.milo.sees(overview);
    const custom = button(shown, 'Export');
    clock.jump(exportCooldownMs);
    const room = await bot.newChannel();
    const carrier = await bot.app.discord.actions.send(bot.alice.channel(room).id, {
      content: 'Somebody copied these buttons.',
      components: shown.components ?? [],
    });
    const seen = await bot.alice.sees((message) => message.id === carrier.id);
    await bot.alice.presses(seen, custom);
    await bot.alice.sees(/belongs to another member/);
    await bot.stop();
    await bot.start();
    await bot.milo.presses(shown, custom);
    await bot.milo.sees((message) => message.attachments.length === 1);
  });
});

describe('being read as context', () => {
  it('can be refused and allowed again, and deleting data keeps the refusal', async () => {
    const shown = await opens(bot.bob);
    await bot.bob.presses(shown, button(shown, "Don't read me"));
    await bot.bob.sees(reading(/I read only what you write to me/));
    await forgets(bot.bob);
    const after = await opens(bot.bob);
    expect(read(after)).toMatch(/I read only what you write to me/);
    await bot.bob.presses(after, button(after, 'You may read me'));
    await bot.bob.sees(reading(/I may read your messages/));
  });
});

describe('deleting data', () => {
  it('asks for confirmation and can be cancelled', async () => {
    const shown = await opens(bot.alice);
    await bot.alice.presses(shown, button(shown, 'Forget me'));
    const sure = await bot.alice.sees(reading(/can't be undone/));
    await bot.alice.presses(sure, button(sure, 'Back'));
    await bot.alice.sees((message) => message.id === sure.id && overview(message));
    expect(await storedQuestions(bot.alice)).toHaveLength(1);
  });

  it("deletes everything, gives a verifiable receipt, and doesn't reset the allowance", async () => {
    await asks(bot.alice, 'how much is left?');
    const receipt = await forgets(bot.alice);
    expect(isEphemeral(receipt)).toBe(true);
    expect(buttons(receipt)).toEqual([]);
    expect(read(receipt)).toMatch(/questions and answers, and messages said around them: 2 rows/);
    const { id = '' } = /Receipt `(?<id>[^`]+)`/.exec(read(receipt))?.groups ?? {};
    expect(await storedQuestions(bot.alice)).toEqual([]);
    await bot.alice.runs('privacy');
    await bot.alice.sees(reading(/I store nothing about you/));

    await bot.milo.runs('privacy-receipt', { user: bot.alice.user.id, id });
    await bot.milo.sees(/Genuine: the data of .* was deleted/);
    await bot.milo.runs('privacy-receipt', { user: bot.bob.user.id, id });
    await bot.milo.sees(/never gave this person such a receipt/);

    // 2,000 of the week's 3,000 tokens were used before.
    await bot.alice.runs('limits');
    const limits = await bot.alice.sees((message) => JSON.stringify(message.embeds).includes('Tokens this week'));
    expect(JSON.stringify(limits.embeds)).toMatch(/1,000/);
    expect(JSON.stringify(limits.embeds)).not.toMatch(/3,000/);
  });

  it('waits an hour before the next time, and adds up what was used', async () => {
    await asks(bot.alice, 'short one');
    const refused = await forgets(bot.alice);
    expect(read(refused)).toMatch(/deleted your data a short time ago.*<t:\d+:R>/);
    expect(await storedQuestions(bot.alice)).toHaveLength(1);
    clock.jump(hourMs);
    expect(read(await forgets(bot.alice))).toMatch(/I've deleted your data/);
    const room = await bot.newChannel();
    await bot.alice.says(room, `<@${bot.app.discord.self.userId}> may I?`);
    await bot.alice.sees(/used your .* tokens for this week/);
    clock.jump(7 * dayMs);
    await asks(bot.alice, 'a new week');
  });

  it('stops a running answer and leaves no part of it', async () => {
    const room = await bot.newChannel();
    bot.providers.answer('a long story', { chunks: ['It begins', ' and goes on'], hold: 1 });
    await bot.bob.says(room, `<@${bot.app.discord.self.userId}> tell me a long story`);
    await bot.bob.sees('It begins');
    clock.jump(hourMs);
    const receipt = await forgets(bot.bob);
    expect(read(receipt)).toMatch(/I've deleted your data/);
    await bot.idle();
    expect(await storedQuestions(bot.bob)).toEqual([]);
    // That he doesn't want to be read is kept.
    expect((await tablesWith(bot, bot.bob.user.id)).length).toBeLessThanOrEqual(1);
    expect(await tablesWith(bot, 'a long story')).toEqual([]);
  });
});

describe('retention', () => {
  it("is set by server managers, never longer than the instance's", async () => {
    await bot.alice.runs('retention', { days: 1 }).catch(() => undefined);
    await bot.olivia.runs('retention');
    await bot.olivia.sees(/after 30 days/);
    await bot.olivia.runs('retention', { days: 90 });
    await bot.olivia.sees(/after 30 days.*allows at most 30 days/);
    await bot.olivia.runs('retention', { days: 7 });
    await bot.olivia.sees(/after 7 days/);
  });

  it('deletes old data only', async () => {
    await asks(bot.alice, 'an old question');
    const room = (await bot.alice.opensDirectMessages(bot.app.discord.self.userId)).id;
    bot.providers.answer('an old secret', { text: 'Kept 30 days.' });
    await bot.alice.says(room, 'an old secret');
    await bot.alice.sees('Kept 30 days.');
    await bot.idle();
    clock.jump(8 * dayMs);
    await asks(bot.alice, 'a new question');
    const chat = bot.app.features.find(({ definition }) => definition.name === 'chat')?.parts;
    const [guild] = bot.emulator.core.world.guilds.values();
    const before = await storedQuestions(bot.alice);
    const expire = (guilds: Expiry['guilds'], days: number) =>
      bot.database.postgres.transaction(async (tx) =>
        chat?.expire?.(tx, { beforeMs: clock.now() - days * dayMs, guilds }),
      );
    expect(await expire({ only: guild?.id ?? '' }, 7)).toBe(before.length - 2);
    expect(await expire({ allBut: [guild?.id ?? ''] }, 30)).toBe(0);
    expect(await expire({ allBut: [guild?.id ?? ''] }, 7)).toBe(1);
    expect(await storedQuestions(bot.alice)).toHaveLength(1);
    await bot.olivia.runs('retention', { days: 0 });
    await bot.olivia.sees(/after 30 days/);
  });
});
