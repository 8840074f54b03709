import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { APIMessage, APIWebhook } from 'discord-api-types/v10';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Person } from '../../../../emulator/testing/person.ts';
import { defineFeature } from '../../../sdk/index.ts';
import type { Speaker, TurnToSpeak } from '../../../sdk/index.ts';
import { clears } from '../../../testing/clears.ts';
import { button, buttons, hasEnded } from '../../../testing/components.ts';
import { plainPng } from '../../../testing/pictures.ts';
import type { FakeAnswer } from '../../../testing/providers.ts';
import { sharedBot } from '../../../testing/shared-bot.ts';
import { createShiftedClock } from '../../../testing/shifted-clock.ts';

const timeoutMs = 20_000;
/** A bot that stops gives what it is writing some seconds to end. */
const restarting = { timeout: 60_000 };

const folder = mkdtempSync(join(tmpdir(), 'familiar-speakers-'));
mkdirSync(join(folder, 'locales'));
mkdirSync(join(folder, 'migrations'));
writeFileSync(join(folder, 'locales', 'en.json'), JSON.stringify({ name: 'Crew' }));
afterAll(() => rmSync(folder, { recursive: true }));

const pirate: Speaker = { name: 'Pirate', model: 'fake/pirate-model', prompt: 'You are a pirate.' };
/** Of the latest question, and of what it replies to. */
let asked: TurnToSpeak | undefined;
let inviteUrl = (): string => '';
let speaksAlways = false;
const crew = {
  definition: defineFeature({
    name: 'crew',
    summary: 'Speaks in tests.',
    intents: [],
    settings: z.object({}),
    setup: ({ discord }) => {
      inviteUrl = () => discord.inviteUrl;
      return {
        speakers: [
          (turn: TurnToSpeak) => {
            asked = turn;
            return speaksAlways || turn.text.startsWith('pirate') ? pirate : undefined;
          },
        ],
      };
    },
  }),
  folder,
};

const clock = createShiftedClock(Date.now());
const yaml = 'features: { chat: { longAnswers: file, fileAbove: 2 } }\n';
const bot = sharedBot({ features: [crew], paced: false, clock, otherModels: ['pirate-model'], yaml });

const MANAGE_WEBHOOKS = 1n << 29n;
const EXECUTE = '/webhooks/{webhook_id}/{webhook_token}';

const mention = (words: string) => `<@${bot.app.discord.self.userId}> ${words}`;
const embeds = (message: APIMessage) => JSON.stringify(message.embeds);
const labels = (message: APIMessage) => buttons(message).map(({ label }) => label);
const lineTo = (question: APIMessage) => {
  const [guild] = bot.emulator.core.world.guilds.values();
  return `-# ↩ https://discord.com/channels/${guild?.id}/${question.channel_id}/${question.id}\n`;
};
const sees = ({ channel_id: channelId }: Pick<APIMessage, 'channel_id'>, text: string, ended = true) =>
  bot.alice.sees(
    (message) => message.channel_id === channelId && message.content.includes(text) && hasEnded(message) === ended,
    { timeoutMs },
  );
const presses = async (person: Person, message: APIMessage, label: string) =>
  void (await person.presses(message, button(message, label)));
/** Everything that bots have written there, oldest first. */
const screen = async ({ channel_id: channelId }: Pick<APIMessage, 'channel_id'>) =>
  (await bot.olivia.messages(channelId)).filter(({ author }) => author.bot).sort((a, b) => (a.id < b.id ? -1 : 1));
const names = async (question: APIMessage) => (await screen(question)).map(({ author }) => author.username);

