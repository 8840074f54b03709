import type { APIOverwrite, APIUser } from 'discord-api-types/v10';
import { type Channel, ChannelKind, type ForumInfo, type Member } from './model.ts';

/** What any channel payload may carry; Discord's own union splits this over fifteen types. */
export interface RawChannel {
  id: string;
  type: number;
  guild_id?: string | undefined;
  name?: string | null;
  topic?: string | null;
  position?: number;
  parent_id?: string | null;
  permission_overwrites?: APIOverwrite[];
  last_message_id?: string | null;
  recipients?: APIUser[];
  recipient_ids?: string[];
  nsfw?: boolean;
  owner_id?: string;
  message_count?: number;
  thread_metadata?: { archived: boolean; locked?: boolean };
  /** Threads: this person's own membership, when they follow it. */
  member?: object;
  flags?: number;
  applied_tags?: string[];
  available_tags?: RawTag[];
  default_reaction_emoji?: { emoji_id: string | null; emoji_name: string | null } | null;
  default_sort_order?: number | null;
  default_forum_layout?: number;
}

interface RawTag {
  id: string;
  name: string;
  moderated?: boolean;
  emoji_id?: string | null;
  emoji_name?: string | null;
}

export interface RawMember {
  user?: APIUser;
  nick?: string | null;
  avatar?: string | null;
  joined_at?: string | null;
  roles: string[];
}

/** Flattens a channel payload. `guildId` fills in for payloads nested in a guild, which leave it out. */
export function toChannel(raw: RawChannel, guildId: string | null): Channel {
  const thread = raw.thread_metadata
    ? {
        archived: raw.thread_metadata.archived,
        locked: raw.thread_metadata.locked ?? false,
        ownerId: raw.owner_id ?? null,
        messageCount: raw.message_count ?? 0,
        joined: raw.member !== undefined,
        tagIds: raw.applied_tags ?? [],
      }
    : null;
  return {
    id: raw.id,
    kind: raw.type,
    guildId: raw.guild_id ?? guildId,
    name: raw.name ?? '',
    topic: raw.topic ?? null,
    position: raw.position ?? 0,
    parentId: raw.parent_id ?? null,
    overwrites: raw.permission_overwrites ?? [],
    lastMessageId: raw.last_message_id ?? null,
    recipientIds: raw.recipients?.map((user) => user.id) ?? raw.recipient_ids ?? [],
    nsfw: raw.nsfw ?? false,
    flags: raw.flags ?? 0,
    thread,
    forum: raw.type === ChannelKind.forum || raw.type === ChannelKind.media ? toForum(raw) : null,
  };
}

function toForum(raw: RawChannel): ForumInfo {
  const reaction = raw.default_reaction_emoji ?? null;
  return {
    tags: (raw.available_tags ?? []).map((tag) => ({
      id: tag.id,
      name: tag.name,
      moderated: tag.moderated ?? false,
      emojiId: tag.emoji_id ?? null,
      emojiName: tag.emoji_name ?? null,
    })),
    sortBy: raw.default_sort_order === 1 ? 'creation' : 'activity',
    layout: raw.type === ChannelKind.media || raw.default_forum_layout === 2 ? 'gallery' : 'list',
    defaultReaction: reaction === null ? null : { id: reaction.emoji_id, name: reaction.emoji_name },
  };
}

export function toMember(raw: RawMember, guildId: string, userId: string): Member {
  return {
    userId,
    guildId,
    nick: raw.nick ?? null,
    avatar: raw.avatar ?? null,
    roles: raw.roles,
    joinedAt: raw.joined_at ?? null,
  };
}

/** The entries as a record by id; later entries win. */
export function byId<T extends { readonly id: string }>(entries: readonly T[]): Record<string, T> {
  return Object.fromEntries(entries.map((entry) => [entry.id, entry]));
}
