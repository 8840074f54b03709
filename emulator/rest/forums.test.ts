import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ChannelFlags, GatewayIntentBits, PermissionFlagsBits } from 'discord-api-types/v10';
import { PNG, refusal, startPlayground } from '../testing/client.ts';
import type { Playground } from '../testing/client.ts';
import { RawGateway } from '../testing/raw-gateway.ts';

interface Tag {
  id: string;
  name: string;
  moderated: boolean;
}
interface Forum {
  id: string;
  flags: number;
  topic: string | null;
  last_message_id: string | null;
  available_tags: Tag[];
}
interface Post {
  id: string;
  flags: number;
  applied_tags: string[];
  message_count: number;
  message: { id: string; content: string; attachments: { filename: string }[] };
  thread_metadata: { archived: boolean; locked: boolean };
}

let playground: Playground;
let forum: Forum;

beforeAll(async () => {
  playground = await startPlayground();
  forum = await makeForum('Help Desk', {
    available_tags: [{ name: 'bug', emoji_name: '🐛' }, { name: 'idea' }, { name: 'solved', moderated: true }],
  });
});
afterAll(() => playground.close());

async function makeForum(name: string, fields: object = {}): Promise<Forum> {
  const path = `/guilds/${playground.guildId}/channels`;
  return (await playground.olivia.post<Forum>(path, { name, type: 15, ...fields })).body;
}

function tag(name: string, of = forum): string {
  return of.available_tags.find((candidate) => candidate.name === name)?.id ?? '';
}

function post(body: object, of = forum) {
  return playground.alice.post<Post>(`/channels/${of.id}/threads`, {
    name: 'It broke',
    message: { content: 'help' },
    ...body,
  });
}

describe('forum channels', () => {
  it('show their tags and defaults, and change them', async () => {
    expect(forum).toMatchObject({
      name: 'help-desk',
      default_sort_order: null,
      default_forum_layout: 0,
      available_tags: [
        { name: 'bug', emoji_id: null, emoji_name: '🐛', moderated: false },
        { name: 'idea', emoji_name: null },
        { name: 'solved', moderated: true },
      ],
    });
    const other = await makeForum('faq', { topic: 'x'.repeat(4096), default_thread_rate_limit_per_user: 30 });
    const { body } = await playground.olivia.patch<Forum>(`/channels/${other.id}`, {
      available_tags: [{ name: 'new' }],
      default_reaction_emoji: { emoji_name: '👍' },
      default_sort_order: 1,
      default_forum_layout: 2,
      default_auto_archive_duration: 1440,
      flags: ChannelFlags.RequireTag | ChannelFlags.Pinned,
    });
    expect(body).toMatchObject({
      flags: ChannelFlags.RequireTag,
      default_reaction_emoji: { emoji_id: null, emoji_name: '👍' },
      default_sort_order: 1,
      default_forum_layout: 2,
      default_auto_archive_duration: 1440,
      default_thread_rate_limit_per_user: 30,
    });
  });

  it('refuse too many tags, tags of one name, unknown tags and unknown emojis', async () => {
    const edit = (available_tags: object[]) =>
      refusal(playground.olivia.patch(`/channels/${forum.id}`, { available_tags }));
    expect(await edit(Array.from({ length: 21 }, (_, n) => ({ name: `tag ${n}` })))).toEqual([400, 50035]);
    expect(await edit([{ name: 'x'.repeat(21) }])).toEqual([400, 50035]);
    expect(await edit([{ name: 'same' }, { name: 'same' }])).toEqual([400, 40061]);
    expect(await edit([{ name: 'a', id: '5' }])).toEqual([404, 10087]);
    expect((await edit([{ name: 'a', emoji_name: 'abc' }]))[1]).toBe(10014);
    expect(await refusal(playground.alice.patch(`/channels/${forum.id}`, { name: 'mine' }))).toEqual([403, 50013]);
  });

  it('take no messages, and no threads from messages', async () => {
    const path = `/channels/${forum.id}/messages`;
    expect(await refusal(playground.alice.post(path, { content: 'a' }))).toEqual([400, 50008]);
    expect(await refusal(playground.alice.get(path))).toEqual([400, 50008]);
    expect(await refusal(playground.alice.post(`${path}/5/threads`, { name: 'a' }))).toEqual([400, 50024]);
  });
});

