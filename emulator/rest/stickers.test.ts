import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GatewayIntentBits, PermissionFlagsBits } from 'discord-api-types/v10';
import { drawPng } from '../drawing.ts';
import { ApiClient, PNG, refusal, startPlayground } from '../testing/client.ts';
import type { Playground } from '../testing/client.ts';
import { RawGateway } from '../testing/raw-gateway.ts';

interface Sticker {
  id: string;
  name: string;
  format_type: number;
  user?: { id: string };
}

const GIF = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');
const LOTTIE = { v: '5.5', fr: 30, ip: 0, op: 60, w: 320, h: 320, layers: [], assets: [] };
const fields = { name: 'Cat', tags: 'cat', description: '' };
const WAVE = '749054660769218631';

let playground: Playground;
let path: string;

beforeAll(async () => {
  playground = await startPlayground();
  path = `/guilds/${playground.guildId}/stickers`;
});
afterAll(() => playground.close());

function upload(data: Buffer | string, form: object = fields, by = playground.olivia) {
  const bytes = typeof data === 'string' ? data : new Uint8Array(data);
  return by.upload<Sticker>('POST', path, form, [{ name: 'file', filename: 'a.bin', data: bytes }]);
}

function chunk(type: string, hex: string): Buffer {
  const data = Buffer.from(hex, 'hex');
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  return Buffer.concat([length, Buffer.from(type), data, Buffer.alloc(4)]);
}

/** An APNG of two frames, each shown for so many seconds. */
function animated(seconds: number): Buffer {
  const delay = `${seconds.toString(16).padStart(4, '0')}0001`;
  const frame = chunk('fcTL', `${'00'.repeat(20)}${delay}0000`);
  return Buffer.concat([PNG.subarray(0, 33), chunk('acTL', '0000000200000000'), frame, frame, PNG.subarray(33)]);
}

/** A GIF whose one frame is shown for so many hundredths of a second. */
function gif(hundredths: number): Buffer {
  const data = Buffer.from(GIF);
  data.writeUInt16LE(hundredths, data.indexOf(Buffer.from([0x21, 0xf9])) + 4);
  return data;
}

async function drop(sticker: Sticker): Promise<void> {
  expect((await playground.olivia.delete(`${path}/${sticker.id}`)).status).toBe(204);
}

