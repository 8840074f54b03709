import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GatewayIntentBits, PermissionFlagsBits as Bits } from 'discord-api-types/v10';
import { StartError } from '../../kernel/errors.ts';
import { connectPerson } from '../../../emulator/testing/person.ts';
import { testDatabase, type TestDatabase } from '../../testing/postgres.ts';
import { checkDiscord } from './check.ts';
import { discordMigrations } from './create.ts';
import { INTENTS, Listener, Playground } from './testing/playground.ts';

let database: TestDatabase;
let playground: Playground;
let bots: Listener[];

beforeEach(async () => {
  database = await testDatabase({ migrations: [discordMigrations] });
  playground = await Playground.open();
  bots = [];
});

afterEach(async () => {
  for (const bot of bots) await bot.discord.close();
  await playground.emulator.close();
  await database.close();
});

async function bot(token?: string): Promise<Listener> {
  const listener = new Listener(await playground.bot(database.postgres, token));
  bots.push(listener);
  return listener;
}

async function started(): Promise<Listener> {
  const listener = await bot();
  await listener.start();
  return listener;
}

const storedSessions = () => database.postgres.db.selectFrom('discord_session').selectAll().execute();

describe('the gateway', () => {
  it('connects, tells what is said in order, once each, and does not greet servers it was in', async () => {
    const listener = await started();
    expect(listener.discord.gateway.connected).toBe(true);
    const general = playground.channel('general');
    for (const text of ['one', 'two', 'three']) await playground.says('alice', general, text);
    await listener.until(() => listener.messages.length === 3);
    expect(listener.messages).toEqual(['one', 'two', 'three']);
    expect(listener.joined).toEqual([]);
  });

  it('resumes after a restart and gets what was said in between, once', async () => {
    const general = playground.channel('general');
    const first = await started();
    await playground.says('alice', general, 'before');
    await first.until(() => first.messages.length === 1);
    await first.discord.close();
    const [session] = await storedSessions();
    await playground.says('alice', general, 'while away');
    const second = await started();
    await second.until(() => second.messages.length === 1);
    await playground.says('alice', general, 'after');
    await second.until(() => second.messages.length === 2);
    expect(second.messages).toEqual(['while away', 'after']);
    expect(second.events.some(({ t }) => t === 'GUILD_CREATE')).toBe(false);
    await second.discord.close();
    expect((await storedSessions())[0]?.session_id).toBe(session?.session_id);
  });

  it('shows its status in its own words, also in a session that another process opened', async () => {
    const alice = await connectPerson(playground.emulator.origin, 'alice');
    const shown = (text: string) =>
      alice.hears<{ user: { id: string }; activities: { type: number; state?: string }[] }>(
        'PRESENCE_UPDATE',
        ({ activities }) => activities.some(({ type, state }) => type === 4 && state === text),
      );
    const first = await bot();
    await first.start(INTENTS, 'messages go to one');
    expect((await shown('messages go to one')).user.id).toBe(first.discord.self.userId);
    await first.discord.close();
    const second = await bot();
    await second.start(INTENTS, 'messages go to another');
    await shown('messages go to another');
    await alice.close();
  });

  it('is told again what it did not finish before the restart', async () => {
    const general = playground.channel('general');
    const first = await started();
    let release = () => {};
    first.onMessage = (content) =>
      content === 'hard' ? new Promise<void>((resolve) => (release = resolve)) : Promise.resolve();
    const [before] = await storedSessions();
    await playground.says('alice', general, 'easy');
    let easyStored = false;
    while (!easyStored) easyStored = (await storedSessions())[0]?.sequence !== before?.sequence;
    await playground.says('alice', general, 'hard');
    await playground.says('bob', playground.channel('art'), 'elsewhere');
    await first.until(() => first.messages.length === 3);
    const closing = first.discord.close();
    const second = await started();
    await second.until(() => second.messages.includes('hard') && second.messages.includes('elsewhere'));
    expect(second.messages).toEqual(['hard', 'elsewhere']);
    release();
    await closing;
  });

  it('resumes after a dropped connection without losing or repeating anything', async () => {
    const general = playground.channel('general');
    const listener = await started();
    await playground.says('alice', general, 'one');
    await listener.until(() => listener.messages.length === 1);
    await playground.control('POST', 'gateway', { action: 'drop' });
    await playground.says('alice', general, 'two');
    await listener.until(() => listener.messages.length === 2);
    await playground.control('POST', 'gateway', { action: 'reconnect' });
    await playground.says('alice', general, 'three');
    await listener.until(() => listener.messages.length === 3 && listener.discord.gateway.connected);
    expect(listener.messages).toEqual(['one', 'two', 'three']);
    expect(listener.events.filter(({ t }) => t === 'GUILD_CREATE')).toHaveLength(1);
  });

  it('catches up on channels and direct messages when its session is lost', async () => {
    const general = playground.channel('general');
    const first = await started();
    await playground.says('alice', general, 'known');
    const dm = await playground.as<{ id: string }>('alice', 'POST', '/users/@me/channels', {
      recipient_id: first.discord.self.userId,
    });
    await playground.says('alice', dm.id, 'hello you');
    await first.until(() => first.messages.length === 2);
    await first.discord.close();
    await database.postgres.db.updateTable('discord_session').set({ session_id: 'lost' }).execute();
    await playground.says('bob', general, 'missed one');
    await playground.says('alice', playground.channel('art'), 'missed two');
    await playground.says('alice', dm.id, 'missed three');
    const second = await started();
    const missed = second.events.flatMap((event) => (event.t === 'MESSAGE_CREATE' ? event.d : []));
    expect(new Set(missed.map(({ content }) => content).filter((text) => text.startsWith('missed')))).toEqual(
      new Set(['missed one', 'missed two', 'missed three']),
    );
    const inGuild = missed.find(({ content }) => content === 'missed one');
    expect(inGuild).toMatchObject({ guild_id: playground.guildId, author: { username: 'bob' }, member: { roles: [] } });
    expect(missed.find(({ content }) => content === 'missed three')).not.toHaveProperty('guild_id');
    expect(second.joined).toEqual([]);
  });

  it('greets a server it is added to, once, also when it was away', async () => {
    const first = await started();
    await playground.control('POST', 'guilds', { name: 'Second home' });
    await first.until(() => first.joined.length === 1);
    expect(first.joined[0]?.name).toBe('Second home');
    await first.discord.close();
    await playground.control('POST', 'guilds', { name: 'Third home' });
    const second = await started();
    await second.until(() => second.joined.length === 1);
    expect(second.joined.map(({ name }) => name)).toEqual(['Third home']);
  });

  it('goes on without privileged intents that are switched off, naming them', async () => {
    const application = await playground.control<{ botToken: string; token?: string }>('POST', 'applications', {
      name: 'Strict',
      intents: { guildMembers: true },
    });
    const token = application.botToken ?? application.token;
    const first = await bot(token);
    await first.start();
    expect(first.refused).toEqual([GatewayIntentBits.MessageContent]);
    expect(first.discord.gateway.connected).toBe(true);
    await first.discord.close();
    const again = await bot(token);
    await again.start();
    expect(again.refused).toEqual([GatewayIntentBits.MessageContent]);
    expect(again.events.some(({ t }) => t === 'GUILD_CREATE')).toBe(false);
  });

  it('says what to do when the token is refused', async () => {
    await expect(playground.bot(database.postgres, 'no.such.token')).rejects.toThrow(StartError);
    await expect(playground.bot(database.postgres, 'no.such.token')).rejects.toThrow(/Reset Token/);
  });
});

