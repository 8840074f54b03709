import type { APIMessage, APIWebhook } from 'discord-api-types/v10';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '../../testing/postgres.ts';
import { discordMigrations } from './create.ts';
import { isOwn } from './index.ts';
import type { Discord, LivePart, OutgoingMessage, SpokenOptions } from './index.ts';
import { Playground } from './testing/playground.ts';

let database: TestDatabase;
let playground: Playground;
let discord: Discord;
let channelId: string;
let made = 0;

beforeAll(async () => {
  database = await testDatabase({ migrations: [discordMigrations] });
  playground = await Playground.open();
  discord = await playground.bot(database.postgres);
});
beforeEach(async () => {
  const body = { guildId: playground.guildId, name: `stage-${(made += 1)}` };
  channelId = (await playground.control<{ id: string }>('POST', 'channels', body)).id;
});
afterAll(async () => {
  await discord.close();
  await playground.emulator.close();
  await database.close();
});

const pirate = { speaker: { name: 'Pirate' } };
const stopRow = (id: string): NonNullable<OutgoingMessage['components']> => [
  { type: 1, components: [{ type: 2, style: 2, label: 'Stop', custom_id: id }] },
];

const say = (content: string, spoken: SpokenOptions = pirate, more: Partial<OutgoingMessage> = {}) =>
  discord.actions.send(channelId, { content, ...more }, { spoken });

/** What members see, oldest first. */
async function shown(channel = channelId): Promise<APIMessage[]> {
  return (await playground.as<APIMessage[]>('alice', 'GET', `/channels/${channel}/messages`)).reverse();
}

const texts = async (channel = channelId): Promise<string[]> =>
  (await shown(channel)).map(({ author, content }) => `${author.username}: ${content}`);

const webhooks = (channel = channelId): Promise<APIWebhook[]> =>
  playground.as('olivia', 'GET', `/channels/${channel}/webhooks`);

/** Plants a fault that strikes once. */
const fault = (method: string, route: string, answer: object): Promise<unknown> =>
  playground.control('POST', 'faults', { match: { method, route }, times: 1, answer });

const EXECUTE = '/webhooks/{webhook_id}/{webhook_token}';

async function deny(bits: bigint): Promise<void> {
  const { botUserId } = playground.state.application;
  const overwrite = { type: 1, allow: '0', deny: String(bits) };
  await playground.as('olivia', 'PUT', `/channels/${channelId}/permissions/${botUserId}`, overwrite);
}

const MANAGE_MESSAGES = 1n << 13n;
const MANAGE_WEBHOOKS = 1n << 29n;

/** Another process of the bot, or the same after a restart: it remembers nothing. */
async function restarted<T>(run: (bot: Discord) => Promise<T>): Promise<T> {
  const bot = await playground.bot(database.postgres);
  try {
    return await run(bot);
  } finally {
    await bot.close();
  }
}

