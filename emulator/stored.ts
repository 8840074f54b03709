import type { APIAttachment, APIEmbed, APIMessageTopLevelComponent } from 'discord-api-types/v10';

/**
 * What the emulator keeps, under our own names. Ids and permission bits are decimal strings, as on the wire. Fields that
 * came later are optional, so that a data folder of an earlier version still opens.
 */

export interface StoredUser {
  id: string;
  username: string;
  globalName: string | null;
  avatar: string | null;
  bot: boolean;
  /** What `Authorization` carries: alone for a person, after `Bot ` for a bot. */
  token: string;
  /** The application that a bot belongs to. */
  applicationId: string | null;
  /** Hash of the picture above the profile. */
  banner?: string | null;
  bio?: string;
}

export interface StoredApplication {
  id: string;
  name: string;
  botUserId: string;
  ownerId: string;
  /** Privileged intents switched on in the (imaginary) developer portal. */
  privilegedIntents: { messageContent: boolean; guildMembers: boolean; presence: boolean };
  description?: string;
  /** Hashes of pictures. */
  icon?: string | null;
  coverImage?: string | null;
  tags?: string[];
  customInstallUrl?: string | null;
  installParams?: ApplicationInstall | null;
  /** How it may be installed: 0 into a server, 1 by a user for themselves. Servers alone unless given. */
  integrationTypes?: { '0'?: ApplicationInstall | null; '1'?: ApplicationInstall | null };
  interactionsEndpointUrl?: string | null;
  /** Bits that the application itself may change. */
  flags?: number;
  /** Users who installed the application for themselves, everywhere. */
  installedByUserIds?: string[];
}

export interface ApplicationInstall {
  scopes: string[];
  permissions: string;
}

export interface StoredRole {
  id: string;
  guildId: string;
  name: string;
  color: number;
  hoist: boolean;
  position: number;
  permissions: string;
  managed: boolean;
  mentionable: boolean;
}

export interface StoredGuild {
  id: string;
  name: string;
  icon: string | null;
  ownerId: string;
  systemChannelId: string | null;
}

export interface StoredMember {
  guildId: string;
  userId: string;
  nick: string | null;
  /** Without the everyone role. */
  roleIds: string[];
  joinedAt: string;
  timedOutUntil: string | null;
  /** What the member shows in this guild in place of the user's own; null and '' show the user's. */
  profile?: { avatar: string | null; banner: string | null; bio: string };
}

export interface StoredOverwrite {
  id: string;
  type: 0 | 1;
  allow: string;
  deny: string;
}

export interface StoredChannel {
  id: string;
  type: number;
  guildId: string | null;
  name: string | null;
  topic: string | null;
  position: number;
  parentId: string | null;
  nsfw: boolean;
  rateLimitPerUser: number;
  overwrites: StoredOverwrite[];
  lastMessageId: string | null;
  lastPinTimestamp: string | null;
  /** DMs: both users. */
  recipientIds: string[];
  /** Threads only. */
  thread: {
    ownerId: string;
    archived: boolean;
    locked: boolean;
    autoArchiveMinutes: number;
    archiveTimestamp: string;
    memberIds: string[];
    /** When each member joined, by user id. */
    joinedAt: Record<string, string>;
    messageCount: number;
    /** Private threads: whether members may add others. */
    invitable: boolean;
  } | null;
  /** Pinned posts (1 << 1), forums whose posts need a tag (1 << 4), media channels without downloads (1 << 15). */
  flags?: number;
  /** Voice and stage channels. */
  voice?: { bitrate: number; userLimit: number };
  /** Channels in which threads start. */
  threadDefaults?: { autoArchiveMinutes: number | null; rateLimitPerUser: number };
  /** Forum and media channels. */
  forum?: StoredForum;
  /** Posts: ids of the parent's tags. */
  appliedTagIds?: string[];
}

export interface StoredForum {
  tags: { id: string; name: string; moderated: boolean; emojiId: string | null; emojiName: string | null }[];
  defaultReaction: { emojiId: string | null; emojiName: string | null } | null;
  /** 0 by latest activity, 1 by creation. */
  sortOrder: 0 | 1 | null;
  /** 0 not set, 1 list, 2 gallery. */
  layout: 0 | 1 | 2;
}

