import { createInflate, createZstdDecompress, constants, inflateSync } from 'node:zlib';
import { GatewayIntentBits, GatewayOpcodes } from 'discord-api-types/v10';
import { WebSocket } from 'ws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPlayground, type Playground } from '../testing/client.ts';
import { RawGateway } from '../testing/raw-gateway.ts';

/** What libraries in other languages ask of the connection itself: compression, encoding, ids that are numbers. */

interface Frame {
  op: number;
  t: string | null;
  d: Record<string, unknown>;
}

let playground: Playground;
let token: string;
const { Guilds, GuildMembers, GuildPresences } = GatewayIntentBits;

beforeAll(async () => {
  playground = await startPlayground();
  token = playground.state.application?.botToken ?? '';
});
afterAll(() => playground.close());

/** Connects, identifies and reads frames until `isLast`; `decode` gets each message as it came. */
function read(
  query: string,
  identify: Record<string, unknown>,
  decode: (data: Buffer, isBinary: boolean) => Promise<string>,
  isLast: (frame: Frame) => boolean,
): Promise<Frame[]> {
  const socket = new WebSocket(`${playground.emulator.origin.replace('http', 'ws')}/gateway?${query}`);
  const frames: Frame[] = [];
  let previous = Promise.resolve();
  return new Promise<Frame[]>((resolve, reject) => {
    socket.on('error', reject);
    socket.on('close', (code) => reject(new Error(`Closed with ${String(code)}.`)));
    const take = async (data: Buffer, isBinary: boolean): Promise<void> => {
      const frame = JSON.parse(await decode(data, isBinary)) as Frame;
      frames.push(frame);
      if (frame.op === Number(GatewayOpcodes.Hello)) {
        socket.send(JSON.stringify({ op: GatewayOpcodes.Heartbeat, d: null }));
        socket.send(JSON.stringify({ op: GatewayOpcodes.Identify, d: { token, properties: {}, ...identify } }));
      }
      if (isLast(frame)) resolve(frames);
    };
    socket.on('message', (data: Buffer, isBinary) => {
      previous = previous.then(() => take(data, isBinary)).catch(reject);
    });
  }).finally(() => socket.terminate());
}

/** Feeds every message to one stream and answers what comes out of it, as clients do that keep one context. */
function throughStream(stream: ReturnType<typeof createInflate> | ReturnType<typeof createZstdDecompress>) {
  return (data: Buffer): Promise<string> =>
    new Promise((resolve) => {
      stream.write(data, () => {
        const chunks: Buffer[] = [];
        for (let chunk = stream.read() as Buffer | null; chunk; chunk = stream.read() as Buffer | null)
          chunks.push(chunk);
        resolve(Buffer.concat(chunks).toString('utf8'));
      });
    });
}

const isGuild = ({ t }: Frame): boolean => t === 'GUILD_CREATE';
const names = (frames: Frame[]): unknown[] => frames.map(({ op, t }) => t ?? op);
const whole = [GatewayOpcodes.Hello, GatewayOpcodes.HeartbeatAck, 'READY', 'GUILD_CREATE'];