describe('stickers of a server', () => {
  it.each([
    ['PNG', PNG, 1, 'png', 'image/png'],
    ['APNG', animated(2), 2, 'png', 'image/png'],
    ['Lottie', JSON.stringify(LOTTIE), 3, 'json', 'application/json'],
    ['GIF', gif(500), 4, 'gif', 'image/gif'],
  ])('are what their bytes are: %s', async (_name, data, format, extension, type) => {
    const { status, body } = await upload(data);
    expect([status, body.format_type]).toEqual([201, format]);
    const file = await fetch(`${playground.emulator.origin}/cdn/stickers/${body.id}.${extension}`);
    expect(file.headers.get('content-type')).toMatch(type);
    expect(Buffer.from(await file.arrayBuffer()).equals(Buffer.from(data))).toBe(true);
    expect((await fetch(`${playground.emulator.origin}/cdn/stickers/${body.id}.webp`)).status).toBe(404);
    await drop(body);
  });

  it('are listed, announced, changed and removed', async () => {
    const gateway = new RawGateway(playground.emulator.origin);
    const token = playground.state.application?.botToken ?? '';
    await gateway.identify({ token, intents: GatewayIntentBits.GuildExpressions });
    await gateway.event('READY');
    const { body } = await upload(PNG);
    expect(await gateway.event('GUILD_STICKERS_UPDATE')).toMatchObject({ stickers: [{ id: body.id, name: 'Cat' }] });
    gateway.socket.close();
    expect((await playground.bot.get<Sticker[]>(path)).body[0]).not.toHaveProperty('user');
    expect((await playground.olivia.get<Sticker>(`${path}/${body.id}`)).body.user?.id).toBe(
      playground.userId('olivia'),
    );
    const { body: changed } = await playground.olivia.patch(`${path}/${body.id}`, { description: 'A cat' });
    expect(changed).toMatchObject({ name: 'Cat', description: 'A cat' });
    expect((await playground.bob.get(`/stickers/${body.id}`)).body).toMatchObject({ name: 'Cat', type: 2 });
    const guild = await playground.bot.get<{ stickers: Sticker[] }>(`/guilds/${playground.guildId}`);
    expect(guild.body.stickers.map(({ id }) => id)).toEqual([body.id]);
    await drop(body);
    expect(await refusal(playground.bob.get(`/stickers/${body.id}`))).toEqual([404, 10060]);
  });

  it('are refused with what is wrong with them', async () => {
    const lottie = (changes: object) => upload(JSON.stringify({ ...LOTTIE, ...changes }));
    const refused: [Promise<{ status: number; headers: Headers; body: unknown }>, number][] = [
      [upload('plain text'), 50046],
      [upload(PNG.subarray(0, 20)), 50046],
      [upload(drawPng(321, [])), 50046],
      [upload(Buffer.concat([PNG, Buffer.alloc(512 * 1024)])), 50045],
      [upload(animated(3)), 170007],
      [upload(gif(501)), 170007],
      [upload('{"layers": '), 170001],
      [upload('{}'), 170001],
      [upload('[['.repeat(100_000)), 50046],
      [lottie({ w: 321 }), 170005],
      [lottie({ op: 151 }), 170007],
      [lottie({ fr: 61 }), 170003],
      [lottie({ fr: 0 }), 170006],
      [lottie({ op: 1001 }), 170004],
      [lottie({ assets: [{ p: 'data:image/png;base64,AA' }] }), 170002],
      [upload(PNG, { ...fields, name: 'a' }), 50035],
      [upload(PNG, { ...fields, description: 'b' }), 50035],
      [upload(PNG, { ...fields, tags: 'x'.repeat(201) }), 50035],
      [playground.olivia.post(path, fields), 50035],
    ];
    for (const [answer, code] of refused) expect(await refusal(answer)).toEqual([400, code]);
  });

  it('are five at most', async () => {
    const stickers = await Promise.all([1, 2, 3, 4, 5].map(async () => (await upload(PNG)).body));
    expect(await refusal(upload(PNG))).toEqual([400, 30039]);
    for (const sticker of stickers) await drop(sticker);
  });

  it('are made with CREATE_GUILD_EXPRESSIONS, and those of others changed with MANAGE_GUILD_EXPRESSIONS', async () => {
    expect(await refusal(upload(PNG, fields, playground.alice))).toEqual([403, 50013]);
    const roles = `/guilds/${playground.guildId}/roles`;
    const permissions = String(PermissionFlagsBits.CreateGuildExpressions);
    const { body: role } = await playground.olivia.post<{ id: string }>(roles, { name: 'Artist', permissions });
    const artist = `/guilds/${playground.guildId}/members/${playground.userId('alice')}/roles/${role.id}`;
    await playground.olivia.put(artist);
    const { body: own } = await upload(PNG, fields, playground.alice);
    const { body: other } = await upload(PNG);
    expect((await playground.alice.patch(`${path}/${own.id}`, { name: 'Mine' })).body).toMatchObject({ name: 'Mine' });
    expect(await refusal(playground.alice.patch(`${path}/${other.id}`, { name: 'Mine' }))).toEqual([403, 50013]);
    const emojis = `/guilds/${playground.guildId}/emojis`;
    const image = `data:image/png;base64,${PNG.toString('base64')}`;
    const { body: emoji } = await playground.alice.post<{ id: string }>(emojis, { name: 'mine', image });
    const { body: foreign } = await playground.olivia.post<{ id: string }>(emojis, { name: 'foreign', image });
    expect((await playground.alice.delete(`${emojis}/${emoji.id}`)).status).toBe(204);
    expect(await refusal(playground.alice.delete(`${emojis}/${foreign.id}`))).toEqual([403, 50013]);
    expect((await playground.alice.delete(`${path}/${own.id}`)).status).toBe(204);
    expect(await refusal(playground.alice.delete(`${path}/${other.id}`))).toEqual([403, 50013]);
    await drop(other);
  });
});

