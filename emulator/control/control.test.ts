import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiClient, startPlayground } from '../testing/client.ts';
import type { Playground } from '../testing/client.ts';
import type { ControlState } from './state.ts';

let playground: Playground;

beforeAll(async () => {
  playground = await startPlayground();
});
afterAll(() => playground.close());

interface Identified {
  id: string;
  token: string;
  name: string;
}

describe('the control interface', () => {
  it('tells the state with everybody’s token', async () => {
    const { body } = await playground.control<ControlState>('state');
    expect(body.members.map(({ username }) => username)).toEqual(['olivia', 'milo', 'alice', 'bob']);
    for (const { id, token } of body.members) {
      const { body: own } = await new ApiClient(playground.emulator.origin, token).get('/users/@me');
      expect(own).toMatchObject({ id });
    }
    expect(body.guilds[0]).toMatchObject({ name: 'Playground', ownerId: playground.userId('olivia') });
    expect(body.application).toMatchObject({ botUserId: playground.botUserId });
  });

  it('makes guilds with a channel and the bots in them, and tells the bots', async () => {
    const { body: guild } = await playground.control<{
      id: string;
      channels: { name: string }[];
      roles: { name: string }[];
    }>('guilds', {
      name: 'Another',
    });
    expect(guild.channels.map(({ name }) => name)).toEqual(['general']);
    expect(guild.roles.map(({ name }) => name)).toEqual(['@everyone', 'Familiar']);
    expect(playground.events.some(({ t, d }) => t === 'GUILD_CREATE' && d['id'] === guild.id)).toBe(true);
    expect((await playground.bot.get(`/guilds/${guild.id}`)).status).toBe(200);
  });

  it('makes members, with roles by name or id, who can talk at once', async () => {
    const { body } = await playground.control<Identified & { roles: string[] }>('members', {
      guildId: playground.guildId,
      username: 'erin',
      roles: ['Moderator'],
    });
    expect(body.roles).toHaveLength(1);
    const erin = new ApiClient(playground.emulator.origin, body.token);
    expect((await erin.post(`/channels/${playground.channelId('general')}/messages`, { content: 'hi' })).status).toBe(
      200,
    );
    const again = await playground.control<Identified>('members', { guildId: playground.guildId, username: 'erin' });
    expect(again.body.token).toBe(body.token);
    const wrong = await playground.control('members', {
      guildId: playground.guildId,
      username: 'fred',
      roles: ['Nobody'],
    });
    expect(wrong).toMatchObject({ status: 404, body: { message: expect.stringContaining('Nobody') as unknown } });
  });

  it('makes channels of a kind, with overwrites', async () => {
    const { body } = await playground.control<Identified>('channels', {
      guildId: playground.guildId,
      name: 'adults',
      nsfw: true,
      overwrites: [{ id: playground.guildId, type: 0, deny: '1024' }],
    });
    expect(body).toMatchObject({ name: 'adults', nsfw: true, type: 0 });
    expect((await playground.alice.get(`/channels/${body.id}`)).status).toBe(403);
    expect((await playground.control('channels', { guildId: '1', name: 'nowhere' })).status).toBe(404);
  });

  it('makes bots with the privileged intents that are asked for', async () => {
    for (const intents of [['messageContent'], { messageContent: true }]) {
      const { body } = await playground.control<{ id: string; botToken: string }>('applications', {
        name: 'Second',
        intents,
      });
      const bot = new ApiClient(playground.emulator.origin, `Bot ${body.botToken}`);
      const { body: application } = await bot.get<{ flags: number }>('/applications/@me');
      expect(application).toMatchObject({ id: body.id, flags: 1 << 19 });
      expect((await bot.get(`/guilds/${playground.guildId}`)).status).toBe(200);
    }
  });

  it('says what is wrong with a request', async () => {
    const { status, body } = await playground.control('faults', { match: {}, times: 1, answer: { status: 'bad' } });
    expect([status, body]).toEqual([
      400,
      expect.objectContaining({ code: 50035, errors: { answer: { status: expect.anything() as unknown } } }),
    ]);
    expect((await playground.control('gateway', { action: 'explode' })).status).toBe(400);
  });
});
