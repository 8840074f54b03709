import { ChannelType, PermissionFlagsBits } from 'discord-api-types/v10';
import type { Caller, Core, StoredChannel, StoredGuild, StoredMessage } from '../contract.ts';
import { discordError } from '../errors.ts';
import { hasPermission } from '../permissions.ts';
import { memberKey } from '../world.ts';

/** The channel, if the caller may see it: 10003 when there is none, 50001 when it is hidden. */
export function visibleChannel(core: Core, caller: Caller, channelId: string | undefined): StoredChannel {
  const channel = channelId === undefined ? undefined : core.world.channels.get(channelId);
  if (channel === undefined) throw discordError('unknownChannel');
  if (!may(core, caller, channel, PermissionFlagsBits.ViewChannel)) throw discordError('missingAccess');
  return channel;
}

/** The same, of a guild: 50024 for DMs. */
export function visibleGuildChannel(
  core: Core,
  caller: Caller,
  channelId: string | undefined,
): { channel: StoredChannel; guild: StoredGuild } {
  const channel = visibleChannel(core, caller, channelId);
  const guild = channel.guildId === null ? undefined : core.world.guilds.get(channel.guildId);
  if (guild === undefined) throw discordError('wrongChannelType');
  return { channel, guild };
}

/** The guild, if the caller is in it: 10004 when there is none, 50001 when the caller is not in it. */
export function joinedGuild(core: Core, caller: Caller, guildId: string | undefined): StoredGuild {
  const guild = guildId === undefined ? undefined : core.world.guilds.get(guildId);
  if (guild === undefined) throw discordError('unknownGuild');
  if (core.world.members.get(memberKey(guild.id, caller.user.id)) === undefined) throw discordError('missingAccess');
  return guild;
}

/** A message of this channel; ephemeral ones exist only for their interaction. */
export function messageIn(core: Core, channel: StoredChannel, messageId: string | undefined): StoredMessage {
  const message = messageId === undefined ? undefined : core.world.messages.get(messageId);
  if (message === undefined || message.channelId !== channel.id || message.ephemeralTo !== null) {
    throw discordError('unknownMessage');
  }
  return message;
}

export function may(core: Core, caller: Caller, channel: StoredChannel, wanted: bigint): boolean {
  return hasPermission(core.permissions(caller.user.id, { channelId: channel.id }), wanted);
}

/** Throws 50013 unless the caller has every wanted permission in the channel. */
export function requireIn(core: Core, caller: Caller, channel: StoredChannel, wanted: bigint): void {
  if (!may(core, caller, channel, wanted)) throw discordError('missingPermissions');
}

/** Throws 50013 unless the caller has every wanted permission in the guild. */
export function requireInGuild(core: Core, caller: Caller, guild: StoredGuild, wanted: bigint): void {
  if (!hasPermission(core.permissions(caller.user.id, { guildId: guild.id }), wanted)) {
    throw discordError('missingPermissions');
  }
}

const WITHOUT_MESSAGES: readonly number[] = [
  ChannelType.GuildCategory,
  ChannelType.GuildForum,
  ChannelType.GuildMedia,
  ChannelType.GuildDirectory,
];

export function requireTextChannel(channel: StoredChannel): void {
  if (WITHOUT_MESSAGES.includes(channel.type)) throw discordError('nonTextChannel');
}

/** What a request to write brings, as far as permissions depend on it. */
export interface Draft {
  files: readonly unknown[];
  embeds?: readonly unknown[] | null | undefined;
  isReply: boolean;
}

/** Throws unless the caller may write this here, for the reason that Discord would name. */
export function requireMayWrite(core: Core, caller: Caller, channel: StoredChannel, draft: Draft): void {
  requireTextChannel(channel);
  if (channel.guildId === null) {
    requireReachable(core, caller, channel);
    return;
  }
  const { thread } = channel;
  const granted = core.permissions(caller.user.id, { channelId: channel.id });
  const sending = thread === null ? PermissionFlagsBits.SendMessages : PermissionFlagsBits.SendMessagesInThreads;
  let wanted = sending;
  if (draft.files.length > 0) wanted |= PermissionFlagsBits.AttachFiles;
  if (draft.embeds != null && draft.embeds.length > 0 && caller.kind === 'bot')
    wanted |= PermissionFlagsBits.EmbedLinks;
  if (!hasPermission(granted, wanted)) throw discordError('missingPermissions');
  if (draft.isReply && !hasPermission(granted, PermissionFlagsBits.ReadMessageHistory)) {
    throw discordError('replyNeedsHistory');
  }
  if (thread?.locked === true && !hasPermission(granted, PermissionFlagsBits.ManageThreads)) {
    throw discordError(thread.archived ? 'archivedThread' : 'threadLocked');
  }
}

/** A bot reaches those whom it shares a server with; bots never write to each other. */
function requireReachable(core: Core, caller: Caller, channel: StoredChannel): void {
  const otherId = channel.recipientIds.find((userId) => userId !== caller.user.id);
  const other = otherId === undefined ? undefined : core.world.users.get(otherId);
  if (other === undefined) throw discordError('cannotMessageUser');
  const isShared = core.world
    .guildsOf(caller.user.id)
    .some((guild) => core.world.members.get(memberKey(guild.id, other.id)) !== undefined);
  if (!isShared || (caller.user.bot && other.bot)) throw discordError('cannotMessageUser');
}