describe('speaking as somebody else', () => {
  it('shows their name, takes buttons and files, pings nobody, and uses one webhook of the channel', async () => {
    const files = [{ name: 'map.txt', data: new TextEncoder().encode('x') }];
    const sent = await say('Ahoy @everyone!', pirate, { components: stopRow('stop/1'), files });
    await say('And more.', { speaker: { name: 'Parrot', avatarUrl: 'https://example.org/parrot.png' } });
    const [first, second] = await shown();
    expect(first).toMatchObject({ content: 'Ahoy @everyone!', author: { username: 'Pirate', bot: true } });
    expect(first).toMatchObject({ mention_everyone: false, attachments: [{ filename: 'map.txt' }] });
    expect(JSON.stringify(first?.components)).toContain('stop/1');
    expect(second?.author.username).toBe('Parrot');
    expect(await restarted((bot) => bot.actions.readyToSpeak(channelId))).toBeUndefined();
    expect(await webhooks()).toHaveLength(1);
    expect(isOwn(sent, discord.self)).toBe(true);
  });

  it.each([
    ['Discordia the Clyde', 'Dis·cordia the Cly·de'],
    ['everyone', 'everyone·'],
    ['  ', 'Familiar'],
    ['a'.repeat(100), `${'a'.repeat(79)}…`],
  ])('calls %s as Discord allows', async (name, seen) => {
    await say('Hello.', { speaker: { name } });
    expect((await shown())[0]?.author.username).toBe(seen);
  });

  it('works in a thread through the webhook of its channel', async () => {
    const start = await playground.says('alice', channelId, 'a thread');
    const path = `/channels/${channelId}/messages/${start}/threads`;
    const { id: threadId } = await playground.as<{ id: string }>('alice', 'POST', path, { name: 'talk' });
    const { id } = await discord.actions.send(threadId, { content: 'Below deck.' }, { spoken: pirate });
    await discord.actions.edit(threadId, id, { content: 'On deck.' });
    expect((await texts(threadId)).at(-1)).toBe('Pirate: On deck.');
    await discord.actions.delete(threadId, id);
    expect(await texts(threadId)).not.toContain('Pirate: On deck.');
    expect(await webhooks()).toHaveLength(1);
  });

  it('says what it needs: a permission, a place among 15, a channel of a server', async () => {
    await deny(MANAGE_WEBHOOKS);
    await expect(say('Hello.')).rejects.toMatchObject({ code: 'discord/manage-webhooks', retryable: false });
    await expect(discord.actions.readyToSpeak(channelId)).rejects.toMatchObject({ code: 'discord/manage-webhooks' });
    const live = discord.actions.live({ channelId, key: 'a', spoken: pirate });
    live.update('Hello.');
    await expect.poll(() => live.refused.aborted).toBe(true);
    await expect(live.finish({ content: 'Hello.' })).rejects.toMatchObject({ code: 'discord/manage-webhooks' });
    const [alice] = playground.state.members.filter(({ username }) => username === 'alice');
    const dm = await discord.actions.openDm(alice?.id ?? '');
    await expect(discord.actions.readyToSpeak(dm)).rejects.toMatchObject({ code: 'discord/no-webhooks' });
  });

  it('cannot have a sixteenth webhook in a channel', async () => {
    for (let count = 0; count < 15; count += 1) {
      await playground.as('olivia', 'POST', `/channels/${channelId}/webhooks`, { name: `hook ${count}` });
    }
    await expect(say('Hello.')).rejects.toMatchObject({ code: 'discord/30007' });
  });

  it('makes its webhook again when somebody deletes it', async () => {
    await say('One.');
    const [webhook] = await webhooks();
    await playground.as('olivia', 'DELETE', `/webhooks/${webhook?.id}`);
    await say('Two.');
    expect(await texts()).toEqual(['Pirate: One.', 'Pirate: Two.']);
  });

  it('never tells the token of a webhook in an error', async () => {
    await say('One.');
    const [webhook] = await restarted(() => webhooks());
    const token = webhook?.token ?? 'no token';
    expect(token.length).toBeGreaterThan(60);
    await fault('POST', EXECUTE, { status: 400, body: { code: 50035, message: 'Invalid Form Body' } });
    const error = await say('Two.').catch((failure: unknown) => failure);
    expect(error).toMatchObject({ code: 'discord/50035' });
    const told = JSON.stringify(error, Object.getOwnPropertyNames(error)) + String((error as Error).stack);
    expect(told).not.toContain(token);
  });
});

describe('a message whose answer was lost', () => {
  it.each([
    ['the connection was cut after it was taken', { drop: true }],
    ['the server answered without it', { empty: true }],
  ])('is not sent twice: %s', async (_how, answer) => {
    await discord.actions.readyToSpeak(channelId);
    await fault('POST', EXECUTE, answer);
    const sent = await say('Once only.');
    expect(await texts()).toEqual(['Pirate: Once only.']);
    await discord.actions.edit(channelId, sent.id, { content: 'Found.' });
    expect(await texts()).toEqual(['Pirate: Found.']);
  });

  it('is not mixed up with another that says the same', async () => {
    const first = await say('Aye.');
    await fault('POST', EXECUTE, { drop: true });
    const second = await say('Aye.');
    await fault('POST', EXECUTE, { close: true });
    const third = await say('Aye.');
    expect((await shown()).map(({ id }) => id)).toEqual([first.id, second.id, third.id]);
  });

  it.each([
    ['refused in passing', { status: 502 }],
    ['cut before it arrived', { close: true }],
  ])('is sent again when it was %s', async (_how, answer) => {
    await discord.actions.readyToSpeak(channelId);
    await fault('POST', EXECUTE, answer);
    await say('Once only.');
    expect(await texts()).toEqual(['Pirate: Once only.']);
  });

  it('is found after a crash by its button, not taken for another, and goes on', async () => {
    const sentAfterMs = Date.now() - 1000;
    const other = await say('Aye', pirate, { components: stopRow('stop/other') });
    await say('Aye, a story beg', pirate, { components: stopRow('stop/mine') });
    const intents: number[] = [];
    const parts: LivePart[] = [];
    await restarted(async (bot) => {
      const live = bot.actions.live({
        channelId,
        key: 'answer',
        liveComponents: stopRow('stop/mine'),
        spoken: { ...pirate, sentAfterMs, isKnown: (id) => id === other.id },
        onIntent: (index) => Promise.resolve(void intents.push(index)),
        onPart: (_index, part) => Promise.resolve(void parts.push(part)),
      });
      live.update('Another beginning this time');
      await expect.poll(() => parts.length).toBe(1);
      await live.finish({ content: 'Another beginning this time, and its end.' });
    });
    expect(intents).toEqual([0]);
    expect(await texts()).toEqual(['Pirate: Aye', 'Pirate: Another beginning this time, and its end.']);
  });

  it('is found after a crash by how it begins', async () => {
    const first = await say('Once upon a time');
    await restarted((bot) =>
      bot.actions.send(
        channelId,
        { content: 'Once upon a time in a port' },
        { spoken: { ...pirate, sentAfterMs: Date.now() } },
      ),
    );
    await restarted((bot) =>
      bot.actions.send(
        channelId,
        { content: 'Once upon a time' },
        { spoken: { ...pirate, sentAfterMs: Date.now(), isKnown: (id) => id === first.id } },
      ),
    );
    expect(await texts()).toEqual(['Pirate: Once upon a time', 'Pirate: Once upon a time']);
  });

  it('is not sent when its intent cannot be kept', async () => {
    const live = discord.actions.live({
      ...{ channelId, key: 'answer', spoken: pirate },
      onIntent: () => Promise.reject(new Error('the database is away')),
    });
    live.update('Hello.');
    await expect(live.finish({ content: 'Hello.' })).rejects.toThrow('the database is away');
    expect(await texts()).toEqual([]);
  });
});

