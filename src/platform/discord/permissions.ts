import { ChannelType, PermissionFlagsBits as Bits } from 'discord-api-types/v10';
import type { CachedChannel, CachedGuild } from './port.ts';

export const ALL_PERMISSIONS = Object.values(Bits).reduce((all, bit) => all | bit, 0n);

/** What the bot may do in a DM. */
export const DM_PERMISSIONS =
  Bits.ViewChannel |
  Bits.SendMessages |
  Bits.EmbedLinks |
  Bits.AttachFiles |
  Bits.ReadMessageHistory |
  Bits.AddReactions |
  Bits.UseExternalEmojis |
  Bits.UseExternalStickers;

/** What the bot may do where it is no member, by answering an interaction. */
export const VISIT_PERMISSIONS = Bits.ViewChannel | Bits.SendMessages | Bits.EmbedLinks | Bits.AttachFiles;

/** What the bot always uses. */
const USED_PERMISSIONS =
  Bits.ViewChannel |
  Bits.SendMessages |
  Bits.SendMessagesInThreads |
  Bits.CreatePublicThreads |
  Bits.EmbedLinks |
  Bits.AttachFiles |
  Bits.ReadMessageHistory |
  Bits.AddReactions;

/** What the bot asks for when it is added to a server: all that it uses, and no more. `speaks`: also as somebody else. */
export const invitePermissions = ({ speaks }: { speaks: boolean }): bigint =>
  speaks ? USED_PERMISSIONS | Bits.ManageWebhooks : USED_PERMISSIONS;

/** What remains to a member who is timed out. */
const MUTED_PERMISSIONS = Bits.ViewChannel | Bits.ReadMessageHistory;

const THREADS: readonly number[] = [
  ChannelType.AnnouncementThread,
  ChannelType.PublicThread,
  ChannelType.PrivateThread,
];

export const isThreadType = (channelType: number): boolean => THREADS.includes(channelType);

export const isThread = (channel: Pick<CachedChannel, 'type'>): boolean => isThreadType(channel.type);

export interface Holder {
  userId: string;
  roleIds: readonly string[];
  muted?: boolean;
}

/**
 * A member's effective permission bits in a channel (for a thread: in its parent), as Discord computes them: roles add
 * up; the overwrites of everyone, then of all roles together, then of the member, each deny before they allow. The
 * owner and administrators may do everything; who cannot see a channel can do nothing in it.
 * https://discord.com/developers/docs/topics/permissions#permission-overwrites
 */
export function effectivePermissions(
  guild: Pick<CachedGuild, 'id' | 'ownerId' | 'roles'>,
  overwrites: CachedChannel['overwrites'],
  holder: Holder,
): bigint {
  if (holder.userId === guild.ownerId) return ALL_PERMISSIONS;
  let bits = guild.roles.get(guild.id)?.permissions ?? 0n;
  for (const roleId of holder.roleIds) bits |= guild.roles.get(roleId)?.permissions ?? 0n;
  if (bits & Bits.Administrator) return ALL_PERMISSIONS;
  const everyone = overwrites.find(({ id }) => id === guild.id);
  if (everyone) bits = (bits & ~everyone.deny) | everyone.allow;
  let allow = 0n;
  let deny = 0n;
  for (const overwrite of overwrites) {
    if (overwrite.type !== 0 || overwrite.id === guild.id || !holder.roleIds.includes(overwrite.id)) continue;
    allow |= overwrite.allow;
    deny |= overwrite.deny;
  }
  bits = (bits & ~deny) | allow;
  const own = overwrites.find(({ id, type }) => type === 1 && id === holder.userId);
  if (own) bits = (bits & ~own.deny) | own.allow;
  if (holder.muted) bits &= MUTED_PERMISSIONS;
  return bits & Bits.ViewChannel ? bits : 0n;
}
