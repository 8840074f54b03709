import type { Faults } from './faults.ts';
import type { FileStore } from './file-store.ts';
import type { RateLimits } from './http/rate-limits.ts';
import type {
  APIAllowedMentions,
  APIApplicationCommand,
  APIAttachment,
  APIEmbed,
  APIMessageTopLevelComponent,
  GatewayDispatchEvents,
} from 'discord-api-types/v10';

/**
 * What the parts of the emulator agree on: the state (`World`), the way changes are announced (`Bus`), and the message
 * operations that REST, webhooks and interactions share. Ids and permission bits are decimal strings, as on the wire.
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
}

export interface StoredApplication {
  id: string;
  name: string;
  botUserId: string;
  ownerId: string;
  /** Privileged intents switched on in the (imaginary) developer portal. */
  privilegedIntents: { messageContent: boolean; guildMembers: boolean; presence: boolean };
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
  interaction: {
    id: string;
    type: number;
    userId: string;
    name: string;
    /** Components: the message that carries what was pressed. */
    interactedMessageId?: string;
    /** Follow-ups: the first answer. */
    originalResponseId?: string;
  } | null;
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
  guildId: string;
  name: string;
  animated: boolean;
  creatorId: string;
  /** Where the bytes are, below the data folder. */
  file: string;
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

/** A keyed set whose every change is journalled to the data folder before the current request is answered. */
export interface Collection<T> {
  get(key: string): T | undefined;
  /** Inserts or replaces; objects are not to be mutated in place without a following `set`. */
  set(key: string, value: T): void;
  delete(key: string): boolean;
  values(): IterableIterator<T>;
  readonly size: number;
}

export interface World {
  users: Collection<StoredUser>;
  applications: Collection<StoredApplication>;
  guilds: Collection<StoredGuild>;
  /** By role id. */
  roles: Collection<StoredRole>;
  /** By `guildId/userId`. */
  members: Collection<StoredMember>;
  channels: Collection<StoredChannel>;
  messages: Collection<StoredMessage>;
  webhooks: Collection<StoredWebhook>;
  /** By command id. */
  commands: Collection<APIApplicationCommand>;
  /** Gateway sessions with their replay buffers, by session id; owned by the gateway. */
  sessions: Collection<StoredSession>;
  /** By `guildId/userId`. */
  bans: Collection<StoredBan>;
  emojis: Collection<StoredEmoji>;
  /** By code. */
  invites: Collection<StoredInvite>;
  /** Files given to commands as options, which belong to no message, by attachment id. */
  optionUploads: Collection<StoredAttachment>;
  /** Messages of a channel, oldest first; ephemeral ones are never in it. */
  messagesOf(channelId: string): readonly StoredMessage[];
  channelsOf(guildId: string): StoredChannel[];
  rolesOf(guildId: string): StoredRole[];
  membersOf(guildId: string): StoredMember[];
  guildsOf(userId: string): StoredGuild[];
  threadsOf(parentId: string): StoredChannel[];
  directMessagesOf(userId: string): StoredChannel[];
  attachmentById(attachmentId: string): StoredAttachment | undefined;
  /** Whose token this is, without a `Bot ` prefix. */
  userByToken(token: string): StoredUser | undefined;
  /** A fresh snowflake, always greater than every one before it. */
  snowflake(): string;
  /** Writes what is pending; called before every answer and dispatch. */
  flush(): void;
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

/**
 * One change, announced after the state holds it. The gateway delivers it to each session that may see it: `audience`
 * says to whom; intents and the blanking of message content are the gateway's work.
 */
export interface Announcement {
  t: GatewayDispatchEvents | `${GatewayDispatchEvents}` | PersonOnlyEvent;
  d: unknown;
  audience:
    /** Members of the guild; with a channel, those who may view it. */
    | { kind: 'guild'; guildId: string; channelId?: string }
    /** The recipients of a DM. */
    | { kind: 'dm'; channelId: string }
    /** Named users only (ephemeral messages, interactions for the application's bot). */
    | { kind: 'users'; userIds: string[] };
}

/** Dispatches that only people's clients get; Discord's own clients receive them under these names. */
export type PersonOnlyEvent =
  | 'INTERACTION_SUCCESS'
  | 'INTERACTION_FAILURE'
  | 'INTERACTION_MODAL_CREATE'
  | 'APPLICATION_COMMAND_AUTOCOMPLETE_RESPONSE';

export interface Bus {
  announce(announcement: Announcement): void;
  subscribe(listener: (announcement: Announcement) => void): void;
}

/** A message as a request describes it, after multipart has been taken apart. */
export interface MessageInput {
  content?: string | null;
  embeds?: APIEmbed[] | null;
  components?: APIMessageTopLevelComponent[] | null;
  allowed_mentions?: APIAllowedMentions | null;
  flags?: number | null;
  tts?: boolean;
  nonce?: string | number;
  enforce_nonce?: boolean;
  message_reference?: { message_id: string; channel_id?: string; guild_id?: string; fail_if_not_exists?: boolean };
  attachments?: { id: string | number; filename?: string; description?: string | null }[] | null;
  poll?: unknown;
  sticker_ids?: string[];
}

export interface UploadedFile {
  /** The n of `files[n]`. */
  index: number;
  filename: string;
  contentType: string;
  data: Buffer;
}

export interface MessageContext {
  channelId: string;
  authorId: string;
  webhook?: StoredMessage['webhook'];
  applicationId?: string | null;
  interaction?: StoredMessage['interaction'];
  ephemeralTo?: string | null;
  /** A message type other than 0 or 19. */
  type?: number;
  /** What a system message refers to (a pin, a thread's start); answers name theirs in the input. */
  reference?: StoredMessage['reference'];
  /** Extra flags (LOADING for a deferred answer). */
  flags?: number;
}

/** Validation, limits, mentions, attachments and announcement of messages in one place. Throws `DiscordError`. */
export interface MessageOperations {
  create(context: MessageContext, input: MessageInput, files: readonly UploadedFile[]): StoredMessage;
  edit(messageId: string, editorId: string, input: MessageInput, files: readonly UploadedFile[]): StoredMessage;
  remove(messageId: string): void;
  /** The API object as `viewerId` sees it. */
  serialise(message: StoredMessage, viewerId: string): Record<string, unknown>;
}

/** What a request is allowed to be. */
export interface Caller {
  user: StoredUser;
  kind: 'bot' | 'person';
}

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
}

/** What `POST /_control/gateway` asks for. */
export interface GatewayCommand {
  action: 'drop' | 'reconnect' | 'invalid_session';
  /** With `invalid_session`: whether the session may be resumed. */
  resumable?: boolean;
  /** Whose connections; those of every bot unless given, so that people keep watching what a bot does about it. */
  userId?: string;
}

export interface Gateway {
  /** Applies the command to the open connections it names and says how many those were. */
  control(command: GatewayCommand): { connections: number };
  /** Closes every connection; sessions stay stored. */
  close(): Promise<void>;
}

/** Everything the emulator's parts are handed. */
export interface Core {
  world: World;
  bus: Bus;
  clock: Clock;
  faults: Faults;
  limits: RateLimits;
  /** Bytes of attachments, avatars and emojis. */
  files: FileStore;
  messages: MessageOperations;
  /** Effective permission bits of a user in a channel (threads: the parent's) or, without one, in the guild. */
  permissions(userId: string, place: { channelId: string } | { guildId: string }): bigint;
  /** Address under which this emulator is reached, `http://127.0.0.1:8080`. */
  origin: string;
}
