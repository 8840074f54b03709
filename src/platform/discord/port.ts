import type {
  APIApplicationCommandOptionChoice,
  APIInteraction,
  APIMessage,
  APIMessageTopLevelComponent,
  APIModalInteractionResponseCallbackData,
  GatewayDispatchPayload,
  RESTPutAPIApplicationCommandsJSONBody,
} from 'discord-api-types/v10';
import type { OutgoingMessage } from './outgoing.ts';
import type { SubjectActions } from './subjects.ts';

export type { OutgoingFile, OutgoingMessage } from './outgoing.ts';

/** Somebody as whom the bot speaks, through a webhook of its own. */
export interface Speaker {
  /** Longer names than 80 characters are clipped; words that Discord refuses are taken apart. */
  name: string;
  /** Of a picture that Discord can load; the webhook's own unless given. */
  avatarUrl?: string | undefined;
}

/** A message of a speaker. Discord does not recognise it when it is sent twice, so the bot looks before it sends again. */
export interface SpokenOptions {
  speaker: Speaker;
  /**
   * Unix ms since which an earlier run may have sent it and ended before it could tell: it is looked for among the latest
   * messages of the channel, by what its components do or how its text begins. Left out by a first run.
   */
  sentAfterMs?: number | undefined;
  /** Whether a message is known to be another one, so that it is not taken for this. */
  isKnown?: ((messageId: string) => boolean | Promise<boolean>) | undefined;
}

export interface SendOptions {
  /** Sends it as somebody else. `key` has no effect then, and `replyTo` becomes a line that leads to the message. */
  spoken?: SpokenOptions;
  /** The message this replies to; a reply whose target is gone is sent without the reference. */
  replyTo?: string;
  /**
   * Names this send. Sending again under the same name within Discord's window (minutes) returns the first message
   * instead of making a second.
   */
  key?: string;
  /**
   * Which write goes first when the channel has few left. `answer` (unless given) waits for any; `reply` leaves one for
   * answers; `refusal` leaves several, and rejects with `discord/crowded` when there is no room within some seconds.
   */
  urgency?: Urgency;
}

export type Urgency = 'answer' | 'reply' | 'refusal';

export interface NewThread {
  /** Where it hangs: a text or announcement channel of a guild, no thread. */
  channelId: string;
  /** Longer names than Discord takes are clipped. */
  name: string;
  /** The message that it starts from; without one, a message that says the thread's name is sent and starts it. */
  messageId?: string;
  /** Names that message, as in `SendOptions`. */
  key: string;
}

/** One Discord message that a live answer occupies. */
export interface LivePart {
  messageId: string;
  /** Of its files, in their order, where this live answer has put them there or found them. */
  attachmentIds?: readonly string[];
}

export interface LiveMessageOptions {
  channelId: string;
  replyTo?: string;
  /** Names the answer; part n is sent under `key/n`. */
  key: string;
  /** Parts that an earlier attempt has sent, in order: they are edited, not sent again. */
  parts?: readonly LivePart[];
  /** Called once for each newly sent part, before the next request; persist it. */
  onPart?: (index: number, part: LivePart) => Promise<void>;
  /** Called before the parts after the first `kept` are deleted, so that their deletion can be told from another's. */
  onTrim?: (kept: number) => Promise<void>;
  /** Shown under the last part while it is live (a Stop button). */
  liveComponents?: APIMessageTopLevelComponent[];
  /** Of a text that grows beyond so many parts only the beginning is shown, with `end` below it. `finish` knows no bound. */
  bound?: { parts: number; end: string };
  /** While it grows, its messages keep the files that they show; `finish` decides about them. */
  keepsFiles?: boolean;
  signal?: AbortSignal;
  /** Called a minute before its messages can no longer be changed, where that comes: in a visit. */
  onDeadline?: () => void;
  /**
   * Speaks as somebody else. `replyTo` becomes a line that leads to the message. Parts that the bot wrote as itself stay
   * its own. Where the bot may not, `refused` and `finish` say so with `discord/manage-webhooks` or `discord/no-webhooks`.
   */
  spoken?: SpokenOptions;
  /**
   * Called before a part is sent that Discord does not recognise when it is sent twice: with `spoken`. When the intent is
   * durable before, a run that follows a crash knows that it has to pass `sentAfterMs`.
   */
  onIntent?: (index: number) => Promise<void>;
}