describe('posts', () => {
  it('begin with a message under their own id, after THREAD_CREATE', async () => {
    const gateway = new RawGateway(playground.emulator.origin);
    const { botToken = '' } = playground.state.application ?? {};
    const intents = GatewayIntentBits.Guilds | GatewayIntentBits.GuildMessages | GatewayIntentBits.MessageContent;
    await gateway.identify({ token: botToken, intents });
    await gateway.event('GUILD_CREATE');
    const { status, body } = await post({ applied_tags: [tag('bug'), tag('idea'), tag('bug')] });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      type: 11,
      parent_id: forum.id,
      owner_id: playground.userId('alice'),
      applied_tags: [tag('bug'), tag('idea')],
      message_count: 0,
      message: { id: body.id, channel_id: body.id, content: 'help' },
    });
    const created = await gateway.event<Post>('THREAD_CREATE');
    expect(created).toMatchObject({ id: body.id, newly_created: true, applied_tags: body.applied_tags });
    expect(await gateway.event('MESSAGE_CREATE')).toMatchObject({ id: body.id, channel_id: body.id });
    gateway.socket.close();
    const { body: channel } = await playground.bot.get<Forum>(`/channels/${forum.id}`);
    expect(channel.last_message_id).toBe(body.id);
    await playground.bot.post(`/channels/${body.id}/messages`, { content: 'How?' });
    await playground.olivia.delete(`/channels/${body.id}/messages/${body.id}`);
    expect((await playground.bot.get<Post>(`/channels/${body.id}`)).body.message_count).toBe(1);
  });

  it('carry files', async () => {
    const payload = { name: 'Look', message: { content: '', attachments: [{ id: 0, description: 'a dot' }] } };
    const { body } = await playground.alice.upload<Post>('POST', `/channels/${forum.id}/threads`, payload, [
      { name: 'files[0]', filename: 'dot.png', data: new Uint8Array(PNG), type: 'image/png' },
    ]);
    expect(body.message.attachments).toMatchObject([{ filename: 'dot.png', description: 'a dot' }]);
  });

  it('leave nothing behind when their message is refused', async () => {
    const before = playground.core.world.threadsOf(forum.id).length;
    expect(await refusal(post({ message: { content: '' } }))).toEqual([400, 50006]);
    expect(await refusal(post({ message: { content: 'x'.repeat(2001) } }))).toEqual([400, 50035]);
    expect(await refusal(post({ message: undefined }))).toEqual([400, 50035]);
    expect(await refusal(post({ name: '' }))).toEqual([400, 50035]);
    expect(playground.core.world.threadsOf(forum.id)).toHaveLength(before);
  });

  it('take at most five known tags, moderated ones from moderators, and one where it is required', async () => {
    expect(await refusal(post({ applied_tags: ['5'] }))).toEqual([400, 50035]);
    const six = await makeForum('six', { available_tags: ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => ({ name })) });
    expect(await refusal(post({ applied_tags: six.available_tags.map(({ id }) => id) }, six))).toEqual([400, 50035]);
    expect(await refusal(post({ applied_tags: [tag('solved')] }))).toEqual([403, 50013]);
    const { body } = await post({ applied_tags: [tag('bug')] });
    const edit = (applied_tags: string[]) => ({ applied_tags });
    expect(await refusal(playground.alice.patch(`/channels/${body.id}`, edit([tag('solved')])))).toEqual([403, 50013]);
    expect((await playground.alice.patch<Post>(`/channels/${body.id}`, edit([tag('idea')]))).body.applied_tags).toEqual(
      [tag('idea')],
    );
    expect(
      (await playground.milo.patch<Post>(`/channels/${body.id}`, edit([tag('solved')]))).body.applied_tags,
    ).toEqual([tag('solved')]);
    expect(await refusal(playground.bob.patch(`/channels/${body.id}`, edit([])))).toEqual([403, 50013]);
    await playground.olivia.patch(`/channels/${six.id}`, { flags: ChannelFlags.RequireTag });
    expect(await refusal(post({}, six))).toEqual([400, 40067]);
    await playground.olivia.patch(`/channels/${six.id}`, { available_tags: [{ name: 'x', moderated: true }] });
    expect(await refusal(post({}, six))).toEqual([400, 40066]);
  });

  it('need the permission to send, not the one to start threads', async () => {
    const { guildId } = playground;
    const overwrite = (deny: bigint) => [{ id: guildId, type: 0, allow: '0', deny: String(deny) }];
    const closed = await makeForum('closed', { permission_overwrites: overwrite(PermissionFlagsBits.SendMessages) });
    expect(await refusal(post({}, closed))).toEqual([403, 50013]);
    const open = await makeForum('open', {
      permission_overwrites: overwrite(PermissionFlagsBits.CreatePublicThreads),
    });
    expect((await post({}, open)).status).toBe(201);
  });

  it('are pinned one at a time, archived and locked', async () => {
    const { body: first } = await post({});
    const { body: second } = await post({});
    const pin = { flags: ChannelFlags.Pinned };
    expect(await refusal(playground.alice.patch(`/channels/${first.id}`, pin))).toEqual([403, 50013]);
    expect((await playground.milo.patch<Post>(`/channels/${first.id}`, pin)).body.flags).toBe(ChannelFlags.Pinned);
    expect(await refusal(playground.milo.patch(`/channels/${second.id}`, pin))).toEqual([400, 30047]);
    await playground.milo.patch(`/channels/${first.id}`, { flags: 0 });
    expect((await playground.milo.patch<Post>(`/channels/${second.id}`, pin)).status).toBe(200);
    await playground.milo.patch(`/channels/${first.id}`, { archived: true, locked: true });
    const { body } = await playground.bot.get<{ threads: Post[] }>(`/channels/${forum.id}/threads/archived/public`);
    expect(body.threads).toMatchObject([{ id: first.id, thread_metadata: { archived: true, locked: true } }]);
    const { body: thread } = await playground.olivia.post<Post>(
      `/channels/${playground.channelId('general')}/threads`,
      { name: 'no post', type: 11 },
    );
    expect(await refusal(playground.olivia.patch(`/channels/${thread.id}`, pin))).toEqual([400, 50024]);
  });

  it('wait out the slowmode of their forum, unless with BYPASS_SLOWMODE or a bot', async () => {
    const slow = await makeForum('slow', { rate_limit_per_user: 60 });
    expect((await post({}, slow)).status).toBe(201);
    expect(await refusal(post({}, slow))).toEqual([429, 20016]);
    const again = { name: 'a', message: { content: 'b' } };
    for (const who of [playground.milo, playground.bot]) {
      for (const _ of [1, 2]) expect((await who.post(`/channels/${slow.id}/threads`, again)).status).toBe(201);
    }
  });

  it('are found by name and tags', async () => {
    const shelf = await makeForum('shelf', { available_tags: [{ name: 'a' }, { name: 'b' }] });
    const [a, b] = shelf.available_tags.map(({ id }) => id) as [string, string];
    const { body: both } = await post({ name: 'Red fox', applied_tags: [a, b] }, shelf);
    const { body: one } = await post({ name: 'Red hen', applied_tags: [a] }, shelf);
    const search = async (query: string) =>
      (
        await playground.bot.get<{ threads: Post[]; total_results: number; has_more: boolean }>(
          `/channels/${shelf.id}/threads/search?${query}`,
        )
      ).body;
    expect((await search('name=fox%20red')).threads.map(({ id }) => id)).toEqual([both.id]);
    expect(await search('limit=1')).toMatchObject({ threads: [{ id: one.id }], total_results: 2, has_more: true });
    expect((await search(`tag=${a},${b}&tag_setting=match_all`)).total_results).toBe(1);
    expect((await search(`tag=${a}&tag=${b}`)).total_results).toBe(2);
    expect((await search('archived=true')).total_results).toBe(0);
  });

  it('lose the tags that their forum loses', async () => {
    const short = await makeForum('short', { available_tags: [{ name: 'kept' }, { name: 'gone' }] });
    const { body } = await post({ applied_tags: short.available_tags.map(({ id }) => id) }, short);
    await playground.olivia.patch(`/channels/${short.id}`, {
      available_tags: [{ id: tag('kept', short), name: 'renamed' }],
    });
    expect((await playground.bot.get<Post>(`/channels/${body.id}`)).body.applied_tags).toEqual([tag('kept', short)]);
  });
});

