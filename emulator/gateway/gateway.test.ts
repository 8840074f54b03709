import { createServer, type Server } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { REST } from '@discordjs/rest';
import { CompressionMethod, WebSocketManager, WebSocketShardEvents } from '@discordjs/ws';
import { GatewayDispatchEvents, GatewayIntentBits, GatewayOpcodes } from 'discord-api-types/v10';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Core } from '../contract.ts';
import { createCore } from '../core.ts';
import { addMember, createUser } from '../creation.ts';
import { startEmulator, type Emulator } from '../index.ts';
import { seedWorld } from '../seed.ts';
import { callControl } from '../testing/control.ts';
import { connectPerson } from '../testing/person.ts';
import { RawGateway } from '../testing/raw-gateway.ts';
import { openWorld } from '../world.ts';
import { attachGateway } from './index.ts';

const { Guilds, GuildMembers, GuildMessages, GuildMessageTyping, MessageContent } = GatewayIntentBits;
const closing: (() => unknown)[] = [];
let emulator: Emulator;
let botToken: string;

interface ControlState {
  guilds: { id: string; channels: { id: string; name: string }[] }[];
  members: { id: string; username: string; token: string }[];
  application: { id: string; botToken: string };
}

const control = <T>(name: string, body?: unknown): Promise<T> => callControl<T>(emulator.origin, name, body);

function connect(query?: string): RawGateway {
  const client = new RawGateway(emulator.origin, query);
  closing.push(() => client.socket.terminate());
  return client;
}

async function identified(intents: number, extra: Record<string, unknown> = {}): Promise<RawGateway> {
  const client = connect();
  await client.identify({ token: botToken, intents, ...extra });
  await client.event('READY');
  return client;
}

async function person(name: string) {
  const connected = await connectPerson(emulator.origin, name);
  closing.push(() => connected.close());
  return connected;
}

beforeEach(async () => {
  const started = await startEmulator({ port: 0, dataDir: null });
  closing.push(() => started.close());
  emulator = started;
  botToken = (await control<ControlState>('state')).application.botToken;
});

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

describe('identifying', () => {
  it('greets, lists guilds as unavailable and then sends each whole', async () => {
    const client = connect();
    const hello = await client.op(GatewayOpcodes.Hello);
    expect(hello.d).toMatchObject({ heartbeat_interval: 41_250 });
    client.send(GatewayOpcodes.Identify, { token: `Bot ${botToken}`, intents: Guilds, properties: {} });
    const ready = await client.event<{ guilds: unknown[]; resume_gateway_url: string; application: { id: string } }>(
      'READY',
    );
    const { guilds, application } = await control<ControlState>('state');
    expect(ready.guilds).toEqual([{ id: guilds[0]?.id, unavailable: true }]);
    expect(ready.application.id).toBe(application.id);
    expect(new URL(ready.resume_gateway_url).search).toBe('');
    const guild = await client.event<{ members: unknown[]; channels: { name: string }[] }>('GUILD_CREATE');
    expect(guild.channels.map(({ name }) => name)).toContain('general');
    // Without the presence intent a bot is told of itself alone.
    expect(guild.members).toHaveLength(1);
  });

  it.each([
    ['a wrong token', { token: 'nonsense', intents: 0 }, 4004],
    ['no intents', {}, 4013],
    ['unknown intents', { intents: 2 ** 30 }, 4013],
    ['an impossible shard', { intents: 0, shard: [2, 2] }, 4010],
  ])('closes on %s', async (_what, data, code) => {
    const client = connect();
    await client.identify({ token: botToken, ...data });
    expect((await client.closed).code).toBe(code);
  });

  it('closes on what comes before identify, twice, too often, or is not understood', async () => {
    const early = connect();
    await early.op(GatewayOpcodes.Hello);
    early.send(GatewayOpcodes.RequestGuildMembers, {});
    expect((await early.closed).code).toBe(4003);

    const twice = await identified(0);
    twice.send(GatewayOpcodes.Identify, { token: botToken, intents: 0 });
    expect((await twice.closed).code).toBe(4005);

    const fast = await identified(0);
    for (let count = 0; count < 121; count += 1) fast.send(GatewayOpcodes.Heartbeat, null);
    expect((await fast.closed).code).toBe(4008);

    const garbled = connect();
    await garbled.op(GatewayOpcodes.Hello);
    garbled.socket.send('{"op":');
    expect((await garbled.closed).code).toBe(4002);

    const unknown = connect();
    await unknown.op(GatewayOpcodes.Hello);
    unknown.send(99 as GatewayOpcodes, null);
    expect((await unknown.closed).code).toBe(4001);

    expect((await connect('v=5&encoding=json').closed).code).toBe(4012);
  });

  it('takes people without intents and shows them their direct messages', async () => {
    const alice = await person('alice');
    const { application } = await control<ControlState>('state');
    const { id } = await alice.opensDirectMessages(application.id);
    const client = connect();
    const { members } = await control<ControlState>('state');
    await client.identify({ token: members.find(({ username }) => username === 'alice')?.token });
    const ready = await client.event<{ private_channels: { id: string }[] }>('READY');
    expect(ready.private_channels.map((channel) => channel.id)).toEqual([id]);
  });
});

