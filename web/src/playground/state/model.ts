import type {
  APIEmoji,
  APIGuildMember,
  APIMessage,
  APIMessageSnapshotFields,
  APIOverwrite,
  APIRole,
  APISticker,
  APIStickerItem,
  APIUser,
} from 'discord-api-types/v10';

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
export const MessageFlag = {
  suppressEmbeds: 1 << 2,
  ephemeral: 1 << 6,
  loading: 1 << 7,
  voiceMessage: 1 << 13,
  componentsV2: 1 << 15,
} as const;

/** Bits of a channel's `flags`: a post that stays on top of its forum, and a forum whose posts need a tag. */
export const ChannelFlag = { pinned: 1 << 1, requireTag: 1 << 4 } as const;

export type User = APIUser;
export type Role = APIRole;
export type GuildEmoji = APIEmoji;
export type Sticker = APISticker;
export type StickerItem = APIStickerItem;
/** What a forward shows of the message it passes on. */
export type Snapshot = APIMessageSnapshotFields;

/** A message as REST and the gateway give it; the gateway adds guild, member and nonce. */
export type Message = APIMessage & { guild_id?: string; member?: Omit<APIGuildMember, 'user'> };

export interface Member {
  readonly userId: string;
  readonly guildId: string;
  readonly nick: string | null;
  /** Hash of the picture shown in this guild alone. */
  readonly avatar: string | null;
  readonly roles: readonly string[];
  readonly joinedAt: string | null;
}

export interface ThreadInfo {
  readonly archived: boolean;
  readonly locked: boolean;
  readonly ownerId: string | null;
  readonly messageCount: number;
  /** Whether this person follows the thread. */
  readonly joined: boolean;
  /** Posts: ids of the forum's tags. */
  readonly tagIds: readonly string[];
}

export interface ForumTag {
  readonly id: string;
  readonly name: string;
  /** Set only by those who may manage threads. */
  readonly moderated: boolean;
  readonly emojiId: string | null;
  readonly emojiName: string | null;
}

/** What forum and media channels have beside other channels. */
export interface ForumInfo {
  readonly tags: readonly ForumTag[];
  readonly sortBy: 'activity' | 'creation';
  readonly layout: 'list' | 'gallery';
  readonly defaultReaction: { readonly id: string | null; readonly name: string | null } | null;
}

/** Any channel, thread or DM, flattened to what the page shows. `thread` is set for threads, `forum` for forums alone. */
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
  readonly flags: number;
  readonly thread: ThreadInfo | null;
  readonly forum: ForumInfo | null;
}

export interface Guild {
  readonly id: string;
  readonly name: string;
  readonly ownerId: string;
  readonly roles: Readonly<Record<string, Role>>;
  readonly emojis: readonly GuildEmoji[];
  readonly stickers: readonly Sticker[];
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
  readonly stickers: readonly StickerItem[];
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