/**
 * An answer that grows on screen. Edits are coalesced to the pace that Discord allows the channel, so a slow network
 * shows fewer, larger steps; nothing is queued. The text is Markdown as models write it: tables become code blocks or
 * lists, links do not unfold, and masked ones show their host (see `toDiscordMarkdown`). Parts of at most 2000 characters are split off as the text grows; they are rewritten only
 * where text that follows shows that they end elsewhere (see `splitMessage`), or that a table in them is wider. When
 * Discord takes no more edits of messages as old as its parts, it goes on in new ones, and those are deleted.
 */
export interface LiveMessage {
  /**
   * Aborted, with the VendorError as its reason, when Discord refuses an update and will refuse those after it: the
   * channel is gone, the bot may not see it or write there any more, or its messages are not taken by this person.
   * Nothing more is shown before `finish`.
   */
  readonly refused: AbortSignal;
  /** Whether any text but a placeholder has been on the screen. What a write under way puts there counts after `abandon`. */
  readonly seen: boolean;
  /**
   * Replaces the whole text. Returns at once. A placeholder is shown at the pace of all progress, and the text that comes
   * in its place as quickly as a first text.
   */
  update(text: string, options?: { placeholder?: boolean }): void;
  /**
   * Shows the final text and components, whatever was shown before; deletes parts that are no longer needed. Resolves
   * when Discord has it all. Rejects with a VendorError when Discord refuses. Files are on the last message with text,
   * and beyond ten in further ones. One with an `attachmentId` is uploaded only where its message does not have it any more.
   */
  finish(final: Pick<OutgoingMessage, 'content' | 'components' | 'embeds' | 'files'>): Promise<LivePart[]>;
  /** Stops updating and leaves what is on screen. */
  abandon(): Promise<LivePart[]>;
}

export interface CachedRole {
  name: string;
  /** Permission bits. */
  permissions: bigint;
  position: number;
  /** The user id of the bot that this role came with, and that alone has it; null for all other roles. */
  botId: string | null;
}

export interface CachedGuild {
  id: string;
  name: string;
  ownerId: string;
  /** By role id. */
  roles: ReadonlyMap<string, CachedRole>;
  /** The bot's own role ids. */
  selfRoleIds: readonly string[];
}

export interface CachedChannel {
  id: string;
  /** null for a DM. */
  guildId: string | null;
  type: number;
  /** null for a DM and for a thread. */
  name: string | null;
  parentId: string | null;
  nsfw: boolean;
  overwrites: readonly { id: string; type: 0 | 1; allow: bigint; deny: bigint }[];
}

/**
 * Guilds, roles, channels and overwrites, kept current by the gateway and in the database, so that a worker without a
 * gateway reads the same. Missing entries are fetched over REST once.
 */
export interface DiscordCache {
  guild(guildId: string): Promise<CachedGuild | undefined>;
  channel(channelId: string): Promise<CachedChannel | undefined>;
  /** The channel that a thread is in, from memory; undefined for other channels and for what is not in memory. */
  parentOfThread(channelId: string): string | undefined;
  /** The bot's effective permission bits in a channel (threads: their parent's); all that a DM allows in a DM. */
  selfPermissions(channelId: string): Promise<bigint>;
  /** The size of the largest file that the bot can send there, in bytes. */
  uploadLimit(channelId: string): Promise<number>;
  /** Effective permission bits of a member with these roles. */
  memberPermissions(channelId: string, userId: string, roleIds: readonly string[]): Promise<bigint>;
}

