import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PermissionFlagsBits } from 'discord-api-types/v10';
import { refusal, startPlayground } from '../testing/client.ts';
import type { Playground } from '../testing/client.ts';

interface Identified {
  id: string;
}

interface Role extends Identified {
  name: string;
  position: number;
  permissions: string;
}

let playground: Playground;
let guild: string;

beforeAll(async () => {
  playground = await startPlayground();
  guild = `/guilds/${playground.guildId}`;
});
afterAll(() => playground.close());

async function newRole(name: string, permissions = 0n): Promise<Role> {
  return (await playground.olivia.post<Role>(`${guild}/roles`, { name, permissions: String(permissions) })).body;
}

async function newMember(username: string, roles: string[] = []): Promise<string> {
  const { body } = await playground.control<Identified>('members', { guildId: playground.guildId, username, roles });
  return body.id;
}

describe('the seeded server', () => {
  it('has the people, channels and roles of the playground', async () => {
    const { body } = await playground.bot.get<{ name: string; owner_id: string; roles: Role[] }>(
      `${guild}?with_counts=true`,
    );
    expect(body).toMatchObject({
      name: 'Playground',
      owner_id: playground.userId('olivia'),
      approximate_member_count: 5,
    });
    const { body: channels } = await playground.bot.get<{ name: string; type: number }[]>(`${guild}/channels`);
    expect(channels.filter(({ type }) => type === 0).map(({ name }) => name)).toEqual([
      'general',
      'bot-chat',
      'art',
      'memes',
    ]);
    expect(channels.find(({ name }) => name === 'voice')?.type).toBe(2);
    const { body: members } = await playground.bot.get<{ user: { username: string }; roles: string[] }[]>(
      `${guild}/members?limit=100`,
    );
    expect(members.map(({ user }) => user.username).sort()).toEqual(['Familiar', 'alice', 'bob', 'milo', 'olivia']);
    const moderator = body.roles.find(({ name }) => name === 'Moderator');
    expect(members.find(({ user }) => user.username === 'milo')?.roles).toEqual([moderator?.id]);
  });

  it('shows the bot its application, intents included, and people nothing of it', async () => {
    for (const path of ['/applications/@me', '/oauth2/applications/@me']) {
      const { body } = await playground.bot.get<{ flags: number }>(path);
      expect(body.flags & (1 << 19)).not.toBe(0);
    }
    expect(await refusal(playground.alice.get('/applications/@me'))).toEqual([403, 20002]);
  });

  it('answers what everybody may know about themselves', async () => {
    expect((await playground.alice.get('/users/@me')).body).toMatchObject({ username: 'alice' });
    expect((await playground.alice.get<unknown[]>('/users/@me/guilds')).body).toHaveLength(1);
    expect((await playground.bot.get(`/users/${playground.userId('bob')}`)).body).toMatchObject({ username: 'bob' });
    expect(await refusal(playground.bot.get('/users/1'))).toEqual([404, 10013]);
    expect(await refusal(playground.bot.get('/guilds/1'))).toEqual([404, 10004]);
    const { body } = await playground.bot.get<{ url: string }>('/gateway/bot');
    expect(body.url).toMatch(/^ws:\/\/127\.0\.0\.1:\d+/);
  });
});

