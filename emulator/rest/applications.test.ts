import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InteractionType, PermissionFlagsBits } from 'discord-api-types/v10';
import { drawPng } from '../drawing.ts';
import { ApiClient, PNG, refusal, startPlayground } from '../testing/client.ts';
import type { Playground } from '../testing/client.ts';
import { RawGateway } from '../testing/raw-gateway.ts';

interface Identified {
  id: string;
  name: string;
}

let playground: Playground;
let application: string;
let stranger: ApiClient;
const image = `data:image/png;base64,${PNG.toString('base64')}`;
const SKU = '1019475255913222144';

beforeAll(async () => {
  playground = await startPlayground();
  application = `/applications/${playground.state.application?.id ?? ''}`;
  const { body } = await playground.control<{ botToken: string }>('applications', { name: 'Other', intents: [] });
  stranger = new ApiClient(playground.emulator.origin, `Bot ${body.botToken}`);
});
afterAll(() => playground.close());

describe('emojis of an application', () => {
  it('are made, renamed, served and removed by its bot alone', async () => {
    const path = `${application}/emojis`;
    const { status, body } = await playground.bot.post<Identified>(path, { name: 'bar_1', image });
    expect([status, body.name]).toEqual([201, 'bar_1']);
    expect((await playground.bot.get(path)).body).toMatchObject({ items: [{ id: body.id, animated: false }] });
    const file = await fetch(`${playground.emulator.origin}/cdn/emojis/${body.id}.png`);
    expect(Buffer.from(await file.arrayBuffer()).equals(PNG)).toBe(true);
    expect((await playground.bot.patch(`${path}/${body.id}`, { name: 'bar_2' })).body).toMatchObject({ name: 'bar_2' });
    expect((await playground.bot.get(`${path}/${body.id}`)).body).toMatchObject({ name: 'bar_2' });
    const guild = await playground.bot.get<unknown[]>(`/guilds/${playground.guildId}/emojis`);
    expect(guild.body).toEqual([]);
    expect(await refusal(stranger.get(path))).toEqual([403, 20012]);
    expect(await refusal(playground.bot.get('/applications/5/emojis'))).toEqual([404, 10002]);
    expect(await refusal(playground.alice.get(path))).toEqual([403, 20002]);
    expect((await playground.bot.delete(`${path}/${body.id}`)).status).toBe(204);
    expect((await refusal(playground.bot.get(`${path}/${body.id}`)))[1]).toBe(10014);
  });

  it('have names of their own and pictures of at most 256 KiB', async () => {
    const path = `${application}/emojis`;
    const { body } = await playground.bot.post<Identified>(path, { name: 'once', image });
    const uri = (data: Buffer) => `data:image/png;base64,${data.toString('base64')}`;
    const bodies = [
      { name: 'once', image },
      { name: 'a', image },
      { name: 'no spaces', image },
      { name: 'large', image: uri(Buffer.concat([PNG, Buffer.alloc(256 * 1024)])) },
      { name: 'text', image: uri(Buffer.from('no picture at all, whatever it says')) },
      { name: 'none' },
    ];
    for (const form of bodies) expect(await refusal(playground.bot.post(path, form))).toEqual([400, 50035]);
    const { body: second } = await playground.bot.post<Identified>(path, { name: 'twice', image });
    expect(await refusal(playground.bot.patch(`${path}/${second.id}`, { name: 'once' }))).toEqual([400, 50035]);
    for (const { id } of [body, second]) await playground.bot.delete(`${path}/${id}`);
  });

  it('are 2000 at most', async () => {
    const { world } = playground.core;
    const applicationId = playground.state.application?.id ?? '';
    const made = Array.from({ length: 2000 }, (_, n) => `9${n}`);
    for (const id of made) {
      const name = `e_${id}`;
      world.emojis.set(id, { id, guildId: null, applicationId, name, animated: false, creatorId: '1', file: '' });
    }
    expect(await refusal(playground.bot.post(`${application}/emojis`, { name: 'more', image }))).toEqual([400, 30008]);
    for (const id of made) world.emojis.delete(id);
  });

  it('react everywhere without a permission, for their bot alone', async () => {
    const { body: emoji } = await playground.bot.post<Identified>(`${application}/emojis`, { name: 'tick', image });
    const channel = `/channels/${playground.channelId('art')}`;
    const { body: message } = await playground.alice.post<Identified>(`${channel}/messages`, { content: 'a' });
    const deny = String(PermissionFlagsBits.UseExternalEmojis);
    await playground.olivia.put(`${channel}/permissions/${playground.guildId}`, { type: 0, allow: '0', deny });
    const reaction = `${channel}/messages/${message.id}/reactions/tick:${emoji.id}/@me`;
    expect((await refusal(stranger.put(reaction)))[1]).toBe(10014);
    expect((await refusal(playground.alice.put(reaction)))[1]).toBe(10014);
    expect((await playground.bot.put(reaction)).status).toBe(204);
    const { body } = await playground.bot.post<{ content: string }>(`${channel}/messages`, {
      content: `<:tick:${emoji.id}>`,
    });
    expect(body.content).toBe(`<:tick:${emoji.id}>`);
  });
});