/**
 * Answers to one interaction. The first call answers, later ones follow up or edit; the caller need not track which. Of
 * an interaction that Discord does not know (any more), what everybody may see is written as messages of the channel, an
 * acknowledgement or a refusal is left out, and the rest rejects.
 */
export interface InteractionReplies {
  /** Shows "thinking…". Harmless when already answered. */
  defer(options: { ephemeral: boolean }): Promise<void>;
  /** For a component: acknowledges without a visible change. */
  deferUpdate(): Promise<void>;
  /** Answers, or fills the deferred answer, or follows up. `ephemeral` is as in `defer` when that came first. */
  reply(message: OutgoingMessage, options?: { ephemeral?: boolean }): Promise<APIMessage | undefined>;
  /**
   * For answers that are for the caller alone though a public deferral stands: removes it, then follows up ephemerally.
   */
  refuse(message: OutgoingMessage): Promise<void>;
  /** For a component: changes the message it is on. */
  update(message: OutgoingMessage): Promise<void>;
  /** Only as the first answer. */
  modal(modal: APIModalInteractionResponseCallbackData): Promise<void>;
  autocomplete(choices: APIApplicationCommandOptionChoice[]): Promise<void>;
}

/** What became of a mark. */
export interface Marked {
  /** Whether the emoji is on the message. */
  stands: boolean;
  /** The mark changed again before this one was done, and the later call is told what became of it. */
  isReplaced: boolean;
  /** Emojis that may still be on the message although they should be gone: Discord could not be asked, which may pass. */
  leftover: readonly string[];
}

/** What a bot does over REST. Every method rejects with a VendorError whose code is `discord/<Discord's code>`. */
export interface DiscordActions extends SubjectActions {
  send(channelId: string, message: OutgoingMessage, options?: SendOptions): Promise<APIMessage>;
  /** Also of a message that a webhook of the bot's own sent. */
  edit(channelId: string, messageId: string, message: OutgoingMessage): Promise<void>;
  delete(channelId: string, messageId: string): Promise<void>;
  live(options: LiveMessageOptions): LiveMessage;
  /**
   * Resolves when the bot can speak as somebody else in a channel or thread, whose webhook is then there. Rejects with
   * `discord/manage-webhooks`, `discord/no-webhooks` (a DM) or `discord/30007` (the channel has 15 of others).
   */
  readyToSpeak(channelId: string): Promise<void>;
  /** Shows the typing indicator until the returned function is called. */
  typing(channelId: string): () => void;
  /**
   * Makes an emoji (`👀`, or `name:id` of a server) the one reaction by which the bot marks a message, or takes its mark
   * away (null). Best effort: paced apart from messages, tried no longer than some seconds, left out when the mark has
   * changed again by then. Removes what this process put there, if that is still under way, and `instead`. Never rejects.
   */
  mark(
    channelId: string,
    messageId: string,
    emoji: string | null,
    options?: { instead?: readonly string[] },
  ): Promise<Marked>;
  message(channelId: string, messageId: string): Promise<APIMessage>;
  /** Newest first, as Discord gives them. At most 100. */
  messages(
    channelId: string,
    range: { before?: string; after?: string; around?: string; limit: number },
  ): Promise<APIMessage[]>;
  openDm(userId: string): Promise<string>;
  /** Opens a public thread and resolves to its id. Under the same key, or on the same message, it is the same thread. */
  createThread(thread: NewThread): Promise<string>;
  /** Gives a thread of the bot's own another name; a longer one than Discord takes is clipped. */
  renameThread(threadId: string, name: string): Promise<void>;
  /**
   * The bytes of an attachment of a message. Only Discord's own file hosts (or those of `apiBase`) are asked, without
   * the token and without following redirects; longer bodies are refused with `discord/too-large`. Where the limit
   * depends on what the file is, a function is asked once with its first 4096 bytes, or all of it; 0 refuses it.
   */
  attachment(url: string, maxBytes: number | ((head: Uint8Array) => number), signal?: AbortSignal): Promise<Uint8Array>;
  interaction(interaction: APIInteraction): InteractionReplies;
}

