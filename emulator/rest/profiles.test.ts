import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GatewayIntentBits, PermissionFlagsBits } from 'discord-api-types/v10';
import { PNG, refusal, startPlayground } from '../testing/client.ts';
import type { Playground } from '../testing/client.ts';
import { RawGateway } from '../testing/raw-gateway.ts';

interface Member {
  nick: string | null;
  avatar: string | null;
  banner: string | null;
}

let playground: Playground;
let own: string;
const image = `data:image/png;base64,${PNG.toString('base64')}`;

beforeAll(async () => {
  playground = await startPlayground();
  own = `/guilds/${playground.guildId}/members/@me`;
});
afterAll(() => playground.close());

describe('a bot’s profile in a server', () => {
  it('has a nickname, an avatar, a banner and a text, shown to all', async () => {
    const gateway = new RawGateway(playground.emulator.origin);
    await gateway.identify({ token: playground.state.application?.botToken, intents: GatewayIntentBits.Guilds });
    await gateway.event('READY');
    await playground.olivia.patch(`/guilds/${playground.guildId}/roles/${playground.guildId}`, {
      permissions: String(PermissionFlagsBits.ChangeNickname | 0x400n | 0x800n),
    });
    const form = { nick: 'Sage', avatar: image, banner: image, bio: 'Knows things' };
    const { body } = await playground.bot.patch<Member>(own, form);
    expect(body).toMatchObject({ nick: 'Sage', avatar: body.banner, bio: 'Knows things', user: { avatar: null } });
    expect(await gateway.event('GUILD_MEMBER_UPDATE')).toMatchObject({ nick: 'Sage', avatar: body.avatar });
    gateway.socket.close();
    const path = `/guilds/${playground.guildId}/members/${playground.botUserId}`;
    expect((await playground.alice.get<Member>(path)).body).toMatchObject({ banner: body.banner });
    for (const [folder, hash] of Object.entries({ avatars: body.avatar, banners: body.banner })) {
      const place = `guilds/${playground.guildId}/users/${playground.botUserId}/${folder}/${String(hash)}.png`;
      const file = await fetch(`${playground.emulator.origin}/cdn/${place}`);
      expect(Buffer.from(await file.arrayBuffer()).equals(PNG)).toBe(true);
    }
    const sent = playground.events.length;
    await playground.bot.post(`/channels/${playground.channelId('general')}/messages`, { content: 'a' });
    const created = playground.events.slice(sent).find(({ t }) => t === 'MESSAGE_CREATE');
    expect(created?.d['member']).toMatchObject({ nick: 'Sage', avatar: body.avatar });
    expect((await playground.bot.patch<Member>(own, { avatar: null })).body).toMatchObject({
      ...{ nick: 'Sage', avatar: null, banner: body.banner },
    });
  });

  it('is refused when it is too long, no picture or not permitted', async () => {
    for (const form of [{ bio: 'x'.repeat(191) }, { nick: 'x'.repeat(33) }, { avatar: 'x' }, { banner: 'data:,a' }]) {
      expect(await refusal(playground.bot.patch(own, form))).toEqual([400, 50035]);
    }
    const roles = `/guilds/${playground.guildId}/roles/${playground.guildId}`;
    await playground.olivia.patch(roles, { permissions: '3072' });
    expect(await refusal(playground.bot.patch(own, { nick: 'Other' }))).toEqual([403, 50013]);
    expect(await refusal(playground.bot.patch(`${own}/nick`, { nick: 'Other' }))).toEqual([403, 50013]);
    expect((await playground.bot.patch(own, { bio: 'x'.repeat(190) })).status).toBe(200);
    await playground.olivia.patch(roles, { permissions: String(PermissionFlagsBits.ChangeNickname | 3072n) });
  });

  it('is named by the older address, too', async () => {
    expect((await playground.bot.patch(`${own}/nick`, { nick: 'Elder' })).body).toEqual({ nick: 'Elder' });
    expect((await playground.alice.patch(`${own}/nick`, { nick: 'Al' })).body).toEqual({ nick: 'Al' });
    expect((await playground.alice.patch(`${own}/nick`, { nick: null })).body).toEqual({ nick: null });
  });

  it('changes a few times a minute', async () => {
    await playground.control('limits', { enforce: true });
    const statuses = [];
    for (let n = 0; n < 6; n += 1) statuses.push((await playground.bot.patch(own, { bio: String(n) })).status);
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429]);
    const other = await playground.bot.get(`/guilds/${playground.guildId}`);
    expect(other.status).toBe(200);
    await playground.control('limits', { enforce: false });
  });
});