async function asks(
  words: string,
  answer: FakeAnswer,
  room?: string,
): Promise<{ question: APIMessage; shown: APIMessage }> {
  bot.providers.answer(words, answer);
  const question = await bot.alice.says(room ?? (await bot.newChannel()), mention(words));
  const shown = await bot.alice.sees(
    (message) =>
      message.channel_id === question.channel_id &&
      message.author.bot === true &&
      BigInt(message.id) > BigInt(question.id) &&
      buttons(message).length > 0 &&
      hasEnded(message),
    { timeoutMs },
  );
  await bot.idle();
  return { question, shown };
}

/** Has a question answered until providers are released, and resolves to its message as it grows. */
async function begins(words: string, beginning: string, room?: string) {
  const question = await bot.alice.says(room ?? (await bot.newChannel()), mention(words));
  return { question, growing: await sees(question, beginning, false) };
}

async function restarts(change: () => Promise<unknown> = () => Promise.resolve()): Promise<void> {
  await bot.stop();
  await change();
  await bot.start();
}

async function deny(channelId: string, bits: bigint): Promise<void> {
  const path = `/channels/${channelId}/permissions/${bot.app.discord.self.userId}`;
  await bot.olivia.request('PUT', path, { type: 1, allow: '0', deny: String(bits) });
}

afterEach(() => {
  speaksAlways = false;
  bot.providers.release();
});