describe('sending stickers', () => {
  it('shows those of the server and those of everybody', async () => {
    const { body: sticker } = await upload(PNG);
    const messages = `/channels/${playground.channelId('general')}/messages`;
    const { body } = await playground.bot.post(messages, { sticker_ids: [sticker.id, WAVE] });
    expect(body).toMatchObject({
      content: '',
      sticker_items: [
        { id: sticker.id, name: 'Cat', format_type: 1 },
        { id: WAVE, name: 'Wave', format_type: 3 },
      ],
    });
    expect(await refusal(playground.bot.post(messages, { sticker_ids: ['5'] }))).toEqual([400, 50081]);
    expect(await refusal(playground.bot.post(messages, { sticker_ids: [WAVE, WAVE, WAVE, WAVE] }))).toEqual([
      400, 50035,
    ]);
    await drop(sticker);
  });

  it('of other servers needs membership there and USE_EXTERNAL_STICKERS here', async () => {
    const { body: sticker } = await upload(PNG);
    const { body: other } = await playground.control<{ id: string; channels: { id: string }[] }>('guilds', {
      name: 'Elsewhere',
      ownerId: playground.userId('olivia'),
    });
    const send = (who: ApiClient) =>
      who.post(`/channels/${other.channels[0]?.id ?? ''}/messages`, { sticker_ids: [sticker.id] });
    expect((await send(playground.olivia)).status).toBe(200);
    expect((await send(playground.bot)).status).toBe(200);
    const everyone = `/guilds/${other.id}/roles/${other.id}`;
    await playground.olivia.patch(everyone, { permissions: String(PermissionFlagsBits.SendMessages | 1024n) });
    expect(await refusal(send(playground.bot))).toEqual([403, 50600]);
    const { body: stranger } = await playground.control<{ token: string }>('members', {
      ...{ guildId: other.id, username: 'stranger' },
    });
    expect(await refusal(send(new ApiClient(playground.emulator.origin, stranger.token)))).toEqual([400, 50081]);
    await drop(sticker);
  });
});

describe('what everybody has', () => {
  it('is a pack of stickers with pictures of its own', async () => {
    const { body } = await playground.bot.get<{ sticker_packs: { id: string; stickers: Sticker[] }[] }>(
      '/sticker-packs',
    );
    const [pack] = body.sticker_packs;
    expect((await playground.bot.get(`/sticker-packs/${pack?.id ?? ''}`)).body).toEqual(pack);
    expect(await refusal(playground.bot.get('/sticker-packs/5'))).toEqual([404, 10061]);
    for (const { id } of pack?.stickers ?? []) {
      expect((await playground.bob.get(`/stickers/${id}`)).body).toMatchObject({ type: 1 });
      const cdn = `${playground.emulator.origin}/cdn/stickers/${id}`;
      expect(await (await fetch(`${cdn}.json`)).json()).toMatchObject({ w: 320, h: 320 });
      expect((await fetch(`${cdn}.png?size=32`)).headers.get('content-type')).toBe('image/png');
    }
  });

  it('is a default avatar as PNG in the size asked for', async () => {
    const avatar = async (name: string) => {
      const answer = await fetch(`${playground.emulator.origin}/cdn/embed/avatars/${name}`);
      const data = Buffer.from(await answer.arrayBuffer());
      return [answer.status, answer.headers.get('content-type'), data.readUInt32BE(16)];
    };
    expect(await avatar('0.png?size=32')).toEqual([200, 'image/png', 32]);
    expect(await avatar('5.png')).toEqual([200, 'image/png', 256]);
    expect(await avatar('3.png?size=33')).toEqual([200, 'image/png', 256]);
    expect((await fetch(`${playground.emulator.origin}/cdn/embed/avatars/6.png`)).status).toBe(404);
  });
});
