import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ChannelType, GuildScheduledEventEntityType, GuildScheduledEventPrivacyLevel } from 'discord-api-types/v10';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEmulator } from '../../../../emulator/index.ts';
import type { Emulator } from '../../../../emulator/index.ts';
import { findOpenApi, OpenApiChecker } from '../../../../emulator/testing/openapi.ts';
import { connectPerson } from '../../../../emulator/testing/person.ts';
import type { Person } from '../../../../emulator/testing/person.ts';
import { systemClock } from '../../../kernel/clock.ts';
import { VendorError } from '../../../kernel/errors.ts';
import { silentLogger } from '../../../kernel/logger.ts';
import { systemRandom } from '../../../kernel/random.ts';
import { snowflakeAt } from '../../../kernel/snowflake.ts';
import { testDatabase } from '../../../testing/postgres.ts';
import type { TestDatabase } from '../../../testing/postgres.ts';
import { createDiscord, discordMigrations, MissingPermission } from '../index.ts';
import type { Discord } from '../index.ts';
import { createSubjectActions } from './create.ts';
import type { Requester } from './requester.ts';

/** What the emulator has no route for. The test fails when that is no longer true. */
const notInEmulator = [
  'messaging.crosspost',
  'events.list',
  'events.create',
  'events.edit',
  'events.delete',
  'events.users',
];

interface Exchange {
  method: string;
  path: string;
  reason: string | undefined;
  body: unknown;
  status: number;
  answer: unknown;
}

const exchanges: Exchange[] = [];
let emulator: Emulator;
let database: TestDatabase;
let discord: Discord;
let people: Record<'olivia' | 'alice' | 'bob' | 'milo', Person>;
let proxy: ReturnType<typeof createServer>;
let token = '';

const read = async (request: IncomingMessage): Promise<Buffer> =>
  Buffer.concat((await request.toArray()) as Uint8Array[]);
const parsed = (text: string): unknown => (text === '' ? undefined : (JSON.parse(text) as unknown));

/** Stands before the emulator and takes down what goes through. */
function startProxy(): ReturnType<typeof createServer> {
  return createServer((request, response) => {
    const pass = async () => {
      const { method = 'GET', url = '/', headers } = request;
      const body = await read(request);
      const { host: _host, connection: _connection, 'content-length': _length, ...kept } = headers;
      const answer = await fetch(`${emulator.origin}${url}`, {
        ...{ method, headers: kept as Record<string, string> },
        ...(body.length > 0 && { body: new Uint8Array(body) }),
      });
      const text = await answer.text();
      const reason = headers['x-audit-log-reason'];
      const isJson = headers['content-type']?.includes('json') === true;
      exchanges.push({
        ...{ method, path: url.replace(/^\/api\/v10/, ''), status: answer.status, answer: parsed(text) },
        body: isJson ? parsed(body.toString()) : undefined,
        reason: typeof reason === 'string' ? decodeURIComponent(reason) : undefined,
      });
      const types = { 'content-type': answer.headers.get('content-type') ?? 'application/json' };
      response.writeHead(answer.status, types).end(text);
    };
    void pass();
  });
}

beforeAll(async () => {
  emulator = await startEmulator({ port: 0, dataDir: null });
  emulator.core.limits.enforce = false;
  proxy = startProxy();
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  database = await testDatabase({ migrations: [discordMigrations] });
  const connect = (name: string) => connectPerson(emulator.origin, name);
  const [olivia, alice, bob, milo] = await Promise.all(['olivia', 'alice', 'bob', 'milo'].map(connect));
  if (!olivia || !alice || !bob || !milo) throw new Error('A member is missing.');
  people = { olivia, alice, bob, milo };
  token = [...emulator.core.world.users.values()].find((user) => user.bot)?.token ?? '';
});
afterAll(async () => {
  await discord.close();
  for (const person of Object.values(people)) await person.close();
  proxy.closeAllConnections();
  proxy.close();
  await emulator.close();
  await database.close();
});

