import type { APIGuildMember, APIMessage, APIOverwrite, APIRole, APIEmoji, APIUser } from 'discord-api-types/v10';

/** Numbers of Discord's channel types that the page tells apart. */
export const ChannelKind = {
  text: 0,
  dm: 1,
  voice: 2,
  groupDm: 3,
  category: 4,
  announcement: 5,
  announcementThread: 10,
  publicThread: 11,
  privateThread: 12,
  stage: 13,
  forum: 15,
  media: 16,
} as const;

/** Bits of a message's `flags` that change how it is shown. */
export const MessageFlag = { suppressEmbeds: 4, ephemeral: 64, loading: 128, componentsV2: 32768 } as const;

export type User = APIUser;
export type Role = APIRole;
export type GuildEmoji = APIEmoji;

/** A message as REST and the gateway give it; the gateway adds guild, member and nonce. */
export type Message = APIMessage & { guild_id?: string; member?: Omit<APIGuildMember, 'user'> };

export interface Member {
  readonly userId: string;
  readonly guildId: string;
  readonly nick: string | null;
  readonly roles: readonly string[];
}

export interface ThreadInfo {
  readonly archived: boolean;
  readonly locked: boolean;
  readonly ownerId: string | null;
  readonly messageCount: number;
}

/** Any channel, thread or DM, flattened to what the page shows. `thread` is set for threads alone. */
export interface Channel {
  readonly id: string;
  readonly kind: number;
  readonly guildId: string | null;
  readonly name: string;
  readonly topic: string | null;
  readonly position: number;
  readonly parentId: string | null;
  readonly overwrites: readonly APIOverwrite[];
  readonly lastMessageId: string | null;
  readonly recipientIds: readonly string[];
  readonly nsfw: boolean;
  readonly thread: ThreadInfo | null;
}

export interface Guild {
  readonly id: string;
  readonly name: string;
  readonly ownerId: string;
  readonly roles: Readonly<Record<string, Role>>;
  readonly emojis: readonly GuildEmoji[];
}

/**
 * The loaded stretch of one channel's history, oldest first, without gaps.
 * `stale` asks for a fresh load: the gateway may have missed messages since it was filled.
 */
export interface MessageWindow {
  readonly items: readonly Message[];
  readonly hasBefore: boolean;
  readonly hasAfter: boolean;
  readonly stale: boolean;
}

/** A message on its way, or one that was refused and waits for the person's decision. */
export interface OutgoingMessage {
  readonly nonce: string;
  readonly channelId: string;
  readonly content: string;
  readonly files: readonly File[];
  readonly replyToId: string | null;
  readonly pingReplied: boolean;
  readonly state: 'sending' | 'waiting' | 'failed';
  readonly error: string | null;
}

/** A command, press or modal that was sent to the application and is not settled yet, or failed. */
export interface PendingInteraction {
  readonly nonce: string;
  readonly kind: 'command' | 'component' | 'modal';
  readonly channelId: string;
  readonly label: string;
  readonly messageId: string | null;
  readonly customId: string | null;
  readonly state: 'waiting' | 'failed';
  readonly error: string | null;
}

export type ConnectionState =
  | { readonly phase: 'connecting' }
  | { readonly phase: 'ready' }
  | { readonly phase: 'waiting'; readonly attempt: number }
  | { readonly phase: 'refused'; readonly reason: string };