describe('webhooks in forums', () => {
  it('start posts, and write into those that are there', async () => {
    const { body: hook } = await playground.bot.post<{ id: string; token: string }>(`/channels/${forum.id}/webhooks`, {
      name: 'Crier',
    });
    const path = `/webhooks/${hook.id}/${hook.token}`;
    const started = { content: 'news', thread_name: 'Today', applied_tags: [tag('solved')] };
    const { body } = await playground.anonymous.post<{ id: string; channel_id: string }>(`${path}?wait=true`, started);
    expect(body.channel_id).toBe(body.id);
    expect((await playground.bot.get(`/channels/${body.id}`)).body).toMatchObject({
      name: 'Today',
      owner_id: hook.id,
      applied_tags: [tag('solved')],
    });
    const inside = await playground.anonymous.post(`${path}?wait=true&thread_id=${body.id}`, { content: 'more' });
    expect(inside.body).toMatchObject({ channel_id: body.id });
    expect(await refusal(playground.anonymous.post(path, { content: 'a' }))).toEqual([400, 220001]);
    const both = playground.anonymous.post(`${path}?thread_id=${body.id}`, { content: 'a', thread_name: 'b' });
    expect(await refusal(both)).toEqual([400, 220002]);
    const { body: other } = await playground.bot.post<{ id: string; token: string }>(
      `/channels/${playground.channelId('general')}/webhooks`,
      { name: 'Crier' },
    );
    const wrong = playground.anonymous.post(`/webhooks/${other.id}/${other.token}`, { content: 'a', thread_name: 'b' });
    expect(await refusal(wrong)).toEqual([400, 220003]);
  });
});