describe('compression', () => {
  it.each([
    ['zlib-stream', () => createInflate({ finishFlush: constants.Z_SYNC_FLUSH })],
    ['zstd-stream', () => createZstdDecompress()],
  ])('of the whole connection may be %s: every message is one frame', async (kind, create) => {
    const decode = throughStream(create());
    const frames = await read(`v=10&encoding=json&compress=${kind}`, { intents: Guilds }, decode, isGuild);
    expect(names(frames)).toEqual(whole);
    expect(frames.at(-1)?.d).toMatchObject({ name: 'Playground' });
  });

  it('of long frames alone is asked for when identifying', async () => {
    for (let n = 0; n < 30; n += 1) {
      await playground.control('channels', { guildId: playground.guildId, name: `room-${String(n)}` });
    }
    const kinds: string[] = [];
    const decode = (data: Buffer, isBinary: boolean): Promise<string> => {
      kinds.push(isBinary ? 'compressed' : 'text');
      return Promise.resolve((isBinary ? inflateSync(data) : data).toString('utf8'));
    };
    const frames = await read('v=9&encoding=json', { intents: Guilds, compress: true }, decode, isGuild);
    expect(names(frames)).toEqual(whole);
    expect(kinds).toEqual(['text', 'text', 'text', 'compressed']);
    kinds.length = 0;
    await read('v=9&encoding=json', { intents: Guilds, compress: false }, decode, isGuild);
    expect(kinds).toEqual(['text', 'text', 'text', 'text']);
  });

  it('is not used twice', async () => {
    const decode = throughStream(createZstdDecompress());
    const query = 'v=10&encoding=json&compress=zstd-stream';
    expect(names(await read(query, { intents: Guilds, compress: true }, decode, isGuild))).toEqual(whole);
  });

  it.each(['compress=lz4', 'encoding=etf', 'encoding=etf&compress=zlib-stream'])('refuses %s', async (query) => {
    const { code, reason } = await new RawGateway(playground.emulator.origin, `v=10&${query}`).closed;
    expect([code, reason]).toEqual([4002, expect.stringMatching(/^This gateway speaks/)]);
  });
});

describe('ids that are numbers', () => {
  it('keep their digits in requests for members', async () => {
    const client = new RawGateway(playground.emulator.origin);
    await client.identify({ token, intents: Guilds | GuildMembers | GuildPresences });
    await client.event('READY');
    const { guildId } = playground;
    const alice = playground.userId('alice');
    for (const [fields, found] of [
      [`"guild_id":${guildId},"query":"","limit":0`, 5],
      [
        `"guild_id": ${guildId}, "presences": false, "limit": 100, "user_ids": [${alice}, ${playground.userId('bob')}]`,
        2,
      ],
      [`"guild_id":[${guildId}],"user_ids":"${alice}","limit":1`, 1],
      [`"guild_id":"${guildId}","query":"al","limit":10`, 1],
    ] as const) {
      client.socket.send(`{"op":8,"d":{${fields},"nonce":"n"}}`);
      const chunk = await client.event('GUILD_MEMBERS_CHUNK');
      expect(chunk).toMatchObject({ guild_id: guildId, chunk_index: 0, chunk_count: 1, nonce: 'n' });
      expect(chunk['members']).toHaveLength(found);
    }
    client.socket.terminate();
  });
});

describe('times', () => {
  it('have six digits of a second and an offset, as Python before 3.11 needs them', async () => {
    const form = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}\+00:00$/;
    const channel = `/channels/${playground.channelId('general')}`;
    const { body: message } = await playground.bot.post(`${channel}/messages`, {
      content: 'x',
      embeds: [{ title: 'x', timestamp: '2026-01-02T03:04:05Z' }],
      poll: { question: { text: 'Why?' }, answers: [{ poll_media: { text: 'Because' } }], duration: 1 },
    });
    const { body: thread } = await playground.bot.post(`${channel}/messages/${String(message['id'])}/threads`, {
      name: 'x',
    });
    const until = new Date(Date.now() + 60_000).toISOString();
    const member = `/guilds/${playground.guildId}/members/${playground.userId('bob')}`;
    const { body: timedOut } = await playground.olivia.patch(member, { communication_disabled_until: until });
    const { body: invite } = await playground.olivia.post(`${channel}/invites`, { max_age: 60 });
    const { body: edited } = await playground.bot.patch(`${channel}/messages/${String(message['id'])}`, {
      content: 'y',
    });
    await playground.olivia.put(`${channel}/pins/${String(message['id'])}`);
    const bodies = JSON.stringify([message, thread, timedOut, invite, edited, playground.events]);
    const times = [...bodies.matchAll(/"(\d{4}-\d{2}-\d{2}T[^"]*)"/g)].map(([, time]) => time);
    expect(times.length).toBeGreaterThan(10);
    expect(times.filter((time) => time === undefined || !form.test(time))).toEqual([]);
  });
});