export interface StoredAttachment extends APIAttachment {
  /** Where the bytes are, below the data folder. */
  file: string;
}

/** What a message says, and a forward of it. */
export interface StoredSnapshot {
  channelId: string;
  type: number;
  content: string;
  timestamp: string;
  editedTimestamp: string | null;
  flags: number;
  embeds: APIEmbed[];
  components: APIMessageTopLevelComponent[];
  attachments: StoredAttachment[];
  stickers?: { id: string; name: string; format_type: number }[];
  mentionUserIds: string[];
  mentionRoleIds: string[];
}

/** What an answer of an application tells of its cause. */
export interface StoredInteraction {
  id: string;
  type: number;
  userId: string;
  name: string;
  /** Components: the message that carries what was pressed. */
  interactedMessageId?: string;
  /** Follow-ups: the first answer. */
  originalResponseId?: string;
  /** Who let the application in: '0' a guild, '1' a user. */
  owners?: Readonly<Record<string, string>>;
  /** Context menus. */
  target?: { type: 'user' | 'message'; id: string };
  /** Forms: what was answered with the form. */
  triggeredBy?: StoredInteraction;
}

export interface StoredMessage extends StoredSnapshot {
  id: string;
  authorId: string;
  tts: boolean;
  pinned: boolean;
  pinnedAt: string | null;
  mentionEveryone: boolean;
  /** With type 1 the message is forwarded; a reply by default. */
  reference: { type?: 0 | 1; messageId: string; channelId: string; guildId: string | null } | null;
  /** What a forward shows. */
  snapshot?: StoredSnapshot | null;
  poll?: StoredPoll | null;
  reactions: { emoji: { id: string | null; name: string }; userIds: string[] }[];
  nonce: string | number | null;
  /** Name and avatar of a webhook's message override the author's. */
  webhook: { id: string; name: string; avatar: string | null } | null;
  applicationId: string | null;
  interaction: StoredInteraction | null;
  /** An ephemeral message reaches this user alone and is kept only while the process lives. */
  ephemeralTo: string | null;
  threadId: string | null;
}

export interface StoredPoll {
  question: string;
  answers: { text: string | null; emoji: { id: string | null; name: string } | null; voterIds: string[] }[];
  endsAtMs: number;
  allowMultiselect: boolean;
}

export interface StoredWebhook {
  id: string;
  channelId: string;
  guildId: string;
  name: string;
  avatar: string | null;
  token: string;
  applicationId: string | null;
  creatorId: string;
}

export interface StoredBan {
  guildId: string;
  userId: string;
  reason: string | null;
}

export interface StoredEmoji {
  id: string;
  /** null for an application's emoji, which its bot can use everywhere. */
  guildId: string | null;
  applicationId?: string;
  name: string;
  animated: boolean;
  creatorId: string;
  /** Where the bytes are, below the data folder. */
  file: string;
}

export interface StoredSticker {
  id: string;
  guildId: string;
  name: string;
  description: string;
  /** The name of the emoji that suggests it. */
  tags: string;
  /** 1 PNG, 2 APNG, 3 Lottie, 4 GIF. */
  formatType: 1 | 2 | 3 | 4;
  creatorId: string;
  /** Where the bytes are, below the data folder. */
  file: string;
}

/** A right that a user or a guild has bought; made through the control interface, or by the application as a test. */
export interface StoredEntitlement {
  id: string;
  applicationId: string;
  skuId: string;
  userId: string | null;
  guildId: string | null;
  /** 8 as for a bought subscription, 4 for one made as a test. */
  type: number;
  deleted: boolean;
  consumed: boolean;
  startsAt: string | null;
  endsAt: string | null;
}

export interface StoredInvite {
  code: string;
  guildId: string;
  channelId: string;
  inviterId: string;
  createdAt: string;
  maxAgeSeconds: number;
  maxUses: number;
  uses: number;
  temporary: boolean;
}

export interface StoredSession {
  id: string;
  userId: string;
  /** null for people: they see everything they may see. */
  intents: number | null;
  shard: [id: number, count: number];
  sequence: number;
  /**
   * The latest dispatches, already filtered for this session, for a resume. `s` only grows: a `set` journals the entries
   * that are newer than those of the last one.
   */
  replay: { s: number; t: string; d: unknown }[];
}