describe('an application', () => {
  it('changes what it says of itself, by either address', async () => {
    const picture = `data:image/png;base64,${drawPng(2, []).toString('base64')}`;
    const install = { scopes: ['bot'], permissions: '2048' };
    const { body } = await playground.bot.patch<{ icon: string; cover_image: string }>('/applications/@me', {
      description: { default: 'Answers questions' },
      icon: image,
      cover_image: picture,
      tags: ['help', 'chat'],
      custom_install_url: 'https://example.org/install',
      install_params: install,
      integration_types_config: { '0': { oauth2_install_params: install }, '1': {} },
      interactions_endpoint_url: 'https://example.org/interactions',
    });
    expect(body).toMatchObject({
      description: 'Answers questions',
      tags: ['help', 'chat'],
      custom_install_url: 'https://example.org/install',
      install_params: install,
      integration_types_config: { '0': { oauth2_install_params: install }, '1': {} },
      interactions_endpoint_url: 'https://example.org/interactions',
    });
    for (const path of ['/applications/@me', '/oauth2/applications/@me', application]) {
      expect((await playground.bot.get(path)).body).toEqual(body);
    }
    for (const hash of [body.icon, body.cover_image]) {
      const file = await fetch(`${playground.emulator.origin}/cdn/app-icons/${application.slice(14)}/${hash}.png`);
      expect(file.status).toBe(200);
    }
    // Discord's documentation has plain text here, its description of the API an object.
    await fetch(`${playground.emulator.origin}/api/v10${application}`, {
      method: 'PATCH',
      headers: {
        authorization: `Bot ${playground.state.application?.botToken ?? ''}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ description: 'Short' }),
    });
    const { body: cleared } = await playground.bot.patch(application, { icon: null, tags: null });
    expect(cleared).toMatchObject({ icon: null, tags: [], description: 'Short', cover_image: body.cover_image });
  });

  it('refuses what is too long or too much', async () => {
    const bodies = [
      { tags: ['a', 'b', 'c', 'd', 'e', 'f'] },
      { tags: ['x'.repeat(21)] },
      { tags: ['same', 'same'] },
      { description: 'x'.repeat(401) },
      { custom_install_url: 'no address' },
      { install_params: { scopes: ['identify'], permissions: '0' } },
      { integration_types_config: { '7': {} } },
    ];
    for (const form of bodies) {
      expect(await refusal(playground.bot.patch('/applications/@me', form))).toEqual([400, 50035]);
    }
    expect(await refusal(stranger.patch(application, { description: 'mine' }))).toEqual([403, 20012]);
  });

  it('switches its privileged intents, and no other flag', async () => {
    const messageContent = 1 << 19;
    const { body } = await stranger.patch<{ flags: number }>('/applications/@me', { flags: messageContent | (1 << 1) });
    expect(body.flags).toBe(messageContent);
    expect((await stranger.patch<{ flags: number }>('/applications/@me', { flags: 0 })).body.flags).toBe(0);
  });
});

describe('entitlements', () => {
  const path = () => `${application}/entitlements`;

  it('are made as a test, told of, consumed and deleted', async () => {
    const gateway = new RawGateway(playground.emulator.origin);
    await gateway.identify({ token: playground.state.application?.botToken, intents: 0 });
    await gateway.event('READY');
    const alice = playground.userId('alice');
    const form = { sku_id: SKU, owner_id: alice, owner_type: 2 };
    const { body } = await playground.bot.post<Identified>(path(), form);
    expect(body).toMatchObject({ sku_id: SKU, user_id: alice, deleted: false, consumed: false, ends_at: null });
    expect(await gateway.event('ENTITLEMENT_CREATE')).toMatchObject({ id: body.id });
    expect((await playground.bot.post(`${path()}/${body.id}/consume`)).status).toBe(204);
    expect(await gateway.event('ENTITLEMENT_UPDATE')).toMatchObject({ id: body.id, consumed: true });
    expect((await playground.bot.delete(`${path()}/${body.id}`)).status).toBe(204);
    expect(await gateway.event('ENTITLEMENT_DELETE')).toMatchObject({ id: body.id, deleted: true });
    gateway.socket.close();
    expect(await refusal(playground.bot.delete(`${path()}/${body.id}`))).toEqual([404, 10029]);
    expect((await playground.bot.get(path())).body).toEqual([]);
    expect((await playground.bot.get<unknown[]>(`${path()}?exclude_deleted=0`)).body).toHaveLength(1);
    expect(await refusal(stranger.get(`${path()}/${body.id}`))).toEqual([403, 20012]);
    for (const [wrong, code] of [
      [{ ...form, owner_id: '5' }, 10013],
      [{ ...form, owner_id: '5', owner_type: 1 }, 10004],
      [{ ...form, owner_type: 3 }, 50035],
    ] as const) {
      expect((await refusal(playground.bot.post(path(), wrong)))[1]).toBe(code);
    }
  });

  it('are listed by owner, SKU and end; what is bought cannot be deleted', async () => {
    const { id: applicationId } = playground.state.application ?? {};
    const buy = async (fields: object) =>
      (await playground.control<Identified>('entitlements', { applicationId, skuId: SKU, ...fields })).body.id;
    const bob = playground.userId('bob');
    const ended = await buy({ userId: bob, endsAt: '2020-01-01T00:00:00Z' });
    const own = await buy({ userId: bob });
    const guild = await buy({ guildId: playground.guildId, skuId: '7' });
    const list = async (query: string) =>
      (await playground.bot.get<Identified[]>(`${path()}?${query}`)).body.map(({ id }) => id);
    expect(await list('')).toEqual([ended, own, guild]);
    expect(await list(`user_id=${bob}&exclude_ended=True`)).toEqual([own]);
    expect(await list(`guild_id=${playground.guildId}`)).toEqual([guild]);
    expect(await list('sku_ids=7,8')).toEqual([guild]);
    expect(await list(`after=${ended}&limit=1`)).toEqual([own]);
    expect(await list(`before=${guild}&limit=1`)).toEqual([own]);
    expect(await refusal(playground.bot.delete(`${path()}/${own}`))).toEqual([400, 40019]);
    const mine = await playground.bob.get<Identified[]>(`/users/@me${application}/entitlements`);
    expect(mine.body.map(({ id }) => id)).toEqual([ended, own]);

    await playground.bot.post(`${application}/commands`, { name: 'paid', description: 'Ask' });
    const invoked = playground.events.length;
    const { body: commands } = await playground.bot.get<Identified[]>(`${application}/commands`);
    const interaction = (who: ApiClient) =>
      who.post('/interactions', {
        ...{ type: InteractionType.ApplicationCommand, application_id: applicationId, session_id: 'a', nonce: '1' },
        ...{ guild_id: playground.guildId, channel_id: playground.channelId('general') },
        data: { id: commands[0]?.id, name: 'paid', type: 1 },
      });
    for (const who of [playground.bob, playground.alice]) expect((await interaction(who)).status).toBe(204);
    const created = playground.events.slice(invoked).filter(({ t }) => t === 'INTERACTION_CREATE');
    const carried = created.map(({ d }) => (d['entitlements'] as Identified[]).map(({ id }) => id));
    expect(carried).toEqual([[own, guild], [guild]]);
  });
});
