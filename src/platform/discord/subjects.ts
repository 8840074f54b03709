import type {
  APIBan,
  APIChannel,
  APIEmoji,
  APIExtendedInvite,
  APIGuildForumTag,
  APIGuildMember,
  APIGuildScheduledEvent,
  APIInvite,
  APIMessage,
  APIMessagePin,
  APIRole,
  APISticker,
  APIThreadChannel,
  APIThreadMember,
  APIUser,
  RESTGetAPIGuildMessagesSearchQuery,
  RESTPatchAPIChannelJSONBody,
  RESTPatchAPIGuildRoleJSONBody,
  RESTPatchAPIGuildScheduledEventJSONBody,
  RESTPostAPIChannelInviteJSONBody,
  RESTPostAPIGuildChannelJSONBody,
  RESTPostAPIGuildForumThreadsJSONBody,
  RESTPostAPIGuildRoleJSONBody,
  RESTPostAPIGuildScheduledEventJSONBody,
} from 'discord-api-types/v10';
import type { OutgoingMessage } from './outgoing.ts';

/**
 * What a bot does in a server beside writing messages. Every method rejects with a VendorError: with Discord's code, with
 * `discord/50013` (a `MissingPermission` that names it) before Discord is asked where the cache can tell, and with
 * `discord/not-member` where the bot only visits. Emoji are `👀`, or `name:id` of a server. Ids are snowflakes.
 */
export interface SubjectActions {
  reactions: ReactionActions;
  members: MemberActions;
  roles: RoleActions;
  channels: ChannelActions;
  threads: ThreadActions;
  messaging: MessagingActions;
  guilds: GuildActions;
  events: ScheduledEventActions;
}

/** Why it is done, for the server's audit log; cut at 512 characters. */
export interface Reasoned {
  reason?: string | undefined;
}

export interface ReactionActions {
  /** Needs Add Reactions and Read Message History. */
  add(channelId: string, messageId: string, emoji: string): Promise<void>;
  /** The bot's own. */
  remove(channelId: string, messageId: string, emoji: string): Promise<void>;
  /** Needs Manage Messages, as do the next two. */
  removeOf(channelId: string, messageId: string, emoji: string, userId: string): Promise<void>;
  clear(channelId: string, messageId: string): Promise<void>;
  clearEmoji(channelId: string, messageId: string, emoji: string): Promise<void>;
  /** In order of their ids, at most 100; the next page begins `after` the last. `burst`: super reactions. */
  users(
    channelId: string,
    messageId: string,
    emoji: string,
    page?: { after?: string; limit?: number; burst?: boolean },
  ): Promise<APIUser[]>;
}

export interface MemberActions {
  fetch(guildId: string, userId: string): Promise<APIGuildMember>;
  /** In order of their ids, at most 1,000. Needs the intent GuildMembers, else rejects with `discord/members-intent`. */
  list(guildId: string, page?: { after?: string; limit?: number }): Promise<APIGuildMember[]>;
  /** Whose name or nickname begins with the text; at most 1,000. */
  search(guildId: string, beginning: string, limit?: number): Promise<APIGuildMember[]>;
  /** Null gives back the user's own name. Needs Manage Nicknames. */
  nickname(guildId: string, userId: string, nickname: string | null, why?: Reasoned): Promise<void>;
  /** Until a time (Unix ms, at most 28 days ahead), or no longer (null). Needs Moderate Members. */
  timeout(guildId: string, userId: string, untilMs: number | null, why?: Reasoned): Promise<void>;
  kick(guildId: string, userId: string, why?: Reasoned): Promise<void>;
  /** Deletes what they wrote in that many seconds before, at most 604,800. Needs Ban Members, as do the next three. */
  ban(guildId: string, userId: string, how?: Reasoned & { deleteMessageSeconds?: number }): Promise<void>;
  /** At most 200 at once. Needs Manage Server too. */
  bulkBan(
    guildId: string,
    userIds: readonly string[],
    how?: Reasoned & { deleteMessageSeconds?: number },
  ): Promise<{ banned: string[]; failed: string[] }>;
  unban(guildId: string, userId: string, why?: Reasoned): Promise<void>;
  bans(guildId: string, page?: { after?: string; limit?: number }): Promise<APIBan[]>;
  /** Needs Manage Roles, and a role of the bot above it. */
  addRole(guildId: string, userId: string, roleId: string, why?: Reasoned): Promise<void>;
  removeRole(guildId: string, userId: string, roleId: string, why?: Reasoned): Promise<void>;
  /** Of a member in a voice channel. Needs Move Members. */
  moveVoice(guildId: string, userId: string, channelId: string, why?: Reasoned): Promise<void>;
  disconnectVoice(guildId: string, userId: string, why?: Reasoned): Promise<void>;
}