describe('voice channels', () => {
  it('keep their bitrate and how many may join', async () => {
    const { body } = await playground.olivia.post<{ id: string }>(`/guilds/${playground.guildId}/channels`, {
      ...{ name: 'Duo', type: 2, user_limit: 2, bitrate: 96_000 },
    });
    expect(body).toMatchObject({ user_limit: 2, bitrate: 96_000 });
    const edit = (changes: object) => playground.olivia.patch(`/channels/${body.id}`, changes);
    expect((await edit({ user_limit: 99 })).body).toMatchObject({ user_limit: 99, bitrate: 96_000 });
    expect((await edit({ user_limit: null, bitrate: 8000 })).body).toMatchObject({ user_limit: 0, bitrate: 8000 });
    for (const changes of [{ user_limit: 100 }, { bitrate: 96_001 }, { bitrate: 7999 }, { user_limit: -1 }]) {
      expect(await refusal(edit(changes))).toEqual([400, 50035]);
    }
  });
});

describe('the control interface', () => {
  it('makes forums with tags', async () => {
    const { body } = await playground.control<Forum>('channels', {
      guildId: playground.guildId,
      ...{ name: 'made', type: 15, tags: ['a', { name: 'b', moderated: true }], requireTag: true },
    });
    expect(body).toMatchObject({ flags: ChannelFlags.RequireTag });
    expect(body.available_tags).toMatchObject([{ name: 'a' }, { name: 'b', moderated: true }]);
    expect(await refusal(post({}, body))).toEqual([400, 40067]);
    const { body: plain } = await playground.control<Forum>('channels', {
      ...{ guildId: playground.guildId, name: 'plain', type: 15 },
    });
    expect((await post({}, plain)).status).toBe(201);
    const { body: media } = await playground.control<Forum>('channels', {
      ...{ guildId: playground.guildId, name: 'pictures', type: 16, tags: ['a'] },
    });
    expect((await post({ applied_tags: [tag('a', media)] }, media)).status).toBe(201);
  });
});
