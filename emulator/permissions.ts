import { PermissionFlagsBits } from 'discord-api-types/v10';
import type { Clock, StoredChannel, StoredGuild, StoredMember, StoredOverwrite, World } from './contract.ts';
import { discordError } from './errors.ts';
import { memberKey } from './world.ts';

export const ALL_PERMISSIONS = Object.values(PermissionFlagsBits).reduce((all, bit) => all | bit, 0n);

/** What members may do without any role, as in a server freshly made in Discord's client. */
export const DEFAULT_EVERYONE_PERMISSIONS =
  PermissionFlagsBits.ViewChannel |
  PermissionFlagsBits.CreateInstantInvite |
  PermissionFlagsBits.ChangeNickname |
  PermissionFlagsBits.SendMessages |
  PermissionFlagsBits.SendMessagesInThreads |
  PermissionFlagsBits.CreatePublicThreads |
  PermissionFlagsBits.CreatePrivateThreads |
  PermissionFlagsBits.EmbedLinks |
  PermissionFlagsBits.AttachFiles |
  PermissionFlagsBits.AddReactions |
  PermissionFlagsBits.UseExternalEmojis |
  PermissionFlagsBits.UseExternalStickers |
  PermissionFlagsBits.MentionEveryone |
  PermissionFlagsBits.ReadMessageHistory |
  PermissionFlagsBits.SendVoiceMessages |
  PermissionFlagsBits.SendPolls |
  PermissionFlagsBits.UseApplicationCommands |
  PermissionFlagsBits.UseExternalApps |
  PermissionFlagsBits.Connect |
  PermissionFlagsBits.Speak |
  PermissionFlagsBits.Stream |
  PermissionFlagsBits.UseVAD |
  PermissionFlagsBits.RequestToSpeak;

const DM_PERMISSIONS =
  PermissionFlagsBits.ViewChannel |
  PermissionFlagsBits.SendMessages |
  PermissionFlagsBits.EmbedLinks |
  PermissionFlagsBits.AttachFiles |
  PermissionFlagsBits.AddReactions |
  PermissionFlagsBits.MentionEveryone |
  PermissionFlagsBits.UseExternalEmojis |
  PermissionFlagsBits.UseExternalStickers |
  PermissionFlagsBits.ReadMessageHistory |
  PermissionFlagsBits.UseApplicationCommands |
  PermissionFlagsBits.PinMessages;

/** Lost with the permission to write, even where a role grants them. */
const NEED_SENDING =
  PermissionFlagsBits.MentionEveryone |
  PermissionFlagsBits.SendTTSMessages |
  PermissionFlagsBits.AttachFiles |
  PermissionFlagsBits.EmbedLinks |
  PermissionFlagsBits.SendPolls |
  PermissionFlagsBits.SendVoiceMessages;

/** All that a member in time-out keeps. */
const TIMED_OUT_PERMISSIONS = PermissionFlagsBits.ViewChannel | PermissionFlagsBits.ReadMessageHistory;

const VOICE_CHANNEL_TYPES: readonly number[] = [2, 13];
const PRIVATE_THREAD_TYPE = 12;

const parsed = new Map<string, bigint>();

/** Permission strings repeat; parsing each once keeps the check of a whole audience cheap. */
function bits(text: string): bigint {
  let value = parsed.get(text);
  if (value === undefined) {
    value = BigInt(text);
    if (parsed.size < 10_000) parsed.set(text, value);
  }
  return value;
}

export type Place = { channelId: string } | { guildId: string };

/**
 * Effective permissions as Discord computes them: owner, administrator, everyone, roles, then the overwrites of
 * everyone, of all roles together and of the member, then what is lost implicitly. 0 for who is not there.
 * Source: Discord's documentation, Topics, Permissions (permission overwrites, implicit permissions, time-outs, threads).
 */