/**
 * A use of the bot where it is no member, by a user who installed it for themselves. It can answer for 15 minutes, by
 * messages alone: no threads, no reactions, nothing of the channel to read, and five messages at most.
 */
export interface Visit {
  /** Stands for this use alone, in place of the channel's id: `send`, `edit`, `delete` and `live` write there. */
  channelId: string;
  /** Who installed the bot and pays. */
  userId: string;
}

export interface DiscordVisits {
  /** The visit of an interaction; undefined where the bot is a member, and in its own direct messages. */
  of(interaction: APIInteraction): Visit | undefined;
  /** Lets every process write in the visit that an interaction begins. Does nothing for other interactions. */
  open(interaction: APIInteraction): Promise<void>;
  /** Whether messages can still be written and changed there. */
  isOpen(visit: Visit): Promise<boolean>;
}

export interface SelfUser {
  applicationId: string;
  userId: string;
  username: string;
}

export interface GatewayOptions {
  /** Gateway intent bits that features want. Privileged ones are dropped, one by one, when Discord refuses them. */
  intents: number;
  /** Shown as the bot's status, in its own words; none unless given. */
  statusText?: string | undefined;
  /** Privileged intent bits that Discord refused; called before the connection is made again without them. */
  onIntentsRefused: (refused: number) => void;
  /**
   * Called for each dispatch, in order per channel, each exactly once per process life. The session position moves past
   * an event only when its promise has resolved, so an event whose handling did not finish is delivered again after a
   * restart. Rejections are logged and count as finished. Nothing is returned when there is nothing to wait for, which
   * is the case for most events.
   */
  onDispatch: (event: GatewayDispatchPayload) => Promise<void> | undefined;
  /** A guild the bot has just been added to, as opposed to one it finds at start. */
  onGuildJoined: (guild: CachedGuild, systemChannelId: string | null) => Promise<void>;
  /**
   * A new session follows one that was lost, of which what happened before `sinceMs` (Unix ms) was handled. What people
   * have written since has been dispatched by then; what else happened, Discord tells nobody. Called again after a crash.
   * Rejections are logged.
   */
  onSessionLost?: (sinceMs: number) => Promise<void>;
}

export interface DiscordGateway {
  /** Resolves when every shard is ready or resumed and missed messages have been dispatched. */
  start(options: GatewayOptions): Promise<void>;
  readonly connected: boolean;
  /** Resolves when every dispatch received so far has been handled. For tests. */
  idle(): Promise<void>;
  /** Closes so that the sessions can be resumed by the next process. */
  stop(): Promise<void>;
}

export interface Discord {
  readonly self: SelfUser;
  /**
   * Whether the application may read what does not mention the bot, reply to it or reach it directly, as Discord said at
   * the start. Without it, such messages come empty, over the gateway and over REST.
   */
  readonly messageContent: boolean;
  readonly actions: DiscordActions;
  readonly cache: DiscordCache;
  readonly visits: DiscordVisits;
  /** Whether users can install the application for themselves, as Discord said at the start. */
  readonly userInstalls: boolean;
  readonly gateway: DiscordGateway;
  /**
   * Makes Discord's global commands equal these, now and by later tries until that has worked. Resolves when the first try
   * has ended, whether it worked or not; never rejects. To be called once.
   */
  registerCommands(commands: RESTPutAPIApplicationCommandsJSONBody): Promise<void>;
  /**
   * URL with which an administrator adds the bot to a server, with exactly the permissions it uses. `speaks`: also those
   * for speaking as somebody else.
   */
  inviteUrl(needs: { speaks: boolean }): string;
  close(): Promise<void>;
}