describe('delivery', () => {
  it('follows intents', async () => {
    const alice = await person('alice');
    const typing = await identified(Guilds | GuildMessageTyping);
    const messages = await identified(Guilds | GuildMessages | MessageContent);
    await alice.says('#general', 'hello');
    await alice.request('POST', `/channels/${alice.channel('general').id}/typing`);
    const events = async (client: RawGateway): Promise<string[]> =>
      (await client.settle()).flatMap(({ t }) => (t === 'MESSAGE_CREATE' || t === 'TYPING_START' ? [t] : []));
    expect(await events(typing)).toEqual(['TYPING_START']);
    expect(await events(messages)).toEqual(['MESSAGE_CREATE']);
  });

  it('tells a message with guild and member, but not with a user inside the member', async () => {
    const alice = await person('alice');
    const client = await identified(Guilds | GuildMessages | MessageContent);
    await alice.says('#general', 'hello');
    const message = await client.event<{ guild_id: string; member: object; author: { id: string } }>('MESSAGE_CREATE');
    expect(message.guild_id).toBe((await control<ControlState>('state')).guilds[0]?.id);
    expect(message.author.id).toBe(alice.user.id);
    expect(message.member).toHaveProperty('roles');
    expect(message.member).not.toHaveProperty('user');
  });

  it('keeps a hidden channel from those who may not view it', async () => {
    const { guilds, members } = await control<ControlState>('state');
    const guildId = guilds[0]?.id ?? '';
    const bobId = members.find(({ username }) => username === 'bob')?.id ?? '';
    const viewChannel = '1024';
    const hidden = await control<{ id: string }>('channels', {
      guildId,
      name: 'hidden',
      overwrites: [
        { id: guildId, type: 0, allow: '0', deny: viewChannel },
        { id: bobId, type: 1, allow: viewChannel, deny: '0' },
      ],
    });
    const [alice, bob, olivia] = [await person('alice'), await person('bob'), await person('olivia')];
    await bob.says(hidden.id, 'a secret');
    await olivia.sees('a secret');
    await bob.says('#general', 'no secret');
    await alice.sees('no secret');
    expect(alice.view.describe()).not.toContain('a secret');
    expect(alice.view.channels.has(hidden.id)).toBe(false);
    expect(bob.view.channels.has(hidden.id)).toBe(true);
  });

  it('sends each guild to one shard', async () => {
    await control('guilds', { name: 'Second' });
    await control('guilds', { name: 'Third' });
    const { guilds } = await control<ControlState>('state');
    const told = new Map<string, number>();
    for (const id of [0, 1]) {
      const client = connect();
      await client.identify({ token: botToken, intents: Guilds, shard: [id, 2] });
      const ready = await client.event<{ guilds: { id: string }[] }>('READY');
      for (const guild of ready.guilds) told.set(guild.id, id);
    }
    expect(told.size).toBe(guilds.length);
    for (const [id, shard] of told) expect(Number((BigInt(id) >> 22n) % 2n)).toBe(shard);
  });

  it('introduces a guild that the bot joins while connected', async () => {
    const client = await identified(Guilds);
    await client.event('GUILD_CREATE');
    const { id } = await control<{ id: string }>('guilds', { name: 'New home' });
    expect(await client.event('GUILD_CREATE')).toMatchObject({ id, name: 'New home' });
  });

  it('answers op 8 with the nonce, in chunks', async () => {
    const client = await identified(Guilds | GuildMembers);
    const guildId = (await control<ControlState>('state')).guilds[0]?.id ?? '';
    client.send(GatewayOpcodes.RequestGuildMembers, { guild_id: guildId, query: 'b', limit: 10, nonce: 'n1' });
    const chunk = await client.event<{ members: { user: { username: string } }[] }>('GUILD_MEMBERS_CHUNK');
    expect(chunk).toMatchObject({ guild_id: guildId, nonce: 'n1', chunk_index: 0, chunk_count: 1 });
    expect(chunk.members.map(({ user }) => user.username)).toEqual(['bob']);
    client.send(GatewayOpcodes.RequestGuildMembers, { guild_id: guildId, user_ids: ['1'] });
    expect(await client.event('GUILD_MEMBERS_CHUNK')).toMatchObject({ members: [], not_found: ['1'] });
  });

  it('obeys planted faults of events', async () => {
    const alice = await person('alice');
    const client = await identified(Guilds | GuildMessages | MessageContent);
    await control('faults', { match: { event: 'MESSAGE_CREATE' }, times: 1, answer: { drop: true } });
    await alice.says('#general', 'lost');
    await alice.says('#general', 'kept');
    expect(await client.event('MESSAGE_CREATE')).toMatchObject({ content: 'kept' });
    await control('faults', { match: { event: 'MESSAGE_CREATE' }, times: 1, answer: { close: 4000 } });
    await alice.says('#general', 'cut');
    expect((await client.closed).code).toBe(4000);
  });
});

