import type { ClientState } from './client-state.ts';
import { type Channel, ChannelKind, type Guild, type Member, type Role, type User } from './model.ts';
import { allows, channelPermissions, guildPermissions, Permission } from './permissions.ts';
import { compareSnowflakes, isNewer } from './snowflake.ts';

const everything = (1n << 53n) - 1n;

/** The name to show for a user: nickname, display name, user name. */
export function displayName(state: ClientState, userId: string, guildId: string | null): string {
  const nick = guildId === null ? null : state.members[guildId]?.[userId]?.nick;
  const user = state.users[userId];
  return nick ?? user?.global_name ?? user?.username ?? 'someone';
}

/** The other person of a DM. */
export function directPartner(state: ClientState, channel: Channel): User | null {
  const id = channel.recipientIds.find((recipient) => recipient !== state.selfId);
  return id === undefined ? null : (state.users[id] ?? null);
}

export function channelTitle(state: ClientState, channel: Channel): string {
  if (channel.kind !== ChannelKind.dm) return channel.name === '' ? 'unnamed' : channel.name;
  const partner = directPartner(state, channel);
  return partner === null ? 'Direct message' : displayName(state, partner.id, null);
}

/** What this person may do in a channel; in DMs everything. */
export function ownPermissions(state: ClientState, channel: Channel): bigint {
  if (channel.guildId === null) return everything;
  const guild = state.guilds[channel.guildId];
  const member = state.members[channel.guildId]?.[state.selfId ?? ''];
  if (guild === undefined || member === undefined) return everything;
  const parent = channel.parentId === null ? null : (state.channels[channel.parentId] ?? null);
  return channelPermissions(guild, member, channel, parent);
}

/** What this person may do in the guild, from the roles alone. */
export function ownGuildPermissions(state: ClientState, guildId: string): bigint {
  const guild = state.guilds[guildId];
  const member = state.members[guildId]?.[state.selfId ?? ''];
  return guild === undefined || member === undefined ? 0n : guildPermissions(guild, member);
}

/** Whether this person may run commands in a channel at all: as its permissions say, or in direct messages with a bot. */
export function mayRunCommands(state: ClientState, channelId: string): boolean {
  const channel = state.channels[channelId];
  if (channel === undefined) return false;
  if (channel.guildId === null) return directPartner(state, channel)?.bot === true;
  return allows(ownPermissions(state, channel), Permission.useApplicationCommands);
}

export interface ChannelGroup {
  readonly category: Channel | null;
  readonly channels: readonly { readonly channel: Channel; readonly threads: readonly Channel[] }[];
}

/**
 * The guild's visible channels below their categories, with the open threads of each. Of a forum's posts, which may be
 * many, it has those that this person follows or has open (`openId`).
 */
export function channelTree(
  state: ClientState,
  guildId: string,
  openId: string | null = null,
): readonly ChannelGroup[] {
  const all = Object.values(state.channels).filter((channel) => channel.guildId === guildId);
  const byPlace = (a: Channel, b: Channel): number => a.position - b.position || compareSnowflakes(a.id, b.id);
  const visible = all
    .filter((channel) => channel.thread === null && channel.kind !== ChannelKind.category)
    .filter((channel) => allows(ownPermissions(state, channel), Permission.viewChannel))
    .sort(byPlace);
  const threads = all.filter((channel) => channel.thread !== null && !channel.thread.archived);
  const categories = all.filter((channel) => channel.kind === ChannelKind.category).sort(byPlace);
  return [null, ...categories].flatMap((category) => {
    const inside = visible.filter((channel) => channel.parentId === (category?.id ?? null));
    if (inside.length === 0) return [];
    const channels = inside.map((channel) => ({
      channel,
      threads: threads
        .filter((thread) => thread.parentId === channel.id)
        .filter((thread) => channel.forum === null || thread.thread?.joined === true || thread.id === openId)
        .sort((a, b) => compareSnowflakes(a.id, b.id)),
    }));
    return [{ category, channels }];
  });
}

/** DMs, the most recently used first. */
export function directChannels(state: ClientState): readonly Channel[] {
  return Object.values(state.channels)
    .filter((channel) => channel.kind === ChannelKind.dm || channel.kind === ChannelKind.groupDm)
    .sort((a, b) => compareSnowflakes(b.lastMessageId ?? b.id, a.lastMessageId ?? a.id));
}

export function isUnread(state: ClientState, channel: Channel): boolean {
  return isNewer(channel.lastMessageId, state.lastRead[channel.id] ?? channel.id);
}

export interface MemberGroup {
  readonly title: string;
  readonly members: readonly Member[];
}

/** Members below their highest role that is shown apart, then those online, then those away. */
export function memberGroups(state: ClientState, guildId: string): readonly MemberGroup[] {
  const guild = state.guilds[guildId];
  if (guild === undefined) return [];
  const groups = new Map<string, { order: number; members: Member[] }>();
  for (const member of Object.values(state.members[guildId] ?? {})) {
    const place = memberPlace(state, guild, member);
    const group = groups.get(place.title) ?? { order: place.order, members: [] };
    group.members.push(member);
    groups.set(place.title, group);
  }
  const name = (member: Member): string => displayName(state, member.userId, guildId);
  return [...groups]
    .sort(([, a], [, b]) => b.order - a.order)
    .map(([title, { members }]) => ({ title, members: members.sort((a, b) => name(a).localeCompare(name(b))) }));
}

function memberPlace(state: ClientState, guild: Guild, member: Member): { title: string; order: number } {
  if (state.presences[member.userId] === 'offline') return { title: 'Away', order: -2 };
  if (state.presences[member.userId] === undefined) return { title: 'Away', order: -2 };
  const hoisted = rolesOf(guild, member).find((role) => role.hoist);
  return hoisted === undefined ? { title: 'Here', order: -1 } : { title: hoisted.name, order: hoisted.position };
}

/** The member's roles, the highest first. */
export function rolesOf(guild: Guild, member: Member): readonly Role[] {
  return member.roles.flatMap((id) => guild.roles[id] ?? []).sort((a, b) => b.position - a.position);
}

/** The colour of the member's highest coloured role as CSS, or null. */
export function memberColor(state: ClientState, guildId: string | null, userId: string): string | null {
  const guild = state.guilds[guildId ?? ''];
  const member = state.members[guildId ?? '']?.[userId];
  if (guild === undefined || member === undefined) return null;
  const color = rolesOf(guild, member).find((role) => role.color !== 0)?.color;
  return color === undefined ? null : `#${color.toString(16).padStart(6, '0')}`;
}