/** All but `list` need Manage Roles, and a role of the bot above the one that is changed. */
export interface RoleActions {
  list(guildId: string): Promise<APIRole[]>;
  create(guildId: string, role: RESTPostAPIGuildRoleJSONBody, why?: Reasoned): Promise<APIRole>;
  edit(guildId: string, roleId: string, change: RESTPatchAPIGuildRoleJSONBody, why?: Reasoned): Promise<APIRole>;
  delete(guildId: string, roleId: string, why?: Reasoned): Promise<void>;
  /** Higher numbers are further up. */
  move(guildId: string, positions: readonly { id: string; position: number }[], why?: Reasoned): Promise<APIRole[]>;
}

/** All but `list` need Manage Channels; permissions need Manage Roles. */
export interface ChannelActions {
  list(guildId: string): Promise<APIChannel[]>;
  create(guildId: string, channel: RESTPostAPIGuildChannelJSONBody, why?: Reasoned): Promise<APIChannel>;
  edit(channelId: string, change: RESTPatchAPIChannelJSONBody, why?: Reasoned): Promise<APIChannel>;
  delete(channelId: string, why?: Reasoned): Promise<void>;
  setTopic(channelId: string, topic: string, why?: Reasoned): Promise<void>;
  /** Seconds between two messages of a member, at most 21,600; 0 lifts it. */
  setSlowMode(channelId: string, seconds: number, why?: Reasoned): Promise<void>;
  /** Bits that a role or member has or lacks there, whatever else they may do. */
  setPermissions(
    channelId: string,
    holder: { kind: 'role' | 'member'; id: string },
    bits: { allow?: bigint; deny?: bigint },
    why?: Reasoned,
  ): Promise<void>;
  removePermissions(channelId: string, holderId: string, why?: Reasoned): Promise<void>;
}

type ArchivedThreads = { threads: APIThreadChannel[]; hasMore: boolean };

/** Changing threads of others needs Manage Threads; changing the tags of a forum needs Manage Channels. */
export interface ThreadActions {
  /** A post with its first message in a forum or media channel. */
  createPost(
    forumId: string,
    post: { name: string; message: OutgoingMessage; tagIds?: readonly string[] } & Reasoned,
  ): Promise<APIThreadChannel>;
  /** A thread without a message that it hangs on. */
  create(
    channelId: string,
    thread: { name: string; kind: 'public' | 'private'; invitable?: boolean } & Reasoned,
  ): Promise<APIThreadChannel>;
  tags(forumId: string): Promise<APIGuildForumTag[]>;
  /** All of them: those left out are deleted; those without an id are new. */
  setTags(forumId: string, tags: readonly TagInput[], why?: Reasoned): Promise<APIGuildForumTag[]>;
  /** Of a post, at most 5. */
  applyTags(threadId: string, tagIds: readonly string[], why?: Reasoned): Promise<void>;
  setArchived(threadId: string, archived: boolean, why?: Reasoned): Promise<void>;
  setLocked(threadId: string, locked: boolean, why?: Reasoned): Promise<void>;
  addMember(threadId: string, userId: string): Promise<void>;
  removeMember(threadId: string, userId: string): Promise<void>;
  members(threadId: string): Promise<APIThreadMember[]>;
  /** Those of the server that the bot may see. */
  active(guildId: string): Promise<APIThreadChannel[]>;
  /** Latest first, at most 100; the next page is `before` the last one's `archive_timestamp`. */
  archived(
    channelId: string,
    page?: { kind?: 'public' | 'private'; before?: string; limit?: number },
  ): Promise<ArchivedThreads>;
}