describe('sessions', () => {
  interface Ready {
    session_id: string;
  }

  async function resume(origin: string, sessionId: string, seq: number): Promise<RawGateway> {
    const client = new RawGateway(origin);
    closing.push(() => client.socket.terminate());
    await client.op(GatewayOpcodes.Hello);
    client.send(GatewayOpcodes.Resume, { token: botToken, session_id: sessionId, seq });
    return client;
  }

  async function start(): Promise<{ client: RawGateway; sessionId: string; seq: number }> {
    const client = connect();
    await client.identify({ token: botToken, intents: Guilds | GuildMessages | MessageContent });
    const ready = await client.event<Ready>('READY');
    await client.event('GUILD_CREATE');
    return { client, sessionId: ready.session_id, seq: 2 };
  }

  it('replays what a client missed, then says so', async () => {
    const alice = await person('alice');
    const { client, sessionId, seq } = await start();
    client.socket.terminate();
    await alice.says('#general', 'one');
    await alice.says('#general', 'two');
    const resumed = await resume(emulator.origin, sessionId, seq);
    await resumed.event('RESUMED');
    expect(resumed.frames.flatMap(({ t, s }) => (t === null ? [] : [[t, s]]))).toEqual([
      ['MESSAGE_CREATE', 3],
      ['MESSAGE_CREATE', 4],
      ['RESUMED', 5],
    ]);
  });

  it('ends with a goodbye, and is unknown to others and with a wrong sequence', async () => {
    const { client, sessionId, seq } = await start();
    const impossible = await resume(emulator.origin, sessionId, seq + 100);
    expect((await impossible.op(GatewayOpcodes.InvalidSession)).d).toBe(false);
    client.socket.close(1000);
    await client.closed;
    const ended = await resume(emulator.origin, sessionId, seq);
    expect((await ended.op(GatewayOpcodes.InvalidSession)).d).toBe(false);
  });

  it('obeys the control interface: reconnect, invalid session', async () => {
    const { client } = await start();
    await control('gateway', { action: 'reconnect' });
    await client.op(GatewayOpcodes.Reconnect);
    await control('gateway', { action: 'invalid_session', resumable: false });
    expect((await client.op(GatewayOpcodes.InvalidSession)).d).toBe(false);
    client.send(GatewayOpcodes.Identify, { token: botToken, intents: Guilds, properties: {} });
    await client.event('READY');
  });

  it('survives a restart of the emulator with what was said before it', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'gateway-test-'));
    closing.push(() => rm(dataDir, { recursive: true }));
    emulator = await startEmulator({ port: 0, dataDir });
    botToken = (await control<ControlState>('state')).application.botToken;
    const alice = await person('alice');
    const { client, sessionId, seq } = await start();
    client.socket.terminate();
    await alice.says('#general', 'before');
    await alice.close();
    await emulator.close();

    emulator = await startEmulator({ port: 0, dataDir });
    const restarted = emulator;
    closing.push(() => restarted.close());
    const bob = await person('bob');
    await bob.says('#general', 'after');
    const resumed = await resume(emulator.origin, sessionId, seq);
    await resumed.event('RESUMED');
    const contents = resumed.frames.flatMap(({ t, d }) =>
      t === 'MESSAGE_CREATE' ? [(d as { content: string }).content] : [],
    );
    expect(contents).toEqual(['before', 'after']);
  });
});

