import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPlayground, type Playground } from '../testing/client.ts';
import { connectPerson, type Person } from '../testing/person.ts';
import { RawGateway } from '../testing/raw-gateway.ts';

/**
 * Keys that libraries in other languages read without asking whether they are there. A missing one raises KeyError in
 * discord.py or ParsingException in JDA, and the event is lost. Sources: `discord/*.py` of discord.py 2.6 and
 * `EntityBuilder.java` and `InteractionImpl.java` of JDA 6.
 */

let playground: Playground;
let alice: Person;
let bot: RawGateway;

const user = ['id', 'username', 'discriminator', 'avatar', 'global_name'];
const member = ['roles', 'joined_at', 'flags', 'nick', 'pending', 'premium_since', 'deaf', 'mute'];
const emoji = ['id', 'name'];

const required: Record<string, Record<string, string[]>> = {
  READY: {
    '': ['v', 'guilds', 'session_id', 'resume_gateway_url', 'private_channels', 'user', 'application'],
    user: [...user, 'verified', 'mfa_enabled', 'bot'],
    application: ['id', 'flags'],
  },
  GUILD_CREATE: {
    '': ['id', 'name', 'owner_id', 'roles', 'emojis', 'stickers', 'features', 'channels', 'threads', 'members'],
    ' ': [
      'member_count',
      'voice_states',
      'presences',
      'stage_instances',
      'guild_scheduled_events',
      'soundboard_sounds',
    ],
    'roles.0': ['id', 'name', 'permissions', 'position', 'color', 'hoist', 'managed', 'mentionable'],
    'channels.0': ['id', 'type', 'name', 'position', 'permission_overwrites'],
    'members.0': [...member, 'user'],
  },
  MESSAGE_CREATE: {
    '': ['id', 'channel_id', 'author', 'member', 'content', 'type', 'timestamp', 'edited_timestamp', 'tts', 'pinned'],
    ' ': ['mention_everyone', 'mentions', 'mention_roles', 'embeds', 'attachments', 'components', 'flags', 'guild_id'],
    author: user,
    member,
    'attachments.0': ['id', 'size', 'filename', 'url', 'proxy_url'],
  },
  MESSAGE_REACTION_ADD: {
    '': ['user_id', 'channel_id', 'message_id', 'guild_id', 'emoji', 'member'],
    emoji,
    member: [...member, 'user'],
  },
  THREAD_CREATE: {
    '': ['id', 'parent_id', 'owner_id', 'name', 'type', 'guild_id', 'message_count', 'member_count', 'thread_metadata'],
    thread_metadata: ['archived', 'auto_archive_duration', 'archive_timestamp', 'locked'],
  },
  THREAD_MEMBERS_UPDATE: { '': ['id', 'guild_id', 'member_count'] },
  THREAD_DELETE: { '': ['id', 'guild_id', 'parent_id', 'type'] },
  MESSAGE_UPDATE: { '': ['id', 'channel_id', 'author', 'content', 'edited_timestamp', 'embeds', 'attachments'] },
  MESSAGE_DELETE: { '': ['id', 'channel_id', 'guild_id'] },
  CHANNEL_PINS_UPDATE: { '': ['channel_id', 'guild_id', 'last_pin_timestamp'] },
  TYPING_START: { '': ['channel_id', 'guild_id', 'user_id', 'timestamp', 'member'] },
  INVITE_CREATE: { '': ['code', 'guild_id', 'channel_id', 'max_age', 'max_uses', 'uses', 'temporary', 'created_at'] },
  PRESENCE_UPDATE: { '': ['user', 'status', 'activities', 'client_status', 'guild_id'], user: ['id'] },
  GUILD_MEMBER_UPDATE: { '': ['guild_id', 'user', ...member] },
  GUILD_ROLE_CREATE: { '': ['guild_id', 'role'], role: ['id', 'name', 'permissions'] },
  CHANNEL_CREATE: { '': ['id', 'type', 'guild_id', 'name', 'position', 'permission_overwrites'] },
  INTERACTION_CREATE: {
    '': ['id', 'application_id', 'type', 'token', 'version', 'channel_id', 'channel', 'locale', 'guild_locale'],
    ' ': ['member', 'app_permissions', 'entitlements', 'attachment_size_limit', 'context', 'guild', 'guild_id', 'data'],
    '  ': ['authorizing_integration_owners'],
    member: [...member, 'user', 'permissions'],
    channel: ['id', 'type', 'name', 'permissions'],
    data: ['id', 'name', 'type'],
  },
};