const signIn = () =>
  createDiscord({
    ...{ token, apiBase: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}/api` },
    ...{ postgres: database.postgres, clock: systemClock, random: systemRandom, logger: silentLogger },
  });

const guildId = () => [...emulator.core.world.guilds.values()][0]?.id ?? '';
const why = { reason: 'because the rules say so — every one of them' };

/** Every method of every subject, as `subject.method`. */
function everyAction(): string[] {
  const subjects = createSubjectActions({} as Requester, systemClock);
  return Object.entries(subjects).flatMap(([subject, methods]) =>
    Object.keys(methods as object).map((method) => `${subject}.${method}`),
  );
}

/** Makes the bot an administrator whose role is above those of the members. */
async function promote(): Promise<string> {
  const guild = `/guilds/${guildId()}`;
  const { id } = await people.olivia.request<{ id: string }>('POST', `${guild}/roles`, {
    permissions: '8',
    name: 'Bot',
  });
  await people.olivia.request('PATCH', `${guild}/roles`, [{ id, position: 20 }]);
  await people.olivia.request('PUT', `${guild}/members/${discord.self.userId}/roles/${id}`);
  return id;
}

describe('before it asks', () => {
  it('names the permission that the bot lacks, as Discord’s settings call it', async () => {
    discord = await signIn();
    const { id } = [...emulator.core.world.channels.values()].find(({ name }) => name === 'general') ?? { id: '' };
    const before = exchanges.length;
    const missing = async (work: Promise<unknown>) => {
      const error: unknown = await work.catch((reason: unknown) => reason);
      if (!(error instanceof MissingPermission)) throw error;
      return [error.code, error.permission];
    };
    const { members, messaging, channels, guilds } = discord.actions;
    expect(await missing(members.ban(guildId(), people.bob.user.id))).toEqual(['discord/50013', 'Ban Members']);
    expect(await missing(members.timeout(guildId(), people.bob.user.id, 0))).toEqual([
      'discord/50013',
      'Time out members',
    ]);
    expect(await missing(guilds.invites(guildId()))).toEqual(['discord/50013', 'Manage Server']);
    expect(await missing(channels.setTopic(id, 'x'))).toEqual(['discord/50013', 'Manage Channels']);
    await expect(messaging.pin('visit:1', '1')).rejects.toMatchObject({ code: 'discord/not-member' });
    expect(exchanges.slice(before).filter(({ method }) => method !== 'GET')).toEqual([]);
    await discord.close();
  });
});

it('every action does what it says on the wire', { timeout: 120_000 }, async () => {
  discord = await signIn();
  await promote();
  await discord.close();
  await database.postgres.db.deleteFrom('discord_guild').execute();
  discord = await signIn();
  const done = new Set<string>();
  const lacking = new Set<string>();
  const { actions } = discord;
  /** Runs one action; `work` gets its result. */
  const step = async <T>(name: string, run: () => Promise<T>): Promise<T | undefined> => {
    try {
      const result = await run();
      done.add(name);
      return result;
    } catch (error) {
      if (!(error instanceof VendorError) || !['discord/404', 'discord/405'].includes(error.code)) {
        throw new Error(`${name} failed: ${String(error)}`, { cause: error });
      }
      lacking.add(name);
      return undefined;
    }
  };
  const begun = exchanges.length;
  await walkMessages(actions, step);
  await walkMembers(actions, step);
  await walkRolesAndChannels(actions, step);
  await walkThreads(actions, step);
  await walkGuild(actions, step);

  expect([...done, ...lacking].toSorted()).toEqual(everyAction().toSorted());
  expect([...lacking].toSorted(), 'the emulator has these now, or lacks others').toEqual(notInEmulator.toSorted());
  const { reason } = exchanges.find(({ path }) => path.includes('/bans/')) ?? {};
  expect(reason).toBe(why.reason);
  judge(exchanges.slice(begun));
});

/** Compares what went over the wire with Discord's description, where that is at hand. */
function judge(all: readonly Exchange[]): void {
  const file = findOpenApi();
  if (file === undefined) return;
  const checker = new OpenApiChecker(file);
  // It does look at these.
  expect(checker.checkRequest('POST', '/guilds/1/bulk-ban', { user_ids: 'everyone' })).not.toEqual([]);
  const wrong = all
    .filter(({ status }) => status !== 404 && status !== 405)
    .flatMap(({ method, path, body, status, answer }) => [
      ...checker.checkRequest(method, path, body),
      ...(status < 300
        ? checker.checkResponse(method, path, status, answer)
        : [`${method} ${path} was answered ${status}`]),
    ]);
  expect(wrong).toEqual([]);
}

type Actions = Discord['actions'];
type Step = <T>(name: string, run: () => Promise<T>) => Promise<T | undefined>;

const general = () => [...emulator.core.world.channels.values()].find(({ name }) => name === 'general')?.id ?? '';

async function walkMessages({ reactions, messaging }: Actions, step: Step): Promise<void> {
  const channelId = general();
  const { id } = await people.alice.says('#general', 'look at this');
  await people.alice.reacts({ id, channel_id: channelId } as never, '🎉');
  await step('reactions.add', () => reactions.add(channelId, id, '👍'));
  const users = await step('reactions.users', () => reactions.users(channelId, id, '👍', { limit: 10 }));
  expect(users?.map((user) => user.id)).toEqual([discord.self.userId]);
  expect(await reactions.users(channelId, id, '👍', { burst: true })).toEqual([]);
  await step('reactions.remove', () => reactions.remove(channelId, id, '👍'));
  await step('reactions.removeOf', () => reactions.removeOf(channelId, id, '🎉', people.alice.user.id));
  await reactions.add(channelId, id, '👀');
  await step('reactions.clearEmoji', () => reactions.clearEmoji(channelId, id, '👀'));
  await step('reactions.clear', () => reactions.clear(channelId, id));

  await step('messaging.pin', () => messaging.pin(channelId, id, why));
  const pinned = await step('messaging.pins', () => messaging.pins(channelId, { limit: 5 }));
  expect(pinned?.pins.map(({ message }) => message.id)).toEqual([id]);
  await step('messaging.unpin', () => messaging.unpin(channelId, id));
  const found = await step('messaging.search', () => messaging.search(guildId(), { content: 'look' }));
  expect(found?.pending === true || found?.messages.some((message) => message.id === id)).toBe(true);
  await step('messaging.crosspost', () => messaging.crosspost(channelId, id));

  const more = [await people.bob.says('#general', 'one'), await people.bob.says('#general', 'two')];
  const old = snowflakeAt(systemClock.now() - 15 * 24 * 3_600_000);
  const ids = [...more.map((message) => message.id), old];
  const removed = await step('messaging.deleteMany', () => messaging.deleteMany(channelId, ids, why));
  expect(removed).toEqual({ deleted: ids.slice(0, 2), tooOld: [old] });

  const poll = { question: { text: 'Tea?' }, answers: [{ poll_media: { text: 'Yes' } }], duration: 1 };
  const asked = await fetch(`${emulator.origin}/api/v10/channels/${channelId}/messages`, {
    ...{ method: 'POST', headers: { authorization: `Bot ${token}`, 'content-type': 'application/json' } },
    body: JSON.stringify({ poll }),
  });
  const pollId = ((await asked.json()) as { id: string }).id;
  await step('messaging.pollVoters', () => messaging.pollVoters(channelId, pollId, 1));
  await step('messaging.endPoll', () => messaging.endPoll(channelId, pollId));
}

async function walkMembers({ members, roles }: Actions, step: Step): Promise<void> {
  const guild = guildId();
  const bob = people.bob.user.id;
  expect((await step('members.fetch', () => members.fetch(guild, bob)))?.user.id).toBe(bob);
  await step('members.list', () => members.list(guild, { limit: 5 }));
  const found = await step('members.search', () => members.search(guild, 'bob', 5));
  expect(found?.map(({ user }) => user.id)).toEqual([bob]);
  await step('members.nickname', () => members.nickname(guild, bob, 'Bobby', why));
  await step('members.timeout', () => members.timeout(guild, bob, systemClock.now() + 60_000, why));
  const changed = await members.fetch(guild, bob);
  expect(changed.nick).toBe('Bobby');
  expect(Date.parse(changed.communication_disabled_until ?? '')).toBeGreaterThan(systemClock.now());
  await members.timeout(guild, bob, null);
  const role = await roles.create(guild, { name: 'Painter' });
  await step('members.addRole', () => members.addRole(guild, bob, role.id, why));
  await step('members.removeRole', () => members.removeRole(guild, bob, role.id, why));
  await step('members.moveVoice', () => members.moveVoice(guild, bob, general()));
  await step('members.disconnectVoice', () => members.disconnectVoice(guild, bob));
  await step('members.kick', () => members.kick(guild, people.alice.user.id, why));
  await step('members.ban', () => members.ban(guild, bob, { ...why, deleteMessageSeconds: 60 }));
  expect((await step('members.bans', () => members.bans(guild)))?.map(({ user }) => user.id)).toEqual([bob]);
  await step('members.unban', () => members.unban(guild, bob, why));
  const banned = await step('members.bulkBan', () => members.bulkBan(guild, [bob, people.olivia.user.id], why));
  expect(banned).toEqual({ banned: [bob], failed: [people.olivia.user.id] });
}

async function walkRolesAndChannels({ roles, channels }: Actions, step: Step): Promise<void> {
  const guild = guildId();
  const role = await step('roles.create', () => roles.create(guild, { name: 'Artist', hoist: true }, why));
  const id = role?.id ?? '';
  await step('roles.edit', () => roles.edit(guild, id, { name: 'Artists' }, why));
  await step('roles.move', () => roles.move(guild, [{ id, position: 2 }], why));
  expect((await step('roles.list', () => roles.list(guild)))?.some(({ name }) => name === 'Artists')).toBe(true);
  const made = await step('channels.create', () => channels.create(guild, { name: 'studio' }, why));
  const channelId = made?.id ?? '';
  await step('channels.edit', () => channels.edit(channelId, { name: 'atelier' }, why));
  await step('channels.setTopic', () => channels.setTopic(channelId, 'Paint here', why));
  await step('channels.setSlowMode', () => channels.setSlowMode(channelId, 10, why));
  const everyone = { kind: 'role', id } as const;
  await step('channels.setPermissions', () => channels.setPermissions(channelId, everyone, { deny: 1n << 11n }, why));
  await step('channels.removePermissions', () => channels.removePermissions(channelId, id, why));
  const listed = await step('channels.list', () => channels.list(guild));
  expect(listed?.find((channel) => channel.id === channelId)).toMatchObject({
    ...{ name: 'atelier', topic: 'Paint here', rate_limit_per_user: 10 },
  });
  await step('channels.delete', () => channels.delete(channelId, why));
  await step('roles.delete', () => roles.delete(guild, id, why));
}

async function walkThreads({ threads, channels }: Actions, step: Step): Promise<void> {
  const forum = await channels.create(guildId(), { name: 'ideas', type: ChannelType.GuildForum });
  const tags = await step('threads.setTags', () => threads.setTags(forum.id, [{ name: 'new' }], why));
  const tagIds = (tags ?? []).map(({ id }) => id);
  expect((await step('threads.tags', () => threads.tags(forum.id)))?.map(({ name }) => name)).toEqual(['new']);
  const message = { content: 'What about a swing?' };
  const post = await step('threads.createPost', () =>
    threads.createPost(forum.id, { name: 'A swing', message, tagIds, ...why }),
  );
  const postId = post?.id ?? '';
  await step('threads.applyTags', () => threads.applyTags(postId, [], why));
  await step('threads.addMember', () => threads.addMember(postId, people.milo.user.id));
  const joined = await step('threads.members', () => threads.members(postId));
  expect(joined?.map(({ user_id: id }) => id)).toContain(people.milo.user.id);
  await step('threads.removeMember', () => threads.removeMember(postId, people.milo.user.id));
  expect((await step('threads.active', () => threads.active(guildId())))?.map(({ id }) => id)).toContain(postId);
  await step('threads.setLocked', () => threads.setLocked(postId, true, why));
  await step('threads.setArchived', () => threads.setArchived(postId, true, why));
  const archived = await step('threads.archived', () => threads.archived(forum.id, { limit: 10 }));
  expect(archived).toMatchObject({ threads: [{ id: postId }], hasMore: false });
  await step('threads.create', () => threads.create(general(), { name: 'aside', kind: 'private', ...why }));
}

async function walkGuild({ guilds, events }: Actions, step: Step): Promise<void> {
  const guild = guildId();
  await step('guilds.ownProfile', () => guilds.ownProfile(guild, { nick: 'Fam', bio: 'I paint.' }, why));
  await step('guilds.emojis', () => guilds.emojis(guild));
  await step('guilds.stickers', () => guilds.stickers(guild));
  const invite = await step('guilds.createInvite', () => guilds.createInvite(general(), { max_age: 60 }, why));
  expect((await step('guilds.invites', () => guilds.invites(guild)))?.map(({ code }) => code)).toEqual([invite?.code]);
  await step('guilds.deleteInvite', () => guilds.deleteInvite(invite?.code ?? '', why));
  const begins = new Date(systemClock.now() + 3_600_000).toISOString();
  const event = {
    ...{ name: 'A walk', scheduled_start_time: begins, scheduled_end_time: begins },
    ...{ entity_type: GuildScheduledEventEntityType.External, entity_metadata: { location: 'the park' } },
    privacy_level: GuildScheduledEventPrivacyLevel.GuildOnly,
  };
  const made = await step('events.create', () => events.create(guild, event, why));
  const id = made?.id ?? '1';
  await step('events.edit', () => events.edit(guild, id, { name: 'A run' }, why));
  await step('events.list', () => events.list(guild));
  await step('events.users', () => events.users(guild, id));
  await step('events.delete', () => events.delete(guild, id));
}
