import type { APIOverwrite, APIUser } from 'discord-api-types/v10';
import type { Channel, Member } from './model.ts';

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
}

export interface RawMember {
  user?: APIUser;
  nick?: string | null;
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
    thread,
  };
}

export function toMember(raw: RawMember, guildId: string, userId: string): Member {
  return { userId, guildId, nick: raw.nick ?? null, roles: raw.roles };
}

/** The entries as a record by id; later entries win. */
export function byId<T extends { readonly id: string }>(entries: readonly T[]): Record<string, T> {
  return Object.fromEntries(entries.map((entry) => [entry.id, entry]));
}