describe('profile cards', () => {
  it('show both profiles, the member and the servers in common', async () => {
    await playground.bot.patch('/applications/@me', { description: { default: 'Answers questions' } });
    await playground.bot.patch(own, { nick: 'Sage', bio: 'Here I am wise' });
    const { body: user } = await playground.bot.patch<{ banner: string }>('/users/@me', {
      ...{ username: 'Familiar', banner: image },
    });
    const file = await fetch(`${playground.emulator.origin}/cdn/banners/${playground.botUserId}/${user.banner}.png`);
    expect(file.status).toBe(200);
    const path = `/users/${playground.botUserId}/profile`;
    const { body } = await playground.alice.get(`${path}?guild_id=${playground.guildId}`);
    expect(body).toMatchObject({
      user: { id: playground.botUserId, banner: user.banner },
      user_profile: { bio: 'Answers questions', banner: user.banner },
      guild_member: { nick: 'Sage' },
      guild_member_profile: { guild_id: playground.guildId, bio: 'Here I am wise' },
      mutual_guilds: [{ id: playground.guildId, nick: 'Sage' }],
    });
    expect((await playground.alice.get(path)).body).not.toHaveProperty('guild_member');
    await playground.bob.patch('/users/@me', { username: 'bob', bio: 'I paint' });
    expect((await playground.alice.get(`/users/${playground.userId('bob')}/profile`)).body).toMatchObject({
      user_profile: { bio: 'I paint' },
    });
    expect(await refusal(playground.bot.get(path))).toEqual([403, 20001]);
    expect(await refusal(playground.alice.get('/users/5/profile'))).toEqual([404, 10013]);
    expect(await refusal(playground.alice.get(`${path}?guild_id=5`))).toEqual([404, 10004]);
    const { body: far } = await playground.control<{ id: string }>('guilds', { name: 'Far' });
    const { body: hermit } = await playground.control<{ id: string }>('members', {
      guildId: far.id,
      username: 'hermit',
    });
    expect(await refusal(playground.bob.get(`/users/${hermit.id}/profile`))).toEqual([403, 50001]);
  });
});

describe('counts', () => {
  it('say how many have each role', async () => {
    const { body: roles } = await playground.bot.get<{ id: string; name: string }[]>(
      `/guilds/${playground.guildId}/roles`,
    );
    const { body } = await playground.bot.get<Record<string, number>>(
      `/guilds/${playground.guildId}/roles/member-counts`,
    );
    const named = Object.fromEntries(roles.map(({ id, name }) => [name, body[id]]));
    expect(named).toEqual({ '@everyone': undefined, Familiar: 1, Moderator: 1 });
  });

  it('are in invites and servers when asked for, with who is there', async () => {
    const { body: invite } = await playground.olivia.post<{ code: string }>(
      `/channels/${playground.channelId('general')}/invites`,
      {},
    );
    expect((await playground.bot.get(`/invites/${invite.code}`)).body).not.toHaveProperty('approximate_member_count');
    const gateway = new RawGateway(playground.emulator.origin);
    await gateway.identify({ token: playground.state.application?.botToken, intents: 0 });
    await gateway.event('READY');
    const counts = { approximate_member_count: 5, approximate_presence_count: 1 };
    for (const path of [`/invites/${invite.code}?with_counts=1`, `/guilds/${playground.guildId}?with_counts=True`]) {
      expect((await playground.bot.get(path)).body).toMatchObject(counts);
    }
    gateway.socket.close();
  });
});