describe('with shortened times', () => {
  let server: Server;
  let core: Core;

  async function listen(heartbeatIntervalMs: number, resumeWindowMs: number): Promise<string> {
    const clock = { now: () => Date.now() };
    const world = openWorld(null, clock);
    seedWorld(world, clock);
    core = createCore(world, clock, null);
    server = createServer();
    const gateway = attachGateway(server, core, { heartbeatIntervalMs, resumeWindowMs });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closing.push(async () => {
      await gateway.close();
      server.close();
    });
    const address = server.address();
    return `http://127.0.0.1:${String(typeof address === 'object' ? address?.port : 0)}`;
  }

  it('drops a client that sends no heartbeat', async () => {
    const client = new RawGateway(await listen(20, 1_000));
    expect((await client.closed).code).toBe(4009);
  });

  it('forgets a session whose client stays away', async () => {
    const origin = await listen(1_000, 20);
    const token = [...core.world.users.values()].find(({ bot }) => bot)?.token;
    const client = new RawGateway(origin);
    await client.identify({ token, intents: 0 });
    await client.event('READY');
    expect(core.world.sessions.size).toBe(1);
    client.socket.terminate();
    await expect.poll(() => core.world.sessions.size).toBe(0);
  });

  it('is told of a member who joins once, and serialises alike for all who see the same', async () => {
    const origin = await listen(1_000, 1_000);
    const token = [...core.world.users.values()].find(({ bot }) => bot)?.token;
    const client = new RawGateway(origin);
    closing.push(() => client.socket.terminate());
    await client.identify({ token, intents: Guilds | GuildMembers });
    await client.event('GUILD_CREATE');
    const guildId = [...core.world.guilds.values()][0]?.id ?? '';
    const user = createUser(core.world, 'carol');
    addMember(core.world, core.clock, guildId, user.id);
    let serialised = 0;
    const d = { guild_id: guildId, user: { id: user.id }, toJSON: () => ((serialised += 1), { guild_id: guildId }) };
    const second = new RawGateway(origin);
    closing.push(() => second.socket.terminate());
    await second.identify({ token, intents: Guilds | GuildMembers });
    await second.event('GUILD_CREATE');
    core.bus.announce({ t: 'GUILD_MEMBER_ADD', d, audience: { kind: 'guild', guildId } });
    await client.event('GUILD_MEMBER_ADD');
    await second.event('GUILD_MEMBER_ADD');
    expect(serialised).toBe(1);
  });
});

describe('@discordjs/ws', () => {
  it('understands zlib-stream, over many frames of one context', async () => {
    const rest = new REST({ version: '10', api: `${emulator.origin}/api` }).setToken(botToken);
    const manager = new WebSocketManager({
      token: botToken,
      intents: Guilds | GuildMessages | MessageContent,
      rest,
      compression: CompressionMethod.ZlibNative,
    });
    closing.push(() => manager.destroy());
    const contents: string[] = [];
    const wanted = Array.from({ length: 20 }, (_, index) => `${String(index)} ${'long '.repeat(index * 15)}`.trim());
    const all = new Promise<void>((resolve) => {
      manager.on(WebSocketShardEvents.Dispatch, (event) => {
        if (event.t !== GatewayDispatchEvents.MessageCreate) return;
        contents.push(event.d.content);
        if (contents.length === wanted.length) resolve();
      });
    });
    await manager.connect();
    await control('limits', { enforce: false });
    const alice = await person('alice');
    for (const content of wanted) await alice.says('#general', content);
    await all;
    expect(contents).toEqual(wanted);
  });
});
