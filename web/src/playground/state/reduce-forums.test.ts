import { describe, expect, it } from 'vitest';
import { type ClientState, initialState } from './client-state.ts';
import { channelTree, directChannels, isUnread } from './select.ts';
import {
  aliceId,
  bobId,
  botId,
  guildId,
  users,
  message,
  dispatch,
  readyData,
  guildData,
  run,
  connected,
} from './testing/people.ts';

describe('forums', () => {
  const forumId = '330';
  const forum = { id: forumId, type: 15, name: 'help', guild_id: guildId, last_message_id: '331' };
  const post = (id: string, ownerId: string) => ({
    id,
    type: 11,
    name: `post ${id}`,
    guild_id: guildId,
    parent_id: forumId,
    owner_id: ownerId,
    applied_tags: ['9'],
    thread_metadata: { archived: false },
  });
  const withForum = run([dispatch('CHANNEL_CREATE', forum)], connected);
  const forumIn = (state: ClientState) => state.channels[forumId] ?? expect.fail('The forum is gone.');

  it('are unread with a post of another member, and read with one’s own', () => {
    expect(isUnread(withForum, forumIn(withForum))).toBe(false);
    const theirs = run([dispatch('THREAD_CREATE', post('700', bobId))], withForum);
    expect(isUnread(theirs, forumIn(theirs))).toBe(true);
    const own = run([dispatch('THREAD_CREATE', post('701', aliceId))], withForum);
    expect(isUnread(own, forumIn(own))).toBe(false);
  });

  it('list in the navigation the posts that one follows or has open', () => {
    const two = run(
      [dispatch('THREAD_CREATE', post('700', bobId)), dispatch('THREAD_CREATE', post('701', bobId))],
      withForum,
    );
    const followed = run([dispatch('THREAD_MEMBER_UPDATE', { id: '701', user_id: aliceId })], two);
    const listed = (state: ClientState, openId: string | null) =>
      channelTree(state, guildId, openId)
        .flatMap((group) => group.channels)
        .find(({ channel }) => channel.id === forumId)
        ?.threads.map((thread) => thread.id);
    expect(listed(followed, null)).toEqual(['701']);
    expect(listed(followed, '700')).toEqual(['700', '701']);
    const updated = run([dispatch('THREAD_UPDATE', { ...post('701', bobId), name: 'renamed' })], followed);
    expect(listed(updated, null)).toEqual(['701']);
  });

  it('keep the first message of a post with its reactions, and count the others once', () => {
    const said = { id: '700', channel_id: '700', guild_id: guildId };
    const reaction = { user_id: bobId, channel_id: '700', message_id: '700', emoji: { id: null, name: '👍' } };
    const second = message('702', { channel_id: '700' });
    const state = run(
      [
        dispatch('THREAD_CREATE', post('700', bobId)),
        dispatch('MESSAGE_CREATE', message('700', said)),
        dispatch('MESSAGE_REACTION_ADD', reaction),
        dispatch('MESSAGE_CREATE', second),
        { type: 'message', message: second, atMs: 2_000 },
      ],
      withForum,
    );
    expect(state.starters['700']?.reactions?.[0]?.count).toBe(1);
    expect(state.channels['700']?.thread?.messageCount).toBe(1);
    const gone = run([dispatch('MESSAGE_DELETE', { id: '700', channel_id: '700' })], state);
    expect(gone.starters['700']).toBeNull();
  });
});

describe('an absence', () => {
  const direct = { id: '400', type: 1, recipients: [users.bot], last_message_id: '450' };

  it('leaves a DM unread that began in the time, but not on a first visit', () => {
    const first = run([dispatch('READY', readyData), { type: 'channel', channel: direct }]);
    const later = run(
      [dispatch('READY', readyData), { type: 'channel', channel: direct }],
      initialState({ '300': '500' }),
    );
    const unread = (state: ClientState) => directChannels(state).map((channel) => isUnread(state, channel));
    expect([unread(first), unread(later)]).toEqual([[false], [true]]);
  });

  it('shows what was counted afterwards until it is read', () => {
    const counted = run(
      [
        { type: 'channel', channel: direct },
        { type: 'mentions', channelId: '400', count: 3 },
      ],
      connected,
    );
    expect(counted.mentionCounts['400']).toBe(3);
    expect(run([{ type: 'read', channelId: '400' }], counted).mentionCounts['400']).toBe(0);
  });
});

describe('a status in someone’s own words', () => {
  it('is known from the guild, changes with presences, and goes', () => {
    const presence = (state: string | null) => ({
      user: { id: botId },
      status: 'online',
      activities: state === null ? [] : [{ type: 4, name: 'Custom Status', state }],
    });
    const known = run([dispatch('GUILD_CREATE', { ...guildData, presences: [presence('working')] })], connected);
    expect(known.statusTexts).toEqual({ [botId]: 'working' });
    const changed = run([dispatch('PRESENCE_UPDATE', presence('resting'))], known);
    expect(changed.statusTexts).toEqual({ [botId]: 'resting' });
    expect(run([dispatch('PRESENCE_UPDATE', presence(null))], changed).statusTexts).toEqual({});
  });
});