export function computePermissions(world: World, clock: Clock, userId: string, place: Place): bigint {
  if (!('channelId' in place)) {
    const guild = world.guilds.get(place.guildId);
    const member = world.members.get(memberKey(place.guildId, userId));
    return guild === undefined || member === undefined ? 0n : guildPermissions(world, clock, guild, member);
  }
  const channel = world.channels.get(place.channelId);
  if (channel === undefined) return 0n;
  if (channel.guildId === null) return channel.recipientIds.includes(userId) ? DM_PERMISSIONS : 0n;
  const guild = world.guilds.get(channel.guildId);
  const member = world.members.get(memberKey(channel.guildId, userId));
  if (guild === undefined || member === undefined) return 0n;
  const base = guildPermissions(world, clock, guild, member);
  if (base === ALL_PERMISSIONS) return base;
  if (channel.thread === null) return channelPermissions(channel, guild, member, base, clock);
  const parent = channel.parentId === null ? undefined : world.channels.get(channel.parentId);
  if (parent === undefined) return 0n;
  const inParent = channelPermissions(parent, guild, member, base, clock, true);
  const mayEnter =
    channel.type !== PRIVATE_THREAD_TYPE ||
    channel.thread.memberIds.includes(userId) ||
    (inParent & PermissionFlagsBits.ManageThreads) !== 0n;
  return mayEnter ? inParent : 0n;
}

function guildPermissions(world: World, clock: Clock, guild: StoredGuild, member: StoredMember): bigint {
  if (guild.ownerId === member.userId) return ALL_PERMISSIONS;
  let granted = bits(world.roles.get(guild.id)?.permissions ?? '0');
  for (const roleId of member.roleIds) granted |= bits(world.roles.get(roleId)?.permissions ?? '0');
  if ((granted & PermissionFlagsBits.Administrator) !== 0n) return ALL_PERMISSIONS;
  return isTimedOut(member, clock) ? granted & TIMED_OUT_PERMISSIONS : granted;
}

function channelPermissions(
  channel: StoredChannel,
  guild: StoredGuild,
  member: StoredMember,
  base: bigint,
  clock: Clock,
  isThread = false,
): bigint {
  let granted = applyOverwrites(base, channel.overwrites, guild.id, member);
  if ((granted & PermissionFlagsBits.ViewChannel) === 0n) return 0n;
  const sending = isThread ? PermissionFlagsBits.SendMessagesInThreads : PermissionFlagsBits.SendMessages;
  if ((granted & sending) === 0n) granted &= ~NEED_SENDING;
  if (VOICE_CHANNEL_TYPES.includes(channel.type) && (granted & PermissionFlagsBits.Connect) === 0n) {
    granted &= TIMED_OUT_PERMISSIONS;
  }
  return isTimedOut(member, clock) ? granted & TIMED_OUT_PERMISSIONS : granted;
}

function applyOverwrites(
  base: bigint,
  overwrites: readonly StoredOverwrite[],
  guildId: string,
  member: StoredMember,
): bigint {
  if (overwrites.length === 0) return base;
  let granted = base;
  let roleAllow = 0n;
  let roleDeny = 0n;
  let own: StoredOverwrite | undefined;
  for (const overwrite of overwrites) {
    if (overwrite.id === guildId) granted = (granted & ~bits(overwrite.deny)) | bits(overwrite.allow);
    else if (overwrite.type === 1 && overwrite.id === member.userId) own = overwrite;
    else if (overwrite.type === 0 && member.roleIds.includes(overwrite.id)) {
      roleAllow |= bits(overwrite.allow);
      roleDeny |= bits(overwrite.deny);
    }
  }
  granted = (granted & ~roleDeny) | roleAllow;
  return own === undefined ? granted : (granted & ~bits(own.deny)) | bits(own.allow);
}

function isTimedOut(member: StoredMember, clock: Clock): boolean {
  return member.timedOutUntil !== null && Date.parse(member.timedOutUntil) > clock.now();
}

export function hasPermission(granted: bigint, wanted: bigint): boolean {
  return (granted & wanted) === wanted;
}

/** The place of a member in the order of roles; the owner stands above all. */
export function rank(world: World, guild: StoredGuild, userId: string): number {
  if (guild.ownerId === userId) return Number.POSITIVE_INFINITY;
  const member = world.members.get(memberKey(guild.id, userId));
  if (member === undefined) return -1;
  return Math.max(0, ...member.roleIds.map((roleId) => world.roles.get(roleId)?.position ?? 0));
}

/** Throws 50013 unless `actorId` stands above `targetId`: nobody acts on equals or betters. */
export function requireAbove(world: World, guild: StoredGuild, actorId: string, targetId: string): void {
  if (rank(world, guild, actorId) <= rank(world, guild, targetId)) throw discordError('missingPermissions');
}