describe('channels', () => {
  it('are made, changed and deleted by who manages them', async () => {
    expect(await refusal(playground.alice.post(`${guild}/channels`, { name: 'mine' }))).toEqual([403, 50013]);
    const { status, body } = await playground.milo.post<Identified>(`${guild}/channels`, {
      name: 'New Place',
      topic: 'here',
    });
    expect([status, body]).toEqual([201, expect.objectContaining({ name: 'new-place', topic: 'here' })]);
    const edited = await playground.milo.patch(`/channels/${body.id}`, { name: 'old-place', nsfw: true });
    expect(edited.body).toMatchObject({ name: 'old-place', nsfw: true });
    expect((await playground.milo.delete(`/channels/${body.id}`)).status).toBe(200);
    expect(await refusal(playground.milo.get(`/channels/${body.id}`))).toEqual([404, 10003]);
    expect(playground.events.at(-1)?.t).toBe('CHANNEL_DELETE');
  });

  it('take overwrites only from who has what they give', async () => {
    const { body } = await playground.milo.post<Identified>(`${guild}/channels`, { name: 'secret' });
    const path = `/channels/${body.id}/permissions/${playground.guildId}`;
    const hidden = { type: 0, deny: String(PermissionFlagsBits.ViewChannel) };
    expect((await playground.milo.put(path, hidden)).status).toBe(204);
    expect(await refusal(playground.alice.get(`/channels/${body.id}`))).toEqual([403, 50001]);
    const grant = { type: 1, allow: String(PermissionFlagsBits.Administrator) };
    expect(await refusal(playground.olivia.put(`/channels/${body.id}/permissions/1`, { type: 0 }))).toEqual([
      404, 10011,
    ]);
    expect(
      (await refusal(playground.milo.put(`/channels/${body.id}/permissions/${playground.userId('alice')}`, grant)))[0],
    ).toBe(403);
    await playground.olivia.put(`/channels/${body.id}/permissions/${playground.userId('alice')}`, {
      type: 1,
      allow: String(PermissionFlagsBits.ViewChannel),
    });
    expect((await playground.alice.get(`/channels/${body.id}`)).status).toBe(200);
    expect(
      (await playground.olivia.delete(`/channels/${body.id}/permissions/${playground.userId('alice')}`)).status,
    ).toBe(204);
    expect((await playground.alice.get(`/channels/${body.id}`)).status).toBe(403);
  });

  it('tell about typing', async () => {
    expect((await playground.bot.post(`/channels/${playground.channelId('general')}/typing`)).status).toBe(204);
    expect(playground.events.at(-1)).toMatchObject({ t: 'TYPING_START', d: { user_id: playground.botUserId } });
  });
});

describe('roles', () => {
  it('are given and changed only below the own highest, with what one has', async () => {
    const low = await newRole('Painter', PermissionFlagsBits.AttachFiles);
    const member = `${guild}/members/${playground.userId('alice')}`;
    expect((await playground.milo.put(`${member}/roles/${low.id}`)).status).toBe(204);
    expect((await playground.bot.get<{ roles: string[] }>(member)).body.roles).toContain(low.id);
    const { body: roles } = await playground.bot.get<Role[]>(`${guild}/roles`);
    const moderator = roles.find(({ name }) => name === 'Moderator');
    expect(await refusal(playground.milo.put(`${member}/roles/${moderator?.id}`))).toEqual([403, 50013]);
    expect(await refusal(playground.alice.put(`${member}/roles/${low.id}`))).toEqual([403, 50013]);
    const admin = { permissions: String(PermissionFlagsBits.Administrator) };
    expect(await refusal(playground.milo.patch(`${guild}/roles/${low.id}`, admin))).toEqual([403, 50013]);
    const edited = await playground.milo.patch<Role>(`${guild}/roles/${low.id}`, { name: 'Artist', color: 0xff0000 });
    expect(edited.body).toMatchObject({ name: 'Artist', color: 0xff0000 });
    expect((await playground.milo.delete(`${guild}/roles/${low.id}`)).status).toBe(204);
    expect((await playground.bot.get<{ roles: string[] }>(member)).body.roles).not.toContain(low.id);
    expect(await refusal(playground.bot.get(`${guild}/roles/${low.id}`))).toEqual([404, 10011]);
  });
});