describe('the cache', () => {
  it('knows what the bot may do in a channel, also in a process without a gateway', async () => {
    const listener = await started();
    const worker = await bot();
    const general = playground.channel('general');
    const everywhere = await listener.discord.cache.selfPermissions(general);
    expect(everywhere & Bits.SendMessages).toBe(Bits.SendMessages);
    const hidden = await playground.control<{ id: string }>('POST', 'channels', {
      guildId: playground.guildId,
      name: 'hidden',
      overwrites: [{ id: playground.guildId, type: 0, deny: String(Bits.SendMessages) }],
    });
    await listener.until(() => listener.events.some(({ t }) => t === 'CHANNEL_CREATE'));
    expect((await listener.discord.cache.selfPermissions(hidden.id)) & Bits.SendMessages).toBe(0n);
    expect((await worker.discord.cache.selfPermissions(hidden.id)) & Bits.SendMessages).toBe(0n);
    expect((await worker.discord.cache.guild(playground.guildId))?.name).toBe('Playground');
  });

  it('hears in every process what changed', async () => {
    const listener = await started();
    const worker = await bot();
    const general = playground.channel('general');
    expect((await worker.discord.cache.channel(general))?.name).toBe('general');
    await playground.as('olivia', 'PATCH', `/channels/${general}`, { name: 'renamed' });
    await listener.until(() => listener.events.some(({ t }) => t === 'CHANNEL_UPDATE'));
    expect((await listener.discord.cache.channel(general))?.name).toBe('renamed');
    let name: string | null | undefined;
    const deadline = AbortSignal.timeout(5000);
    while (name !== 'renamed') {
      deadline.throwIfAborted();
      await turn();
      name = (await worker.discord.cache.channel(general))?.name;
    }
  });

  it('writes nothing when a new session finds everything as stored', async () => {
    const first = await started();
    await first.discord.close();
    const version = () => database.postgres.db.selectFrom('discord_guild').select('id').execute();
    expect(await version()).toHaveLength(1);
    await database.postgres.db.updateTable('discord_session').set({ session_id: 'lost' }).execute();
    let told = 0;
    const stop = await database.postgres.listen('discord_cache', () => (told += 1));
    const second = await started();
    await second.discord.gateway.idle();
    await second.discord.close();
    await stop();
    expect(told).toBe(0);
  });
});

describe('checkDiscord', () => {
  it('finds a token that works and intents that are on', async () => {
    const { botToken: token } = playground.state.application;
    const apiBase = `${playground.emulator.origin}/api`;
    const findings = await checkDiscord({ token, apiBase, intents: INTENTS, db: undefined });
    expect(findings.filter(({ ok }) => !ok)).toEqual([]);
    expect(findings.map(({ title }) => title)).toEqual([
      'Discord token',
      'Message Content Intent',
      'Server Members Intent',
      'Discord gateway',
      'Invite link',
    ]);
    const invite = new URL(findings.at(-1)?.detail ?? '');
    const asked = BigInt(invite.searchParams.get('permissions') ?? 0);
    expect(asked & Bits.ManageWebhooks).toBe(Bits.ManageWebhooks);
    const refused = await checkDiscord({ token: 'a.b.c', apiBase, intents: INTENTS, db: undefined });
    expect(refused).toMatchObject([
      { ok: false, title: 'Discord token', fix: expect.stringContaining('Reset Token') as string },
    ]);
  });
});
