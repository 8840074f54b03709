import type { Faults } from './faults.ts';
import type { FileStore } from './file-store.ts';
import type {
  APIAllowedMentions,
  APIApplicationCommand,
  APIEmbed,
  APIMessageTopLevelComponent,
  GatewayDispatchEvents,
} from 'discord-api-types/v10';
import type {
  StoredApplication,
  StoredAttachment,
  StoredBan,
  StoredChannel,
  StoredEmoji,
  StoredEntitlement,
  StoredGuild,
  StoredInvite,
  StoredMember,
  StoredMessage,
  StoredRole,
  StoredSession,
  StoredSticker,
  StoredUser,
  StoredWebhook,
} from './stored.ts';

export type * from './stored.ts';

/**
 * What the parts of the emulator agree on: the state (`World`), the way changes are announced (`Bus`), and the message
 * operations that REST, webhooks and interactions share. Ids and permission bits are decimal strings, as on the wire.
 */

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
  stickers: Collection<StoredSticker>;
  entitlements: Collection<StoredEntitlement>;
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
  /** The first message of a forum's post has the id of its thread. */
  id?: string;
  /** Called once the message is sure to be sent, before anybody is told of it. */
  beforeAnnouncing?: () => void;
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

export interface LimitVerdict {
  headers: Record<string, string>;
  /** Set when the request is refused. */
  refused?: { retryAfterMs: number; global: boolean };
}

/** Discord's rate limits. */
export interface RequestLimits {
  /** Whether requests above a limit are refused. */
  enforce: boolean;
  /** `subject` is counted: the user, or the address of a caller without a token. */
  check(
    endpoint: { method: string; path: string },
    params: Record<string, string>,
    caller: Caller | null,
    subject: string,
  ): LimitVerdict;
  /**
   * Takes one of the edits of messages older than an hour that a user has in a channel. Returns 0, or how long to wait in
   * milliseconds when they are used up.
   */
  takeOldEdit(userId: string, channelId: string): number;
  /** Counts answers 401, 403 and 429. */
  countInvalid(subject: string): void;
  /** How long the subject is shut out for its invalid requests, in milliseconds; 0 when it is not. */
  shutOutMs(subject: string): number;
  /** By subject. */
  invalidCounts(): Record<string, number>;
}

/** Everything the emulator's parts are handed. */
export interface Core {
  world: World;
  bus: Bus;
  clock: Clock;
  faults: Faults;
  limits: RequestLimits;
  /** Bytes of attachments, avatars and emojis. */
  files: FileStore;
  messages: MessageOperations;
  /** Effective permission bits of a user in a channel (threads: the parent's) or, without one, in the guild. */
  permissions(userId: string, place: { channelId: string } | { guildId: string }): bigint;
  /** Whether others see the user as present. */
  isOnline(userId: string): boolean;
  /** Address under which this emulator is reached, `http://127.0.0.1:8080`. */
  origin: string;
}
