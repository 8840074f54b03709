import type { APIEmoji, APIRole, APISticker, APIUser } from 'discord-api-types/v10';
import { type ClientState, withEntry, withoutEntry } from './client-state.ts';
import type { Channel, Guild, Member } from './model.ts';
import { byId, type RawChannel, type RawMember, toChannel, toMember } from './normalize.ts';
import { rememberUsers } from './reduce-users.ts';
import { isNewer } from './snowflake.ts';

interface RawPresence {
  readonly user: { readonly id: string };
  readonly status?: string;
  readonly activities?: readonly RawActivity[];
}

interface RawActivity {
  readonly type: number;
  readonly name?: string;
  readonly state?: string | null;
}

interface ReadyData {
  readonly user: APIUser;
  readonly session_id: string;
  readonly guilds: readonly { readonly id: string }[];
  readonly private_channels?: readonly RawChannel[];
}

interface GuildCreateData {
  readonly id: string;
  readonly name: string;
  readonly owner_id: string;
  readonly roles: readonly APIRole[];
  readonly emojis?: readonly APIEmoji[];
  readonly stickers?: readonly APISticker[];
  readonly channels?: readonly RawChannel[];
  readonly threads?: readonly RawChannel[];
  readonly members?: readonly RawMember[];
  readonly presences?: readonly RawPresence[];
  readonly unavailable?: boolean;
}

/** A new session: what was missed is unknown, so every window asks for a fresh load; lost guilds go. */
function ready(state: ClientState, data: ReadyData): ClientState {
  const guildIds = new Set(data.guilds.map((guild) => guild.id));
  const kept = Object.entries(state.windows).map(([id, window]) => [id, { ...window, stale: true }] as const);
  const next = rememberUsers(state, [data.user]);
  return (data.private_channels ?? []).reduce(channelUpsert, {
    ...next,
    selfId: data.user.id,
    sessionId: data.session_id,
    connection: { phase: 'ready' },
    guilds: Object.fromEntries(Object.entries(state.guilds).filter(([id]) => guildIds.has(id))),
    windows: Object.fromEntries(kept),
    presences: { ...state.presences, [data.user.id]: 'online' },
  });
}

function guildCreate(state: ClientState, data: GuildCreateData): ClientState {
  if (data.unavailable === true) return state;
  const members = (data.members ?? []).filter((member) => member.user !== undefined);
  const next = rememberUsers(
    state,
    members.flatMap((member) => member.user ?? []),
  );
  const raw = [...(data.channels ?? []), ...(data.threads ?? [])];
  const channels = raw.map((channel) => toChannel(channel, data.id));
  const others = Object.values(next.channels).filter((channel) => channel.guildId !== data.id);
  return {
    ...next,
    guilds: withEntry(next.guilds, data.id, toGuild(data)),
    channels: byId([...others, ...channels]),
    members: withEntry(next.members, data.id, {
      ...next.members[data.id],
      ...toMembers(members, data.id),
    }),
    presences: withPresences(next.presences, data.presences ?? []),
    statusTexts: withStatusTexts(next.statusTexts, data.presences ?? []),
    lastRead: { ...firstReadMarks(channels), ...next.lastRead },
  };
}

/** Where nothing was ever read, what was there before counts as read: a first visit is not a heap of unread marks. */
function firstReadMarks(channels: readonly Channel[]): Record<string, string> {
  return Object.fromEntries(channels.map((channel) => [channel.id, channel.lastMessageId ?? '0']));
}

function toGuild(data: GuildCreateData): Guild {
  return {
    id: data.id,
    name: data.name,
    ownerId: data.owner_id,
    roles: byId(data.roles),
    emojis: data.emojis ?? [],
    stickers: data.stickers ?? [],
  };
}

function toMembers(members: readonly RawMember[], guildId: string): Record<string, Member> {
  return Object.fromEntries(
    members.flatMap((member) =>
      member.user === undefined ? [] : [[member.user.id, toMember(member, guildId, member.user.id)]],
    ),
  );
}

function withPresences(
  known: Readonly<Record<string, string>>,
  presences: readonly RawPresence[],
): Readonly<Record<string, string>> {
  const news = presences.map((presence) => [presence.user.id, presence.status ?? 'online'] as const);
  return news.length === 0 ? known : { ...known, ...Object.fromEntries(news) };
}

