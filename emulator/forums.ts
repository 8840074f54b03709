import { ChannelFlags, ChannelType } from 'discord-api-types/v10';
import type { StoredChannel, StoredForum, World } from './contract.ts';

/** Limits of forum and media channels. Source: Discord's documentation, Channel resource. */
export const FORUM_LIMITS = { tags: 20, tagName: 20, appliedTags: 5, pinnedPosts: 1, topic: 4096 } as const;

const NEW_FORUM: StoredForum = { tags: [], defaultReaction: null, sortOrder: null, layout: 0 };

/** Whether a channel holds posts, which are threads, in place of messages. */
export function isForum({ type }: { type: number }): boolean {
  return type === ChannelType.GuildForum || type === ChannelType.GuildMedia;
}

export function forumOf(channel: StoredChannel): StoredForum {
  return channel.forum ?? NEW_FORUM;
}

export function requiresTag({ flags = 0 }: StoredChannel): boolean {
  return (flags & ChannelFlags.RequireTag) !== 0;
}

export function isPinned({ flags = 0 }: StoredChannel): boolean {
  return (flags & ChannelFlags.Pinned) !== 0;
}

export function forumWithTags(world: World, tags: { name: string; moderated: boolean }[]): StoredForum {
  return { ...NEW_FORUM, tags: tags.map((tag) => ({ id: world.snowflake(), ...tag, emojiId: null, emojiName: null })) };
}
