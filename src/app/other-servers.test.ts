import type { APIMessage } from 'discord-api-types/v10';
import { afterEach, describe, expect, it } from 'vitest';
import type { Announcement } from '../../emulator/contract.ts';
import type { FaultAnswer } from '../../emulator/faults.ts';
import { startTestBot } from '../testing/bot.ts';
import { sharedBot } from '../testing/shared-bot.ts';

/** Servers that speak Discord's API and are not quite Discord. */

const bot = sharedBot();
const undo: (() => void)[] = [];
afterEach(() => {
  for (const one of undo.splice(0)) one();
});

const mention = () => `<@${bot.app.discord.self.userId}>`;
const isBots = (message: APIMessage) => message.author.id === bot.app.discord.self.userId;

function plant(method: string, route: string, answer: FaultAnswer, times = 1): void {
  bot.emulator.core.faults.add({ match: { method, route }, times, answer });
}

/** Everything that is announced passes through `change` first. */
function announcing(change: (d: Record<string, unknown>) => Record<string, unknown>): void {
  const { bus } = bot.emulator.core;
  const announce = bus.announce.bind(bus);
  bus.announce = (announcement) => announce({ ...announcement, d: change(announcement.d as Record<string, unknown>) });
  undo.push(() => {
    bus.announce = announce;
  });
}

describe('a server that fills in nulls', () => {
  it('is answered in a direct message', async () => {
    announcing((d) => ({ ...d, guild_id: d['guild_id'] ?? null, member: d['member'] ?? null, webhook_id: null }));
    bot.providers.answer('are you there', { text: 'In private, too.' });
    const dm = await bot.alice.opensDirectMessages(bot.app.discord.self.userId);
    await bot.alice.says(dm.id, 'are you there');
    expect((await bot.alice.sees('In private, too.')).channel_id).toBe(dm.id);
  });

  it('gets its commands answered, in a direct message as in a channel', async () => {
    announcing((d) => ({ ...d, guild_id: d['guild_id'] ?? null, member: d['member'] ?? null, message: null }));
    const dm = await bot.alice.opensDirectMessages(bot.app.discord.self.userId);
    for (const place of [dm.id, await bot.newChannel()]) {
      await bot.alice.runs('ping', {}, { in: place });
      await bot.alice.sees(/Pong|ms/, { in: place });
    }
  });
});

describe('an empty body with status 200', () => {
  it.each([
    ['a message', 'POST', '/channels/{channel_id}/messages'],
    ['an edit', 'PATCH', '/channels/{channel_id}/messages/{message_id}'],
    ['a reaction', 'PUT', '/channels/{channel_id}/messages/{message_id}/reactions/{emoji_name}/@me'],
    ['a look at the channel', 'GET', '/channels/{channel_id}'],
    ['the typing indicator', 'POST', '/channels/{channel_id}/typing'],
  ])('for %s leaves a question answered once', async (_what, method, route) => {
    const room = await bot.newChannel();
    bot.providers.answer('empty', { text: 'Answered in full.' });
    const { channel_id: channelId } = await bot.alice.says(room, `${mention()} empty`);
    plant(method, route, { empty: true });
    await bot.alice.sees('Answered in full.');
    await bot.idle();
    const answers = (await bot.alice.messages(channelId)).filter(isBots);
    expect(answers.map(({ content }) => content)).toEqual(['Answered in full.']);
  });

  it('for the answer to a command does not stop it', async () => {
    const room = await bot.newChannel();
    plant('POST', '/interactions/{interaction_id}/{interaction_token}/callback', { empty: true });
    await bot.alice.runs('ping', {}, { in: room });
    await bot.alice.sees(/Pong|ms/, { in: room });
  });
});

it('a thread may have another id than its message', async () => {
  const room = await bot.newChannel();
  const first = await bot.alice.says(room, 'where threads begin');
  const path = `/channels/${first.channel_id}/threads`;
  const thread = await bot.alice.request<{ id: string }>('POST', path, { name: 'Elsewhere', type: 11 });
  bot.providers.answer('into a thread', { text: 'Answered in the thread.' });
  plant('POST', '/channels/{channel_id}/messages/{message_id}/threads', { status: 201, body: { id: thread.id } });
  await bot.alice.runs('ask', { prompt: 'into a thread' }, { in: room });
  expect((await bot.alice.sees('Answered in the thread.')).channel_id).toBe(thread.id);
});

it('unknown dispatches are passed over', async () => {
  const { core } = bot.emulator;
  const audience: Announcement['audience'] = { kind: 'users', userIds: [bot.app.discord.self.userId] };
  const oddities: unknown[] = [null, 'text', 5, [], {}, { id: 7, channel_id: 8 }, { message: null }];
  for (const d of oddities) core.bus.announce({ t: 'SOMETHING_NEW' as 'USER_UPDATE', d, audience });
  const room = await bot.newChannel();
  bot.providers.answer('still there', { text: 'Still here.' });
  await bot.alice.says(room, `${mention()} still there`);
  await bot.alice.sees('Still here.');
});

it('a server without endpoints for commands is served by mention and prefix', async () => {
  const other = await startTestBot({ start: false });
  for (const route of ['/applications/{application_id}/commands', '/applications/{application_id}/guilds/**']) {
    other.emulator.core.faults.add({ match: { route }, times: 1000, answer: { status: 404, body: {} } });
  }
  try {
    await other.start();
    const room = await other.newChannel();
    other.providers.answer('without commands', { text: 'By mention.' });
    await other.alice.says(room, `<@${other.app.discord.self.userId}> without commands`);
    await other.alice.sees('By mention.');
    await other.alice.says(room, '!ping');
    await other.alice.sees(/Pong|ms/, { in: room });
  } finally {
    await other.close();
  }
});