describe('an answer of a speaker', () => {
  it('grows under their name and avatar, with their prompt and model, and leads to its question', async () => {
    const file = { name: 'pirate.png', data: plainPng(8, 8), type: 'image/png' };
    const picture = await bot.olivia.says(await bot.newChannel(), 'a picture', { files: [file] });
    pirate.avatarUrl = picture.attachments[0]?.url;
    bot.providers.answer('pirate, hello', { chunks: ['Ahoy', ' there.'], hold: 1 });
    const { question, growing } = await begins('pirate, hello', 'Ahoy');
    expect(growing.author).toMatchObject({ username: 'Pirate', bot: true });
    expect(growing.author.avatar).not.toBeNull();
    pirate.avatarUrl = undefined;
    expect(growing.content).toBe(`${lineTo(question)}Ahoy`);
    expect(labels(growing)).toEqual(['Stop']);
    bot.providers.release();
    const shown = await sees(question, 'Ahoy there.');
    expect(shown.id).toBe(growing.id);
    expect(shown.webhook_id).toBeDefined();
    expect(labels(shown)).toEqual(['Regenerate', '⋯']);
    await bot.idle();
    const [request] = bot.providers.requests;
    expect(request?.model).toBe('pirate-model');
    expect(JSON.stringify(request?.body['messages'])).toContain('You are a pirate.');
    expect(await names(question)).toEqual(['Pirate']);
  });

  it('stops and continues by its buttons', async () => {
    bot.providers.answer('pirate, count', { chunks: ['One,', ' two.'], hold: 1 });
    const { question, growing } = await begins('pirate, count', 'One,');
    await presses(bot.alice, growing, 'Stop');
    const stopped = await sees(question, 'Stopped.');
    expect(stopped.id).toBe(growing.id);
    await bot.idle();
    bot.providers.answer('Your answer was cut off.', { chunks: [' three.'] });
    await presses(bot.alice, stopped, 'Continue');
    expect((await sees(question, 'One, three.')).id).toBe(growing.id);
    await bot.idle();
    expect(await names(question)).toEqual(['Pirate']);
  });

  it(
    'is written again and paged in the same message',
    async () => {
      const { question, shown } = await asks('pirate, a word', { text: 'Arr.' });
      bot.providers.answer('pirate, a word', { text: 'Yarr.' });
      await presses(bot.alice, shown, 'Regenerate');
      const second = await sees(question, 'Yarr.');
      await bot.idle();
      await restarts();
      await presses(bot.alice, second, '◀');
      const first = await sees(question, 'Arr.');
      expect(first.content).toBe(`${lineTo(question)}Arr.`);
      expect(second.id).toBe(shown.id);
      expect(first.id).toBe(shown.id);
    },
    restarting.timeout,
  );

  it('is continued by a reply, which the same speaker answers, and is not quoted again', async () => {
    const { question, shown } = await asks('pirate, who are you?', { text: 'Blackbeard.' });
    bot.providers.answer('and your ship?', { text: 'The Revenge.' });
    const reply = await bot.bob.says(question.channel_id, 'and your ship?', { replyTo: shown });
    const answer = await sees(question, 'The Revenge.');
    expect(answer.author.username).toBe('Pirate');
    expect(answer.content).toBe(`${lineTo(reply)}The Revenge.`);
    await bot.idle();
    expect(asked?.repliesTo?.speaker?.name).toBe('Pirate');
    const request = bot.providers.requests.at(-1);
    expect(request?.model).toBe('pirate-model');
    const sent = JSON.stringify(request?.body['messages']);
    expect(sent).toContain('You are a pirate.');
    expect(sent.split('Blackbeard.')).toHaveLength(2);
    const bots = await asks('who is the bot?', { text: 'I am.' }, question.channel_id);
    expect(bots.shown.author.id).toBe(bot.app.discord.self.userId);
  });

  it('that was cleared is quoted by a reply, without the line that led to its question', async () => {
    const { question, shown } = await asks('pirate, where is it?', { text: 'Under the palm.' });
    await clears(bot.alice, {}, { in: question.channel_id });
    await bot.idle();
    bot.providers.answer('which palm?', { text: 'That one.' });
    await bot.alice.says(question.channel_id, 'which palm?', { replyTo: shown });
    await sees(question, 'That one.');
    await bot.idle();
    const sent = bot.providers.requests.at(-1)?.userText ?? '';
    expect(sent).toContain('> Pirate: Under the palm.');
    expect(sent).not.toContain('↩');
  });

  it('is deleted with its question while it is written, and keeps its text afterwards', async () => {
    const { question } = await asks('pirate, forget it', { text: 'Forgotten.' });
    bot.providers.answer('pirate, again', { chunks: ['Growing', ' on.'], hold: 1 });
    const other = await bot.alice.says(question.channel_id, mention('pirate, again'));
    await sees(question, 'Growing', false);
    expect(await names(question)).toEqual(['Pirate', 'Pirate']);
    await bot.alice.deletes(other);
    await bot.alice.deletes(question);
    await bot.idle();
    const messages = await screen(question);
    expect(messages.map(({ content }) => content.split('\n')[1])).toEqual(['Forgotten.']);
    expect(messages.flatMap(labels)).toEqual([]);
  });

  it('that a moderator deletes leaves the history', async () => {
    const { question, shown } = await asks('pirate, a secret', { text: 'The gold is here.' });
    await bot.olivia.deletes(shown);
    await bot.idle();
    await asks('what did you say?', { text: 'Nothing.' }, question.channel_id);
    expect(JSON.stringify(bot.providers.requests.at(-1)?.body['messages'])).not.toContain('The gold');
  });

  it('is not an ambient message', async () => {
    const { question } = await asks('pirate, say it', { text: 'Heard by nobody.' });
    await asks('what was said?', { text: 'Nothing.' }, question.channel_id);
    const sent = JSON.stringify(bot.providers.requests.at(-1)?.body['messages']);
    expect(sent).toContain('Heard by nobody.');
    expect(sent).not.toContain('[Overheard]');
  });
});

it('an answer that is too long keeps within its messages with its first line, and comes as a file', async () => {
  const long = Array.from({ length: 300 }, (_, index) => `Wave ${index} rolls in.`).join('\n');
  const { question, shown } = await asks('pirate, sing', { chunks: [long] });
  const messages = await screen(question);
  expect(messages).toHaveLength(2);
  expect(messages[0]?.content.startsWith(`${lineTo(question)}Wave 0`)).toBe(true);
  expect(shown.author.username).toBe('Pirate');
  expect(shown.attachments).toMatchObject([{ filename: 'answer.md' }]);
});