/** The type of an activity that is a status in the person's own words. */
const customStatus = 4;

function withStatusTexts(
  known: Readonly<Record<string, string>>,
  presences: readonly RawPresence[],
): Readonly<Record<string, string>> {
  return presences.reduce((texts, { user, activities }) => {
    const text = activities?.find((activity) => activity.type === customStatus)?.state ?? '';
    return text === '' ? withoutEntry(texts, user.id) : withEntry(texts, user.id, text);
  }, known);
}

/** The channel, thread or DM as the payload tells it; what the payload leaves out stays as it was known. */
export function channelUpsert(state: ClientState, raw: RawChannel): ClientState {
  const next = rememberUsers(state, raw.recipients ?? []);
  const known = next.channels[raw.id];
  const channel = toChannel(raw, known?.guildId ?? null);
  const merged = known === undefined ? channel : withKnown(channel, raw, known);
  const lastMessageId = newest(merged.lastMessageId, known?.lastMessageId ?? null);
  const changed = {
    ...next,
    channels: withEntry(next.channels, raw.id, { ...merged, lastMessageId }),
    lastRead: { ...firstReadMark(next, merged), ...next.lastRead },
  };
  return known === undefined ? postAdded(changed, merged) : changed;
}

/** The youngest post is what is unread of a forum, except one's own. */
function postAdded(state: ClientState, post: Channel): ClientState {
  const forum = post.parentId === null ? undefined : state.channels[post.parentId];
  if (forum?.forum == null || !isNewer(post.id, forum.lastMessageId)) return state;
  const channels = withEntry(state.channels, forum.id, { ...forum, lastMessageId: post.id });
  const isOwn = post.thread?.ownerId === state.selfId;
  return { ...state, channels, lastRead: isOwn ? withEntry(state.lastRead, forum.id, post.id) : state.lastRead };
}

/** Fills in what updates of a channel leave out although it did not change. */
function withKnown(channel: Channel, raw: RawChannel, known: Channel): Channel {
  const recipientIds = raw.recipients === undefined ? known.recipientIds : channel.recipientIds;
  const joined = channel.thread !== null && (channel.thread.joined || known.thread?.joined === true);
  return { ...channel, recipientIds, thread: channel.thread === null ? null : { ...channel.thread, joined } };
}

/** A DM that began while this person was away is unread; on a first visit nothing is. */
function firstReadMark(state: ClientState, channel: Channel): Record<string, string> {
  const isDirect = channel.guildId === null;
  return isDirect && state.returning ? { [channel.id]: '0' } : firstReadMarks([channel]);
}

/** This person follows the thread now. */
function threadJoined(state: ClientState, data: { id: string; user_id?: string }): ClientState {
  const channel = state.channels[data.id];
  if (channel?.thread == null || (data.user_id !== undefined && data.user_id !== state.selfId)) return state;
  const thread = { ...channel.thread, joined: true };
  return { ...state, channels: withEntry(state.channels, channel.id, { ...channel, thread }) };
}

function newest(a: string | null, b: string | null): string | null {
  return isNewer(b, a) ? b : a;
}

function channelDelete(state: ClientState, data: { id: string }): ClientState {
  const gone = Object.values(state.channels).filter(
    (channel) => channel.id === data.id || isThreadOf(channel, data.id),
  );
  return gone.reduce(
    (next, channel) => ({
      ...next,
      channels: withoutEntry(next.channels, channel.id),
      windows: withoutEntry(next.windows, channel.id),
      starters: withoutEntry(next.starters, channel.id),
      mentionCounts: withoutEntry(next.mentionCounts, channel.id),
    }),
    state,
  );
}

function isThreadOf(channel: Channel, parentId: string): boolean {
  return channel.thread !== null && channel.parentId === parentId;
}

function memberUpsert(state: ClientState, data: RawMember & { guild_id: string }): ClientState {
  if (data.user === undefined) return state;
  const next = rememberUsers(state, [data.user]);
  const members = withEntry(
    next.members[data.guild_id] ?? {},
    data.user.id,
    toMember(data, data.guild_id, data.user.id),
  );
  return { ...next, members: withEntry(next.members, data.guild_id, members) };
}

