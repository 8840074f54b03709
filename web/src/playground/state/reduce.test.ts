import { describe, expect, it } from 'vitest';
import { type ClientState } from './client-state.ts';
import { type Action } from './reduce.ts';
import { channelTree, directChannels, displayName, isUnread, memberGroups, ownPermissions } from './select.ts';
import { allows, Permission } from './permissions.ts';
import {
  aliceId,
  bobId,
  guildId,
  generalId,
  secretId,
  users,
  message,
  dispatch,
  readyData,
  run,
  connected,
} from './testing/people.ts';

const opened = run(
  [{ type: 'history', channelId: generalId, mode: 'latest', messages: [message('500'), message('499')], limit: 50 }],
  connected,
);

function shownIds(state: ClientState): readonly string[] {
  return state.windows[generalId]?.items.map((item) => item.id) ?? [];
}

describe('a new session', () => {
  it('knows who it is, and the guild’s people and places', () => {
    expect(connected.selfId).toBe(aliceId);
    expect(connected.connection).toEqual({ phase: 'ready' });
    expect(displayName(connected, bobId, guildId)).toBe('Bobby');
    expect(memberGroups(connected, guildId).map((group) => group.title)).toEqual(['Moderator', 'Here', 'Away']);
  });

  it('lists channels below their category with threads, leaving out what the member may not see', () => {
    const [group] = channelTree(connected, guildId);
    expect(group?.category?.name).toBe('Text');
    expect(group?.channels.map((entry) => entry.channel.name)).toEqual(['general']);
    expect(group?.channels[0]?.threads.map((thread) => thread.name)).toEqual(['thread']);
  });

  it('counts what was there before the first visit as read', () => {
    const general = connected.channels[generalId];
    expect(general && isUnread(connected, general)).toBe(false);
  });

  it('asks for fresh history in windows of an earlier session, and keeps showing them', () => {
    const again = run([dispatch('READY', readyData)], opened);
    expect(again.windows[generalId]?.stale).toBe(true);
    expect(shownIds(again)).toEqual(['499', '500']);
  });
});

describe('messages', () => {
  it('enter the open channel in order of age, whatever order they come in', () => {
    const state = run(
      [dispatch('MESSAGE_CREATE', message('1001')), dispatch('MESSAGE_CREATE', message('999'))],
      opened,
    );
    expect(shownIds(state)).toEqual(['499', '500', '999', '1001']);
  });

  it('make a channel unread, and count when they call this person by name or role', () => {
    const called = message('600', { mentions: [users.alice] });
    const state = run([dispatch('MESSAGE_CREATE', called), dispatch('MESSAGE_CREATE', message('601'))], connected);
    const general = state.channels[generalId];
    expect(general && isUnread(state, general)).toBe(true);
    expect(state.mentionCounts[generalId]).toBe(1);
    const read = run([{ type: 'read', channelId: generalId }], state);
    expect(general && isUnread(read, general)).toBe(false);
    expect(read.mentionCounts[generalId]).toBe(0);
  });

  it('of this person are read and settle the one on its way', () => {
    const outgoing = {
      nonce: 'n1',
      channelId: generalId,
      content: 'hi',
      files: [],
      replyToId: null,
      pingReplied: true,
      stickers: [],
      state: 'sending',
      error: null,
    } as const;
    const own = message('700', { author: users.alice, nonce: 'n1' });
    const state = run([{ type: 'outgoing', message: outgoing }, dispatch('MESSAGE_CREATE', own)], opened);
    expect(state.outgoing).toEqual([]);
    expect(state.lastRead[generalId]).toBe('700');
  });

  it('change in their place and go when deleted', () => {
    const edited = { id: '500', channel_id: generalId, content: 'new', edited_timestamp: '2026-01-01T00:01:00.000Z' };
    const state = run([dispatch('MESSAGE_UPDATE', edited)], opened);
    expect(state.windows[generalId]?.items[1]).toMatchObject({ content: 'new', author: users.bob });
    expect(shownIds(run([dispatch('MESSAGE_DELETE', { id: '500', channel_id: generalId })], state))).toEqual(['499']);
    const bulk = dispatch('MESSAGE_DELETE_BULK', { ids: ['499', '500'], channel_id: generalId });
    expect(shownIds(run([bulk], state))).toEqual([]);
  });

  it('stop the author’s typing note', () => {
    const typing = run([dispatch('TYPING_START', { channel_id: generalId, user_id: bobId })], opened);
    expect(typing.typing[generalId]).toEqual({ [bobId]: 11_000 });
    expect(run([dispatch('MESSAGE_CREATE', message('900'))], typing).typing[generalId]).toEqual({});
  });

  it('that only this person sees outlive a reload of the history, and can be dismissed', () => {
    const note = message('800', { author: users.bot, flags: 64 });
    const latest: Action = {
      type: 'history',
      channelId: generalId,
      mode: 'latest',
      messages: [message('900')],
      limit: 50,
    };
    const state = run([dispatch('MESSAGE_CREATE', note), latest], opened);
    expect(shownIds(state)).toEqual(['800', '900']);
    expect(shownIds(run([{ type: 'dismiss', channelId: generalId, messageId: '800' }], state))).toEqual(['900']);
  });
});