describe('members', () => {
  it('are found by the beginning of their name', async () => {
    const { body } = await playground.bot.get<{ user: { username: string } }[]>(
      `${guild}/members/search?query=AL&limit=5`,
    );
    expect(body.map(({ user }) => user.username)).toEqual(['alice']);
    expect(await refusal(playground.bot.get(`${guild}/members/1`))).toEqual([404, 10013]);
  });

  it('are listed to bots only with the privileged intent', async () => {
    const { body } = await playground.control<{ botToken: string }>('applications', { name: 'Modest' });
    const { ApiClient } = await import('../testing/client.ts');
    const modest = new ApiClient(playground.emulator.origin, `Bot ${body.botToken}`);
    expect(await refusal(modest.get(`${guild}/members?limit=10`))).toEqual([403, 50001]);
  });

  it('are renamed, timed out and kicked by who stands above them', async () => {
    const id = await newMember('carol');
    const path = `${guild}/members/${id}`;
    expect((await playground.milo.patch(path, { nick: 'Caz' })).body).toMatchObject({ nick: 'Caz' });
    const until = new Date(Date.now() + 60_000).toISOString();
    expect((await playground.milo.patch(path, { communication_disabled_until: until })).body).toMatchObject({
      communication_disabled_until: until.replace('Z', '000+00:00'),
    });
    const token = playground.core.world.users.get(id)?.token ?? '';
    const { ApiClient } = await import('../testing/client.ts');
    const carol = new ApiClient(playground.emulator.origin, token);
    const messages = `/channels/${playground.channelId('general')}/messages`;
    expect(await refusal(carol.post(messages, { content: 'a' }))).toEqual([403, 50013]);
    expect((await carol.get(messages)).status).toBe(200);
    expect(await refusal(playground.milo.delete(`${guild}/members/${playground.userId('olivia')}`))).toEqual([
      403, 50013,
    ]);
    expect((await playground.milo.delete(path)).status).toBe(204);
    expect(await refusal(playground.bot.get(path))).toEqual([404, 10007]);
    expect(
      playground.events.some(({ t, d }) => t === 'GUILD_MEMBER_REMOVE' && (d['user'] as Identified).id === id),
    ).toBe(true);
  });

  it('are banned with a reason and let in again', async () => {
    const id = await newMember('dave');
    const path = `${guild}/bans/${id}`;
    expect(await refusal(playground.alice.put(path))).toEqual([403, 50013]);
    expect((await playground.milo.put(path, { delete_message_seconds: 60 })).status).toBe(204);
    expect((await playground.milo.get(path)).body).toMatchObject({ user: { id } });
    expect((await playground.milo.get<unknown[]>(`${guild}/bans`)).body).toHaveLength(1);
    expect((await playground.milo.delete(path)).status).toBe(204);
    expect(await refusal(playground.milo.get(path))).toEqual([404, 10026]);
  });
});

it('members are banned many at once, those that can be', async () => {
  const path = `${guild}/bulk-ban`;
  const ids = [await newMember('erin'), await newMember('frank')];
  expect(await refusal(playground.milo.post(path, { user_ids: ids }))).toEqual([403, 50013]);
  const everyone = { user_ids: [...ids, playground.userId('olivia')] };
  const { body } = await playground.olivia.post(path, everyone);
  expect(body).toEqual({ banned_users: ids, failed_users: [playground.userId('olivia')] });
  expect(await refusal(playground.olivia.post(path, everyone))).toEqual([400, 500000]);
});

describe('emojis and invites', () => {
  const image =
    'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

  it('emojis are added, served, used and removed', async () => {
    expect(await refusal(playground.alice.post(`${guild}/emojis`, { name: 'pixel', image }))).toEqual([403, 50013]);
    const { body: emoji } = await playground.olivia.post<Identified>(`${guild}/emojis`, { name: 'pixel', image });
    expect((await fetch(`${playground.emulator.origin}/cdn/emojis/${emoji.id}.png`)).status).toBe(200);
    const messages = `/channels/${playground.channelId('general')}/messages`;
    const { body: message } = await playground.alice.post<Identified>(messages, { content: 'look' });
    expect((await playground.alice.put(`${messages}/${message.id}/reactions/pixel:${emoji.id}/@me`)).status).toBe(204);
    expect((await playground.olivia.delete(`${guild}/emojis/${emoji.id}`)).status).toBe(204);
    expect(await refusal(playground.olivia.get(`${guild}/emojis/${emoji.id}`))).toEqual([404, 10014]);
  });

  it('invites let people in until they are used up', async () => {
    const { body: other } = await playground.control<Identified>('guilds', { name: 'Elsewhere' });
    const { body: state } = await playground.control<{ guilds: { id: string; channels: Identified[] }[] }>('state');
    const channelId = state.guilds.find(({ id }) => id === other.id)?.channels[0]?.id ?? '';
    const { body: invite } = await playground.olivia.post<{ code: string }>(`/channels/${channelId}/invites`, {
      max_uses: 1,
    });
    expect((await playground.anonymous.get(`/invites/${invite.code}`)).body).toMatchObject({
      guild: { name: 'Elsewhere' },
    });
    expect((await playground.alice.post(`/invites/${invite.code}`)).status).toBe(200);
    expect((await playground.alice.get(`/guilds/${other.id}`)).status).toBe(200);
    expect(await refusal(playground.bob.post(`/invites/${invite.code}`))).toEqual([404, 10006]);
  });
});
