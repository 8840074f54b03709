import { describe, expect, it } from 'vitest';
import { initialState, type ClientState } from '../state/client-state.ts';
import { toChannel, type RawChannel } from '../state/normalize.ts';
import { findDestinations } from './destinations.ts';

const raw: readonly RawChannel[] = [
  { id: '1', type: 4, name: 'Text channels', guild_id: 'g' },
  { id: '2', type: 0, name: 'general', guild_id: 'g', last_message_id: '900' },
  { id: '3', type: 0, name: 'bot-chat', guild_id: 'g', last_message_id: '800' },
  { id: '4', type: 15, name: 'help', guild_id: 'g' },
  { id: '5', type: 11, name: 'Chatting', guild_id: 'g', parent_id: '2', thread_metadata: { archived: false } },
  { id: '6', type: 1, recipient_ids: ['8'], last_message_id: '100' },
];
const guild = { id: 'g', name: 'Home', ownerId: '7', roles: {}, emojis: [], stickers: [] };
const member = (userId: string) => ({ userId, guildId: 'g', nick: null, avatar: null, roles: [], joinedAt: null });

const state = {
  ...initialState({ '2': '900', '3': '800', '6': '50' }),
  selfId: '7',
  guilds: { g: guild },
  members: { g: { '7': member('7'), '8': member('8'), '9': member('9') } },
  users: {
    '7': { id: '7', username: 'olivia' },
    '8': { id: '8', username: 'familiar' },
    '9': { id: '9', username: 'bob' },
  },
  channels: Object.fromEntries(raw.map((channel) => [channel.id, toChannel(channel, null)])),
  mentionCounts: { '6': 2 },
} as unknown as ClientState;

const labels = (query: string, forSending = false) =>
  findDestinations(state, query, forSending).map((entry) => entry.label);

describe('places to go', () => {
  it('come with mentions first, then unread, then recent ones, when nothing is typed', () => {
    expect(labels('')).toEqual(['familiar', 'general', 'bot-chat', 'Chatting', 'help', 'bob']);
  });

  it('are ranked by how well they fit what is typed', () => {
    expect(labels('chat')).toEqual(['Chatting', 'bot-chat']);
    expect(labels('bch')).toEqual(['bot-chat']);
    expect(labels('home gen')).toEqual(['general', 'Chatting']);
    expect(labels('zzz')).toEqual([]);
  });

  it('are people alone after @, and channels alone after #', () => {
    expect(labels('@b')).toEqual(['bob']);
    expect(labels('#b')).toEqual(['bot-chat']);
  });

  it('leave out what takes no messages when something is to be sent', () => {
    expect(labels('help')).toEqual(['help']);
    expect(labels('help', true)).toEqual([]);
  });
});