function missingKeys(event: string, data: unknown): string[] {
  return Object.entries(required[event] ?? {}).flatMap(([path, keys]) => {
    const steps = path.trim() === '' ? [] : path.split('.');
    const object = steps.reduce<unknown>((value, step) => (value as Record<string, unknown> | undefined)?.[step], data);
    return keys.filter((key) => !Object.hasOwn(object ?? {}, key)).map((key) => [event, ...steps, key].join('.'));
  });
}

beforeAll(async () => {
  playground = await startPlayground();
  alice = await connectPerson(playground.emulator.origin, 'alice');
  bot = new RawGateway(playground.emulator.origin);
  // Every intent but the message content's, which Alice's mention makes unneeded.
  await bot.identify({ token: playground.state.application?.botToken ?? '', intents: 53_608_447 });
});

afterAll(async () => {
  bot.socket.terminate();
  await alice.close();
  await playground.close();
});

describe('every event', () => {
  it('has the keys that other languages’ libraries need', async () => {
    await bot.event('GUILD_CREATE');
    const { guildId, olivia } = playground;
    const general = `/channels/${playground.channelId('general')}`;
    const file = { name: 'a.txt', data: 'text' };
    const message = await alice.says('#general', `<@${playground.botUserId}>`, { files: [file] });
    await alice.edits(message, `<@${playground.botUserId}> again`);
    await alice.reacts(message, '👍');
    await olivia.post(`${general}/typing`);
    await olivia.put(`${general}/pins/${message.id}`);
    await olivia.post(`${general}/invites`, {});
    await olivia.post(`/guilds/${guildId}/roles`, { name: 'New' });
    await olivia.post(`/guilds/${guildId}/channels`, { name: 'new' });
    await olivia.patch(`/guilds/${guildId}/members/${playground.userId('bob')}`, { nick: 'Bobby' });
    const thread = await alice.opensThread(message, 'Aside');
    await playground.bot.put(`/channels/${thread.id}/thread-members/@me`);
    await olivia.delete(`/channels/${thread.id}`);
    await alice.deletes(message);
    await playground.bot.put(`/applications/${playground.botUserId}/commands`, [{ name: 'hi', description: 'Greets' }]);
    const run = alice.runs('hi');
    const interaction = await bot.event('INTERACTION_CREATE');
    await playground.bot.post(`/interactions/${String(interaction['id'])}/${String(interaction['token'])}/callback`, {
      type: 4,
      data: { content: 'Hello' },
    });
    await run;
    await alice.close();
    await bot.event('PRESENCE_UPDATE');
    const seen = new Map(bot.frames.filter(({ t }) => t !== null).map(({ t, d }) => [t ?? '', d]));
    expect([...seen.keys()].sort()).toEqual(expect.arrayContaining(Object.keys(required).sort()));
    const all = bot.frames.flatMap(({ t, d }) => (t === 'MESSAGE_CREATE' ? [] : missingKeys(t ?? '', d)));
    const [first] = bot.frames.filter(({ t }) => t === 'MESSAGE_CREATE');
    expect([...all, ...missingKeys('MESSAGE_CREATE', first?.d)]).toEqual([]);
  });

  it('is preceded by an application that says what it is', async () => {
    const { body } = await playground.bot.get('/oauth2/applications/@me');
    const keys = ['id', 'name', 'description', 'icon', 'bot_public', 'bot_require_code_grant', 'owner', 'verify_key'];
    expect(Object.keys(body)).toEqual(expect.arrayContaining(keys));
  });
});