describe('history', () => {
  it('grows to the past until a short page ends it', () => {
    const page: Action = {
      type: 'history',
      channelId: generalId,
      mode: 'before',
      messages: [message('450')],
      limit: 50,
    };
    const state = run([page], opened);
    expect(shownIds(state)).toEqual(['450', '499', '500']);
    expect(state.windows[generalId]?.hasBefore).toBe(false);
  });

  it('around an old message takes no new ones in until it reaches the present', () => {
    const around: Action = {
      type: 'history',
      channelId: generalId,
      mode: 'around',
      messages: [message('10')],
      limit: 50,
    };
    const away = run([around, dispatch('MESSAGE_CREATE', message('950'))], opened);
    expect(shownIds(away)).toEqual(['10']);
    const back = run(
      [{ type: 'history', channelId: generalId, mode: 'latest', messages: [message('950')], limit: 50 }],
      away,
    );
    expect(shownIds(back)).toEqual(['950']);
    expect(back.windows[generalId]?.hasAfter).toBe(false);
  });
});

describe('reactions', () => {
  const react = (userId: string) => ({
    user_id: userId,
    channel_id: generalId,
    message_id: '500',
    emoji: { id: null, name: '🎉' },
  });
  const reactionsOf = (state: ClientState) =>
    state.windows[generalId]?.items[1]?.reactions?.map(({ count, me }) => ({ count, me }));

  it('add up, know which are one’s own, and vanish at zero', () => {
    const both = run(
      [dispatch('MESSAGE_REACTION_ADD', react(bobId)), dispatch('MESSAGE_REACTION_ADD', react(aliceId))],
      opened,
    );
    expect(reactionsOf(both)).toEqual([{ count: 2, me: true }]);
    const one = run([dispatch('MESSAGE_REACTION_REMOVE', react(aliceId))], both);
    expect(reactionsOf(one)).toEqual([{ count: 1, me: false }]);
    expect(reactionsOf(run([dispatch('MESSAGE_REACTION_REMOVE', react(bobId))], one))).toEqual([]);
  });
});

describe('interactions', () => {
  const pending = {
    nonce: 'n2',
    kind: 'component',
    channelId: generalId,
    label: 'This',
    messageId: '500',
    customId: 'go',
    state: 'waiting',
    error: null,
  } as const;
  const waiting = run([{ type: 'interaction', interaction: pending }], opened);

  it('are settled by success and keep the reason of a failure', () => {
    expect(run([dispatch('INTERACTION_SUCCESS', { id: '1', nonce: 'n2' })], waiting).interactions).toEqual([]);
    const [failed] = run([dispatch('INTERACTION_FAILURE', { id: '1', nonce: 'n2' })], waiting).interactions;
    expect(failed).toMatchObject({ state: 'failed', error: 'The application did not respond.' });
  });

  it('open the application’s form', () => {
    const data = {
      id: '1',
      nonce: 'n2',
      channel_id: generalId,
      application: { id: '7' },
      custom_id: 'f',
      title: 'Form',
      components: [],
    };
    const state = run([dispatch('INTERACTION_MODAL_CREATE', data)], waiting);
    expect(state.modal).toMatchObject({ applicationId: '7', customId: 'f', title: 'Form' });
    expect(state.interactions).toEqual([]);
  });
});

describe('channels', () => {
  it('come and go with their threads', () => {
    const gone = run([dispatch('CHANNEL_DELETE', { id: generalId })], opened);
    expect(Object.keys(gone.channels).sort()).toEqual([secretId, '310']);
    expect(gone.windows[generalId]).toBeUndefined();
  });

  it('keep the youngest message id when an older copy arrives', () => {
    const state = run([dispatch('MESSAGE_CREATE', message('990'))], opened);
    const old = run([{ type: 'channel', channel: { id: generalId, type: 0, last_message_id: '500' } }], state);
    expect(old.channels[generalId]?.lastMessageId).toBe('990');
    expect(old.channels[generalId]?.guildId).toBe(guildId);
  });

  it('of two people stand in the order of their last use', () => {
    const direct = (id: string, last: string | null): Action => ({
      type: 'channel',
      channel: { id, type: 1, recipients: [users.bob], last_message_id: last },
    });
    const state = run([direct('401', '600'), direct('402', '700')], opened);
    expect(directChannels(state).map((channel) => channel.id)).toEqual(['402', '401']);
  });

  it('give threads the permissions of their parent', () => {
    const thread = {
      id: '330',
      type: 11,
      name: 'hidden',
      parent_id: secretId,
      guild_id: guildId,
      thread_metadata: { archived: false },
    };
    const state = run([dispatch('THREAD_CREATE', thread)], opened);
    const channel = state.channels['330'];
    expect(channel && allows(ownPermissions(state, channel), Permission.viewChannel)).toBe(false);
  });
});

it('passes over dispatches it has no use for', () => {
  expect(run([dispatch('VOICE_STATE_UPDATE', {}), dispatch('toString', {})], opened)).toBe(opened);
});
