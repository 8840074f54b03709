import { type ClientState, initialState } from '../client-state.ts';
import { type Message } from '../model.ts';
import { type Action, reduce } from '../reduce.ts';
import { Permission } from '../permissions.ts';

/** A small server as the gateway describes it, and the state that its description leads to. */

export const aliceId = '100';
export const bobId = '101';
export const botId = '102';
export const guildId = '200';
export const generalId = '300';
export const secretId = '301';

export function user(id: string, username: string) {
  return { id, username, global_name: null, avatar: null, discriminator: '0' };
}

export const users = {
  alice: user(aliceId, 'alice'),
  bob: user(bobId, 'bob'),
  bot: { ...user(botId, 'Familiar'), bot: true },
};

export function message(id: string, change: Partial<Message> = {}): Message {
  return {
    id,
    channel_id: generalId,
    author: users.bob,
    content: `text ${id}`,
    timestamp: '2026-01-01T00:00:00.000Z',
    edited_timestamp: null,
    tts: false,
    mention_everyone: false,
    mentions: [],
    mention_roles: [],
    attachments: [],
    embeds: [],
    pinned: false,
    type: 0,
    ...change,
  };
}

export function dispatch(event: string, data: unknown): Action {
  return { type: 'dispatch', event, data, atMs: 1_000 };
}

export const readyData = { user: users.alice, session_id: 's1', guilds: [{ id: guildId, unavailable: true }] };

export const guildData = {
  id: guildId,
  name: 'Playground',
  owner_id: '999',
  roles: [
    {
      id: guildId,
      name: '@everyone',
      permissions: String(Permission.viewChannel | Permission.sendMessages),
      position: 0,
      color: 0,
      hoist: false,
    },
    { id: '201', name: 'Moderator', permissions: '0', position: 1, color: 0x3498db, hoist: true },
  ],
  emojis: [],
  channels: [
    { id: '310', type: 4, name: 'Text', position: 0 },
    { id: generalId, type: 0, name: 'general', position: 0, parent_id: '310', last_message_id: '500' },
    {
      id: secretId,
      type: 0,
      name: 'secret',
      position: 1,
      parent_id: '310',
      permission_overwrites: [{ id: guildId, type: 0, allow: '0', deny: String(Permission.viewChannel) }],
    },
  ],
  threads: [{ id: '320', type: 11, name: 'thread', parent_id: generalId, thread_metadata: { archived: false } }],
  members: [
    { user: users.alice, roles: [] },
    { user: users.bob, roles: ['201'], nick: 'Bobby' },
    { user: users.bot, roles: [] },
  ],
  presences: [{ user: { id: bobId }, status: 'online' }],
};

export function run(actions: readonly Action[], from: ClientState = initialState({})): ClientState {
  return actions.reduce(reduce, from);
}

export const connected = run([dispatch('READY', readyData), dispatch('GUILD_CREATE', guildData)]);
