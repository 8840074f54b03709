import { once } from 'node:events';
import {
  ChannelFlags,
  ChannelType,
  Client,
  EntitlementType,
  Events,
  GatewayIntentBits,
  SortOrderType,
} from 'discord.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PNG, startPlayground } from './testing/client.ts';
import type { Playground } from './testing/client.ts';

/** discord.js with forums, stickers, applications and profiles: it sends and reads them in its own way. */

const { Guilds, GuildMembers, GuildMessages, GuildExpressions, MessageContent } = GatewayIntentBits;

let playground: Playground;
let client: Client<true>;

beforeAll(async () => {
  playground = await startPlayground();
  const { roles = [] } = playground.state.guilds[0] ?? {};
  const role = (roles as { id: string; name: string }[]).find(({ name }) => name === 'Familiar');
  await playground.olivia.patch(`/guilds/${playground.guildId}/roles/${role?.id ?? ''}`, { permissions: '8' });
  const { origin } = playground.emulator;
  const created = new Client({
    intents: [Guilds, GuildMembers, GuildMessages, GuildExpressions, MessageContent],
    rest: { api: `${origin}/api`, cdn: `${origin}/cdn` },
  });
  const ready = once(created, Events.ClientReady);
  await created.login(playground.state.application?.botToken);
  await ready;
  client = created as Client<true>;
});
afterAll(async () => {
  await client.destroy();
  await playground.close();
});

function guild() {
  const found = client.guilds.cache.get(playground.guildId);
  if (found === undefined) throw new Error('The client does not know the guild.');
  return found;
}

describe('discord.js', () => {
  it('makes a forum and posts in it', async () => {
    const forum = await guild().channels.create({
      ...{ name: 'ideas', type: ChannelType.GuildForum, topic: 'Say what you want' },
      availableTags: [{ name: 'big', emoji: { id: null, name: '🐘' } }, { name: 'small' }],
      defaultReactionEmoji: { id: null, name: '👍' },
      defaultSortOrder: SortOrderType.CreationDate,
    });
    const [big, small] = forum.availableTags.map(({ id }) => id) as [string, string];
    expect(forum.availableTags[0]?.emoji).toEqual({ id: null, name: '🐘' });
    const told = once(client, Events.ThreadCreate);
    const post = await forum.threads.create({
      ...{ name: 'An elephant', appliedTags: [big] },
      message: { content: 'please', files: [{ attachment: PNG, name: 'elephant.png' }] },
    });
    expect((await told)[0]).toMatchObject({ id: post.id, appliedTags: [big] });
    const starter = await post.fetchStarterMessage();
    expect(starter?.attachments.first()?.name).toBe('elephant.png');
    await post.setAppliedTags([small]);
    await post.pin();
    expect((await post.fetch(true)).flags.has(ChannelFlags.Pinned)).toBe(true);
    expect(post.appliedTags).toEqual([small]);
    await forum.setAvailableTags(forum.availableTags.map((tag) => ({ ...tag, name: `${tag.name}!` })));
    expect(forum.availableTags.map(({ id, name }) => [id, name])).toEqual([
      [big, 'big!'],
      [small, 'small!'],
    ]);
    const webhook = await forum.createWebhook({ name: 'Crier' });
    const sent = await webhook.send({ content: 'by webhook', threadName: 'News', appliedTags: [big] });
    expect(sent.channelId).toBe(sent.id);
  });

  it('uploads a sticker and sends it', async () => {
    const told = once(client, Events.GuildStickerCreate);
    const sticker = await guild().stickers.create({
      file: { attachment: PNG, name: 'cat.png' },
      name: 'Cat',
      tags: 'cat',
    });
    expect((await told)[0]).toMatchObject({ id: sticker.id, name: 'Cat' });
    const channel = await client.channels.fetch(playground.channelId('general'));
    if (channel?.isSendable() !== true) throw new Error('There is no such channel.');
    const message = await channel.send({ stickers: [sticker] });
    expect(message.stickers.map(({ name }) => name)).toEqual(['Cat']);
    expect(
      (await fetch(sticker.url.replace('https://media.discordapp.net', `${playground.emulator.origin}/cdn`))).ok,
    ).toBe(true);
    expect((await client.fetchStickerPacks()).size).toBe(1);
    await sticker.edit({ description: 'A cat' });
    await sticker.delete();
  });

  it('edits its application, its emojis and its profile', async () => {
    const application = await client.application.edit({ description: 'Answers', tags: ['help'], icon: PNG });
    expect([application.description, application.tags]).toEqual(['Answers', ['help']]);
    const emoji = await client.application.emojis.create({ attachment: PNG, name: 'tick' });
    const channel = await client.channels.fetch(playground.channelId('general'));
    if (channel?.isSendable() !== true) throw new Error('There is no such channel.');
    const message = await channel.send(String(emoji));
    expect((await message.react(emoji)).emoji.id).toBe(emoji.id);
    const member = await guild().members.editMe({ nick: 'Sage', avatar: PNG, banner: PNG, bio: 'Wise' });
    expect(member.nickname).toBe('Sage');
    expect(member.avatarURL()).toContain(`/guilds/${guild().id}/users/${client.user.id}/avatars/`);
    expect((await fetch(member.bannerURL() ?? '')).ok).toBe(true);
  });

  it('reads entitlements, counts and voice settings', async () => {
    const application = client.application;
    const told = once(client, Events.EntitlementCreate);
    const test = await application.entitlements.createTest({ sku: '7', user: playground.userId('alice') });
    expect((await told)[0]).toMatchObject({ id: test.id, type: EntitlementType.ApplicationSubscription });
    expect((await application.entitlements.fetch({ user: playground.userId('alice') })).has(test.id)).toBe(true);
    await application.entitlements.deleteTest(test.id);
    const voice = await guild().channels.create({ name: 'Duo', type: ChannelType.GuildVoice, userLimit: 2 });
    expect(voice.userLimit).toBe(2);
    const invite = await voice.createInvite();
    expect((await client.fetchInvite(invite.code)).memberCount).toBe(5);
  });
});