describe('a growing answer of somebody else', () => {
  it('grows, leads to its question, is split, and ends without its button', async () => {
    const question = await playground.says('alice', channelId, 'A story, please.');
    const live = discord.actions.live({
      ...{ channelId, key: 'answer', replyTo: question, liveComponents: stopRow('stop/1'), spoken: pirate },
    });
    live.update('Once');
    await expect.poll(async () => (await shown()).length).toBe(2);
    const link = `-# ↩ https://discord.com/channels/${playground.guildId}/${channelId}/${question}\n`;
    expect((await shown())[1]?.content).toBe(`${link}Once`);
    const story = 'Once upon a time. '.repeat(150).trim();
    live.update(story);
    await expect.poll(async () => (await shown()).length, { timeout: 8000 }).toBe(3);
    const parts = await live.finish({ content: `${story} The end.` });
    const [, first, second] = await shown();
    expect(parts.map(({ messageId }) => messageId)).toEqual([first?.id, second?.id]);
    expect(first?.content.startsWith(link)).toBe(true);
    expect(first?.content.length).toBeLessThanOrEqual(2000);
    expect(second?.content.endsWith('The end.')).toBe(true);
    expect([first?.components, second?.components]).toEqual([[], []]);
    expect(second?.author.username).toBe('Pirate');
    expect(await playground.tooMany()).toBe(0);
  });

  it('keeps what is on screen when it is abandoned, and trims what is too much', async () => {
    const live = discord.actions.live({ channelId, key: 'answer', spoken: pirate });
    live.update('word '.repeat(600));
    await expect.poll(async () => (await shown()).length, { timeout: 8000 }).toBe(2);
    const parts = await live.abandon();
    expect(parts).toHaveLength(2);
    const again = discord.actions.live({ channelId, key: 'answer', spoken: pirate, parts });
    expect(await again.finish({ content: 'Short.' })).toHaveLength(1);
    expect(await texts()).toEqual(['Pirate: Short.']);
  });

  it('moves to new messages when its webhook was deleted', async () => {
    const live = discord.actions.live({ channelId, key: 'answer', spoken: pirate });
    live.update('Before');
    await expect.poll(async () => (await shown()).length).toBe(1);
    const [webhook] = await webhooks();
    await playground.as('olivia', 'DELETE', `/webhooks/${webhook?.id}`);
    await live.finish({ content: 'After.' });
    expect((await texts()).at(-1)).toBe('Pirate: After.');
  });
});

describe('messages of earlier webhooks', () => {
  it('are edited and deleted by a bot that knows nothing but their ids, without Manage Messages', async () => {
    const { id } = await say('One.');
    await deny(MANAGE_MESSAGES);
    await restarted((bot) => bot.actions.edit(channelId, id, { content: 'Changed.' }));
    expect(await texts()).toEqual(['Pirate: Changed.']);
    await restarted((bot) => bot.actions.delete(channelId, id));
    expect(await texts()).toEqual([]);
    await discord.actions.delete(channelId, id);
  });

  it('are told from those of others', async () => {
    const { id: webhookId, token } = await playground.as<APIWebhook>(
      'olivia',
      'POST',
      `/channels/${channelId}/webhooks`,
      {
        name: 'Herald',
      },
    );
    const path = `/webhooks/${webhookId}/${token ?? ''}?wait=true`;
    const foreign = await playground.as<APIMessage>('olivia', 'POST', path, { content: 'News.' });
    const own = await say('Ahoy.');
    const reply = { content: 'What?', message_reference: { message_id: own.id } };
    const answer = await playground.as<APIMessage>('alice', 'POST', `/channels/${channelId}/messages`, reply);
    const referenced = answer.referenced_message;
    expect([foreign, own, answer].map((message) => isOwn(message, discord.self))).toEqual([false, true, false]);
    expect(referenced && isOwn(referenced, discord.self)).toBe(true);
    await expect(discord.actions.edit(channelId, foreign.id, { content: 'x' })).rejects.toMatchObject({
      code: 'discord/50005',
    });
  });
});