function memberRemove(state: ClientState, data: { guild_id: string; user: APIUser }): ClientState {
  const members = withoutEntry(state.members[data.guild_id] ?? {}, data.user.id);
  return { ...state, members: withEntry(state.members, data.guild_id, members) };
}

function membersChunk(
  state: ClientState,
  data: { guild_id: string; members: readonly RawMember[]; presences?: readonly RawPresence[] },
): ClientState {
  const next = rememberUsers(
    state,
    data.members.flatMap((member) => member.user ?? []),
  );
  const members = { ...next.members[data.guild_id], ...toMembers(data.members, data.guild_id) };
  return {
    ...next,
    members: withEntry(next.members, data.guild_id, members),
    presences: withPresences(next.presences, data.presences ?? []),
    statusTexts: withStatusTexts(next.statusTexts, data.presences ?? []),
  };
}

function changeGuild(state: ClientState, guildId: string, change: (guild: Guild) => Guild): ClientState {
  const guild = state.guilds[guildId];
  return guild === undefined ? state : { ...state, guilds: withEntry(state.guilds, guildId, change(guild)) };
}

const roleUpsert = (state: ClientState, data: { guild_id: string; role: APIRole }): ClientState =>
  changeGuild(state, data.guild_id, (guild) => ({ ...guild, roles: withEntry(guild.roles, data.role.id, data.role) }));

/** Dispatches about guilds, channels, threads, members and presence. */
export const guildHandlers = {
  READY: ready,
  RESUMED: (state: ClientState): ClientState => ({ ...state, connection: { phase: 'ready' } }),
  GUILD_CREATE: guildCreate,
  GUILD_UPDATE: (state: ClientState, data: GuildCreateData) =>
    changeGuild(state, data.id, (guild) => ({ ...guild, name: data.name, ownerId: data.owner_id })),
  GUILD_DELETE: (state: ClientState, data: { id: string; unavailable?: boolean }): ClientState =>
    data.unavailable === true ? state : { ...state, guilds: withoutEntry(state.guilds, data.id) },
  GUILD_ROLE_CREATE: roleUpsert,
  GUILD_ROLE_UPDATE: roleUpsert,
  GUILD_ROLE_DELETE: (state: ClientState, data: { guild_id: string; role_id: string }) =>
    changeGuild(state, data.guild_id, (guild) => ({ ...guild, roles: withoutEntry(guild.roles, data.role_id) })),
  GUILD_EMOJIS_UPDATE: (state: ClientState, data: { guild_id: string; emojis: readonly APIEmoji[] }) =>
    changeGuild(state, data.guild_id, (guild) => ({ ...guild, emojis: data.emojis })),
  GUILD_STICKERS_UPDATE: (state: ClientState, data: { guild_id: string; stickers: readonly APISticker[] }) =>
    changeGuild(state, data.guild_id, (guild) => ({ ...guild, stickers: data.stickers })),
  GUILD_MEMBER_ADD: memberUpsert,
  GUILD_MEMBER_UPDATE: memberUpsert,
  GUILD_MEMBER_REMOVE: memberRemove,
  GUILD_MEMBERS_CHUNK: membersChunk,
  CHANNEL_CREATE: channelUpsert,
  CHANNEL_UPDATE: channelUpsert,
  CHANNEL_DELETE: channelDelete,
  THREAD_CREATE: channelUpsert,
  THREAD_UPDATE: channelUpsert,
  THREAD_DELETE: channelDelete,
  THREAD_MEMBER_UPDATE: threadJoined,
  THREAD_LIST_SYNC: (state: ClientState, data: { threads: readonly RawChannel[] }) =>
    data.threads.reduce(channelUpsert, state),
  USER_UPDATE: (state: ClientState, user: APIUser) => rememberUsers(state, [user]),
  PRESENCE_UPDATE: (state: ClientState, data: RawPresence): ClientState => ({
    ...state,
    presences: withPresences(state.presences, [data]),
    statusTexts: withStatusTexts(state.statusTexts, [data]),
  }),
};