it('the context of a question names who would answer it', async () => {
  const room = await bot.newChannel();
  await bot.alice.runs('context', {}, { in: room });
  const bots = await bot.alice.sees((message) => embeds(message).includes('tokens'), { in: room });
  expect(JSON.stringify(bots.embeds)).not.toContain('Answers as');
  speaksAlways = true;
  await bot.alice.runs('context', {}, { in: room });
  await bot.alice.sees((message) => /What fake.pirate-model .*Answers as Pirate/s.test(embeds(message)), { in: room });
});

it('an answer of a speaker is the one that /why is about, under their name, which is in the export, too', async () => {
  const room = await bot.newChannel();
  await asks('pirate, what did it cost?', { text: 'Nothing.' }, room);
  await bot.alice.runs('why', {}, { in: room });
  await bot.alice.sees((message) => /pirate-model.*as \*\*Pirate\*\*/s.test(embeds(message)), { in: room });
  const chat = bot.app.features.find(({ definition }) => definition.name === 'chat')?.parts;
  expect(JSON.stringify(await chat?.exportUser?.(bot.alice.user.id))).toContain('"answeredAs":"Pirate"');
});

describe('a waiting question to a speaker', () => {
  it('has its waiting notice and its end in a message of the speaker', async () => {
    bot.providers.answer('pirate, a tale', { chunks: ['Once', ' upon.'], hold: 1 });
    const { question } = await begins('pirate, a tale', 'Once');
    const next = await bot.alice.says(question.channel_id, mention('pirate, never mind'));
    await bot.app.discord.gateway.idle();
    clock.jump(11_000);
    const notice = await sees(question, 'in line');
    await presses(bot.alice, notice, 'Cancel');
    const cancelled = await sees(question, 'ancelled');
    expect(cancelled.id).toBe(notice.id);
    expect(cancelled.content.startsWith(lineTo(next))).toBe(true);
    bot.providers.release();
    await bot.idle();
    expect(await names(question)).toEqual(['Pirate', 'Pirate']);
  });

  it('becomes the answer in the message that told of the wait', async () => {
    bot.providers.answer('pirate, a long story', { chunks: ['Once', ' upon.'], hold: 1 });
    const { question } = await begins('pirate, a long story', 'Once');
    bot.providers.answer('pirate, and next?', { text: 'This.' });
    const next = await bot.bob.says(question.channel_id, mention('pirate, and next?'));
    await bot.app.discord.gateway.idle();
    clock.jump(11_000);
    const notice = await sees(question, 'in line');
    expect(notice.author.username).toBe('Pirate');
    bot.providers.release();
    const answer = await sees(question, 'This.');
    expect(answer.id).toBe(notice.id);
    expect(answer.content).toBe(`${lineTo(next)}This.`);
    await bot.idle();
    expect(await names(question)).toEqual(['Pirate', 'Pirate']);
  });
});

describe('a message of a speaker', () => {
  it('whose answer was lost is not sent twice', async () => {
    bot.emulator.core.faults.add({ match: { method: 'POST', route: EXECUTE }, times: 1, answer: { drop: true } });
    const { question } = await asks('pirate, once', { text: 'Once only.' });
    expect(await names(question)).toEqual(['Pirate']);
  });

  it(
    'becomes the answer after a restart, also when the bot that sent it died before it noted it',
    async () => {
      bot.providers.answer('pirate, sail', { chunks: ['Sailing', ' on.'], hold: 1 });
      bot.providers.answer('pirate, sink', { chunks: ['Glug', ' glug.'], hold: 1 });
      const known = await begins('pirate, sail', 'Sailing');
      // Discord takes the message, but its answer is lost, and the bot does not come to look for it.
      const room = await bot.newChannel();
      const { faults } = bot.emulator.core;
      faults.add({ match: { method: 'POST', route: EXECUTE }, times: 1, answer: { drop: true } });
      const route = `/channels/${bot.alice.channel(room).id}/messages`;
      faults.add({ match: { method: 'GET', route }, times: 1, answer: { delayMs: 5_000 } });
      const unknown = await begins('pirate, sink', 'Glug', room);
      bot.providers.answer('pirate, sail', { text: 'Sailing again.' });
      bot.providers.answer('pirate, sink', { text: 'Another text.' });
      await restarts(() => Promise.resolve(faults.clear()));
      expect((await sees(known.question, 'Sailing again.')).id).toBe(known.growing.id);
      expect((await sees(unknown.question, 'Another text.')).id).toBe(unknown.growing.id);
      await bot.idle();
      expect(await names(known.question)).toEqual(['Pirate']);
      expect(await names(unknown.question)).toEqual(['Pirate']);
    },
    restarting.timeout,
  );
});

