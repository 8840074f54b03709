import type { StoredChannel, World } from '../contract.ts';
import { forumOf, isForum } from '../forums.ts';
import { snowflakeTimestampMs } from '../snowflake.ts';
import { userObject } from './user.ts';

const VOICE_TYPES: readonly number[] = [2, 13];
const CATEGORY_TYPE = 4;
const PRIVATE_THREAD_TYPE = 12;

/** A channel as `viewerId` sees it: DMs show the other side, threads the viewer's own membership. */
export function channelObject(world: World, channel: StoredChannel, viewerId: string): Record<string, unknown> {
  if (channel.guildId === null) return directMessageObject(world, channel, viewerId);
  if (channel.thread !== null) return threadObject(channel, viewerId);
  return guildChannelObject(channel);
}

function guildChannelObject(channel: StoredChannel): Record<string, unknown> {
  const isCategory = channel.type === CATEGORY_TYPE;
  return {
    id: channel.id,
    type: channel.type,
    guild_id: channel.guildId,
    name: channel.name,
    position: channel.position,
    flags: channel.flags ?? 0,
    parent_id: channel.parentId,
    permission_overwrites: channel.overwrites,
    ...(isCategory
      ? {}
      : {
          topic: channel.topic,
          nsfw: channel.nsfw,
          rate_limit_per_user: channel.rateLimitPerUser,
          last_message_id: channel.lastMessageId,
          ...(channel.lastPinTimestamp === null ? {} : { last_pin_timestamp: channel.lastPinTimestamp }),
        }),
    ...(VOICE_TYPES.includes(channel.type)
      ? { bitrate: channel.voice?.bitrate ?? 64_000, user_limit: channel.voice?.userLimit ?? 0, rtc_region: null }
      : {}),
    ...threadDefaultFields(channel),
    ...(isForum(channel) ? forumFields(channel) : {}),
  };
}

function threadDefaultFields({ threadDefaults }: StoredChannel): Record<string, unknown> {
  if (threadDefaults === undefined) return {};
  const { autoArchiveMinutes, rateLimitPerUser } = threadDefaults;
  return {
    ...(autoArchiveMinutes === null ? {} : { default_auto_archive_duration: autoArchiveMinutes }),
    default_thread_rate_limit_per_user: rateLimitPerUser,
  };
}

function forumFields(channel: StoredChannel): Record<string, unknown> {
  const { tags, defaultReaction, sortOrder, layout } = forumOf(channel);
  return {
    available_tags: tags.map(({ id, name, moderated, emojiId, emojiName }) => ({
      ...{ id, name, moderated, emoji_id: emojiId, emoji_name: emojiName },
    })),
    default_reaction_emoji:
      defaultReaction === null ? null : { emoji_id: defaultReaction.emojiId, emoji_name: defaultReaction.emojiName },
    default_sort_order: sortOrder,
    default_forum_layout: layout,
  };
}

function threadObject(channel: StoredChannel, viewerId: string): Record<string, unknown> {
  const thread = channel.thread;
  if (thread === null) return {};
  const joinedAt = thread.joinedAt[viewerId];
  return {
    id: channel.id,
    type: channel.type,
    guild_id: channel.guildId,
    parent_id: channel.parentId,
    owner_id: thread.ownerId,
    name: channel.name,
    flags: channel.flags ?? 0,
    ...(channel.appliedTagIds === undefined ? {} : { applied_tags: channel.appliedTagIds }),
    last_message_id: channel.lastMessageId,
    ...(channel.lastPinTimestamp === null ? {} : { last_pin_timestamp: channel.lastPinTimestamp }),
    rate_limit_per_user: channel.rateLimitPerUser,
    message_count: thread.messageCount,
    total_message_sent: thread.messageCount,
    member_count: Math.min(50, thread.memberIds.length),
    thread_metadata: {
      archived: thread.archived,
      archive_timestamp: thread.archiveTimestamp,
      auto_archive_duration: thread.autoArchiveMinutes,
      locked: thread.locked,
      create_timestamp: new Date(snowflakeTimestampMs(channel.id)).toISOString(),
      ...(channel.type === PRIVATE_THREAD_TYPE ? { invitable: thread.invitable } : {}),
    },
    ...(joinedAt === undefined ? {} : { member: threadMemberObject(channel.id, viewerId, joinedAt) }),
  };
}

export function threadMemberObject(threadId: string, userId: string, joinedAt: string): Record<string, unknown> {
  return { id: threadId, user_id: userId, join_timestamp: joinedAt, flags: 0 };
}

function directMessageObject(world: World, channel: StoredChannel, viewerId: string): Record<string, unknown> {
  const recipients = channel.recipientIds
    .filter((userId) => userId !== viewerId)
    .flatMap((userId) => world.users.get(userId) ?? []);
  return {
    id: channel.id,
    type: channel.type,
    flags: 0,
    last_message_id: channel.lastMessageId,
    ...(channel.lastPinTimestamp === null ? {} : { last_pin_timestamp: channel.lastPinTimestamp }),
    recipients: recipients.map(userObject),
  };
}