export type TagInput = Partial<APIGuildForumTag> & Pick<APIGuildForumTag, 'name'>;
export type ForumPostBody = RESTPostAPIGuildForumThreadsJSONBody;
export type MessageSearch = RESTGetAPIGuildMessagesSearchQuery;

/** Messages beside writing them; `actions.message` and `actions.messages` fetch them. */
export interface MessagingActions {
  /** Needs Pin Messages, as does `unpin`. */
  pin(channelId: string, messageId: string, why?: Reasoned): Promise<void>;
  unpin(channelId: string, messageId: string, why?: Reasoned): Promise<void>;
  /** Latest pin first, at most 50; the next page is `before` the last one's `pinned_at`. */
  pins(
    channelId: string,
    page?: { before?: string; limit?: number },
  ): Promise<{ pins: APIMessagePin[]; hasMore: boolean }>;
  /**
   * Any number, in groups of 100. Discord deletes none older than 14 days this way: those stay and are named. Needs Manage
   * Messages.
   */
  deleteMany(
    channelId: string,
    messageIds: readonly string[],
    why?: Reasoned,
  ): Promise<{ deleted: string[]; tooOld: string[] }>;
  /** Of an announcement channel, to the channels that follow it. */
  crosspost(channelId: string, messageId: string): Promise<APIMessage>;
  /** `pending` where Discord has not indexed the server yet: ask again later. */
  search(guildId: string, query: MessageSearch): Promise<{ total: number; messages: APIMessage[]; pending: boolean }>;
  /** Of the bot's own poll, at once. */
  endPoll(channelId: string, messageId: string): Promise<APIMessage>;
  pollVoters(
    channelId: string,
    messageId: string,
    answerId: number,
    page?: { after?: string; limit?: number },
  ): Promise<APIUser[]>;
}

export interface GuildActions {
  /** How the bot shows itself in one server; null shows its own again. Pictures are data URLs. */
  ownProfile(
    guildId: string,
    profile: { nick?: string | null; avatar?: string | null; banner?: string | null; bio?: string | null },
    why?: Reasoned,
  ): Promise<void>;
  emojis(guildId: string): Promise<APIEmoji[]>;
  stickers(guildId: string): Promise<APISticker[]>;
  /** Needs Manage Server. */
  invites(guildId: string): Promise<APIExtendedInvite[]>;
  /** Needs Create Invite. */
  createInvite(
    channelId: string,
    invite?: RESTPostAPIChannelInviteJSONBody,
    why?: Reasoned,
  ): Promise<APIExtendedInvite>;
  deleteInvite(code: string, why?: Reasoned): Promise<APIInvite>;
}

/** All but reading need Create Events for own ones, and Manage Events for those of others. */
export interface ScheduledEventActions {
  list(guildId: string): Promise<APIGuildScheduledEvent[]>;
  create(
    guildId: string,
    event: RESTPostAPIGuildScheduledEventJSONBody,
    why?: Reasoned,
  ): Promise<APIGuildScheduledEvent>;
  edit(
    guildId: string,
    eventId: string,
    change: RESTPatchAPIGuildScheduledEventJSONBody,
    why?: Reasoned,
  ): Promise<APIGuildScheduledEvent>;
  delete(guildId: string, eventId: string): Promise<void>;
  /** Who is interested, in order of their ids; at most 100. */
  users(guildId: string, eventId: string, page?: { after?: string; limit?: number }): Promise<APIUser[]>;
}