it('a bot with speakers asks for the permission to manage webhooks when it is added', () => {
  const permissions = BigInt(new URL(inviteUrl()).searchParams.get('permissions') ?? '0');
  expect(permissions & MANAGE_WEBHOOKS).toBe(MANAGE_WEBHOOKS);
});

it(
  'an answer whose webhook was deleted comes again through another',
  async () => {
    const { question, shown } = await asks('pirate, once more', { text: 'Before.' });
    await bot.olivia.request('DELETE', `/webhooks/${shown.webhook_id ?? ''}`);
    await restarts();
    bot.providers.answer('pirate, once more', { text: 'After.' });
    await presses(bot.alice, shown, 'Regenerate');
    const after = await sees(question, 'After.');
    expect(after.author.username).toBe('Pirate');
    expect(after.webhook_id).not.toBe(shown.webhook_id);
  },
  restarting.timeout,
);

describe('where there can be no webhook', () => {
  it('the bot answers itself, with the name above, and stays with it', async () => {
    const room = await bot.newChannel();
    const channelId = bot.olivia.channel(room).id;
    await deny(channelId, MANAGE_WEBHOOKS);
    const { question, shown } = await asks('pirate, permit', { text: 'Denied.' }, room);
    expect(shown.author.id).toBe(bot.app.discord.self.userId);
    expect(shown.content).toBe('**Pirate**\nDenied.');
    expect(shown.message_reference?.message_id).toBe(question.id);
    bot.providers.answer('pirate, permit', { text: 'Denied again.' });
    await presses(bot.alice, shown, 'Regenerate');
    expect((await sees(question, 'Denied again.')).content).toBe('**Pirate**\nDenied again.');
    await bot.idle();
    expect(await bot.olivia.request<APIWebhook[]>('GET', `/channels/${channelId}/webhooks`)).toEqual([]);
    expect(await screen(question)).toHaveLength(1);
  });

  it(
    'any more, the answer comes again from the bot itself',
    async () => {
      const { question, shown } = await asks('pirate, revoke', { text: 'Granted.' });
      await deny(question.channel_id, MANAGE_WEBHOOKS);
      await restarts();
      bot.providers.answer('pirate, revoke', { text: 'Revoked.' });
      await presses(bot.alice, shown, 'Regenerate');
      const again = await sees(question, 'Revoked.');
      expect(again.content).toBe('**Pirate**\nRevoked.');
      expect(again.author.id).toBe(bot.app.discord.self.userId);
    },
    restarting.timeout,
  );

  it('a direct message is answered with the name above', async () => {
    const { id } = await bot.alice.request<{ id: string }>('POST', '/users/@me/channels', {
      recipient_id: bot.app.discord.self.userId,
    });
    bot.providers.answer('pirate, psst', { text: 'Psst.' });
    await bot.alice.request('POST', `/channels/${id}/messages`, { content: 'pirate, psst' });
    const shown = await sees({ channel_id: id }, 'Psst.');
    expect(shown.content).toBe('**Pirate**\nPsst.');
    await bot.idle();
  });
});
