import { ChannelType } from 'discord-api-types/v10';
import type { Core, StoredChannel } from './contract.ts';
import { channelObject, threadMemberObject } from './serialise/channel.ts';
import { memberWithUserObject } from './serialise/user.ts';
import { memberKey } from './world.ts';
import { timestamp } from './timestamp.ts';

/** Tells everybody who may see a channel about a change of it. */
export function announceChannel(
  core: Core,
  event: 'CHANNEL_CREATE' | 'CHANNEL_UPDATE' | 'CHANNEL_DELETE' | 'THREAD_CREATE' | 'THREAD_UPDATE',
  channel: StoredChannel,
  extra: Record<string, unknown> = {},
): void {
  if (channel.guildId === null) return;
  core.bus.announce({
    t: event,
    d: { ...channelObject(core.world, channel, ''), ...extra },
    audience: {
      kind: 'guild',
      guildId: channel.guildId,
      ...(event === 'CHANNEL_DELETE' ? {} : { channelId: channel.id }),
    },
  });
}

export interface ThreadFields {
  id: string;
  name: string;
  type: number;
  /** A webhook's threads have it as their owner and nobody as a member. */
  ownerId: string;
  memberIds: string[];
  autoArchiveMinutes: number;
  rateLimitPerUser: number | null;
  invitable?: boolean;
  /** Posts of forums have tags, if only an empty list. */
  appliedTagIds?: string[];
}

/** Stores a new thread; telling others about it is left to the caller. */
export function storeThread(core: Core, parent: StoredChannel, fields: ThreadFields): StoredChannel {
  const createdAt = timestamp(core.clock.now());
  const thread: StoredChannel = {
    id: fields.id,
    type: fields.type,
    guildId: parent.guildId,
    name: fields.name,
    topic: null,
    position: 0,
    parentId: parent.id,
    nsfw: parent.nsfw,
    rateLimitPerUser: fields.rateLimitPerUser ?? parent.threadDefaults?.rateLimitPerUser ?? 0,
    overwrites: [],
    lastMessageId: null,
    lastPinTimestamp: null,
    recipientIds: [],
    thread: {
      ownerId: fields.ownerId,
      archived: false,
      locked: false,
      autoArchiveMinutes: fields.autoArchiveMinutes,
      archiveTimestamp: createdAt,
      memberIds: fields.memberIds,
      joinedAt: Object.fromEntries(fields.memberIds.map((userId) => [userId, createdAt])),
      messageCount: 0,
      invitable: fields.invitable ?? true,
    },
    ...(fields.appliedTagIds === undefined ? {} : { appliedTagIds: fields.appliedTagIds }),
  };
  core.world.channels.set(thread.id, thread);
  return thread;
}

/** Adds users to a thread; those who are in it already are left alone. */
export function joinThread(core: Core, thread: StoredChannel, userIds: readonly string[]): void {
  const { guildId } = thread;
  if (thread.thread === null || guildId === null) return;
  const state = thread.thread;
  const added = userIds.filter((userId) => state.joinedAt[userId] === undefined);
  if (added.length === 0) return;
  const joinedAt = timestamp(core.clock.now());
  state.memberIds.push(...added);
  for (const userId of added) state.joinedAt[userId] = joinedAt;
  core.world.channels.set(thread.id, thread);
  const addedMembers = added.map((userId) => {
    const member = core.world.members.get(memberKey(guildId, userId));
    return {
      ...threadMemberObject(thread.id, userId, joinedAt),
      ...(member === undefined ? {} : { member: memberWithUserObject(core.world, member, core.clock) }),
      presence: null,
    };
  });
  if (thread.type === ChannelType.PrivateThread) introduce(core, thread, added);
  announceMembers(core, thread, { added_members: addedMembers });
}

/** Who is added to a private thread could not see it before, and is told what it is. */
function introduce(core: Core, thread: StoredChannel, userIds: readonly string[]): void {
  for (const userId of userIds) {
    core.bus.announce({
      t: 'THREAD_CREATE',
      d: channelObject(core.world, thread, userId),
      audience: { kind: 'users', userIds: [userId] },
    });
  }
}

export function leaveThread(core: Core, thread: StoredChannel, userId: string): void {
  if (thread.thread?.joinedAt[userId] === undefined) return;
  thread.thread.memberIds = thread.thread.memberIds.filter((memberId) => memberId !== userId);
  thread.thread.joinedAt = Object.fromEntries(Object.entries(thread.thread.joinedAt).filter(([id]) => id !== userId));
  core.world.channels.set(thread.id, thread);
  announceMembers(core, thread, { removed_member_ids: [userId] });
}

function announceMembers(core: Core, thread: StoredChannel, change: Record<string, unknown>): void {
  const { guildId } = thread;
  if (guildId === null) return;
  core.bus.announce({
    t: 'THREAD_MEMBERS_UPDATE',
    d: {
      id: thread.id,
      guild_id: guildId,
      member_count: Math.min(50, thread.thread?.memberIds.length ?? 0),
      ...change,
    },
    audience: { kind: 'guild', guildId, channelId: thread.id },
  });
}
