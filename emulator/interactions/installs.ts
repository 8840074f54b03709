import { ApplicationIntegrationType, InteractionContextType, PermissionFlagsBits } from 'discord-api-types/v10';
import type { APIApplicationCommand } from 'discord-api-types/v10';
import type { Core, StoredApplication, StoredChannel, StoredMessage } from '../contract.ts';
import { memberKey } from '../world.ts';

/** Where and by whom an application is used. */
export interface Place {
  userId: string;
  channel: StoredChannel | null;
  /** null in direct messages. */
  guildId: string | null;
}

/** Who let the application in, by the kind of installation; as interactions carry it. */
export type Owners = Readonly<Record<string, string>>;

const { GuildInstall, UserInstall } = ApplicationIntegrationType;

export function contextOf({ botUserId }: StoredApplication, { guildId, channel }: Place): InteractionContextType {
  if (guildId !== null) return InteractionContextType.Guild;
  return channel?.recipientIds.includes(botUserId) === true
    ? InteractionContextType.BotDM
    : InteractionContextType.PrivateChannel;
}

/**
 * The installations of the application that reach the place. Source: "Authorizing Integration Owners Object" in
 * Discord's documentation of interactions.
 */
export function ownersAt(core: Core, application: StoredApplication, place: Place): Owners {
  const owners: Record<string, string> = {};
  const context = contextOf(application, place);
  const { guildId, userId } = place;
  if (guildId !== null && core.world.members.get(memberKey(guildId, application.botUserId)) !== undefined) {
    owners[GuildInstall] = guildId;
  }
  if (context === InteractionContextType.BotDM) owners[GuildInstall] = '0';
  if (application.installedByUserIds?.includes(userId) === true) owners[UserInstall] = userId;
  return owners;
}

/**
 * Who let in the application whose message is pressed: for what a command brought, the user of the command. What has
 * been removed since counts no more.
 */
export function ownersOfMessage(
  core: Core,
  application: StoredApplication,
  message: StoredMessage,
  place: Place,
): Owners {
  const owners = message.interaction?.owners;
  if (owners === undefined) return ownersAt(core, application, place);
  const kept = Object.entries(owners).filter(([type, id]) => {
    if (Number(type) === Number(UserInstall)) return application.installedByUserIds?.includes(id) === true;
    return place.guildId === null || core.world.members.get(memberKey(id, application.botUserId)) !== undefined;
  });
  return Object.fromEntries(kept);
}

/** The installations that offer a command to a user there; none when it is not offered. */
export function ownersOfCommand(
  core: Core,
  application: StoredApplication,
  command: APIApplicationCommand,
  place: Place,
): Owners {
  const context = contextOf(application, place);
  const isMeantForIt = command.contexts
    ? command.contexts.includes(context)
    : place.guildId !== null || command.dm_permission !== false;
  if (!isMeantForIt || (place.guildId === null && command.guild_id !== undefined)) return {};
  const types: readonly number[] = command.integration_types ?? [GuildInstall];
  const kept = Object.entries(ownersAt(core, application, place)).filter(([type]) => {
    if (!types.includes(Number(type))) return false;
    if (Number(type) === Number(UserInstall)) return command.guild_id === undefined;
    return mayUseInGuild(core, command, place);
  });
  return Object.fromEntries(kept);
}

/** Source: "default_member_permissions" in Discord's documentation of application commands; for apps of the server. */
function mayUseInGuild(core: Core, command: APIApplicationCommand, { userId, guildId }: Place): boolean {
  const needed = command.default_member_permissions;
  if (guildId === null || needed === null) return true;
  const granted = core.permissions(userId, { guildId });
  if ((granted & PermissionFlagsBits.Administrator) !== 0n) return true;
  return needed !== '0' && (granted & BigInt(needed)) === BigInt(needed);
}

/** Only the user who presses or types has the application, not the server. */
export function isUserInstalledOnly(owners: Owners): boolean {
  return owners[UserInstall] !== undefined && owners[GuildInstall] === undefined;
}

/**
 * Whether others may see what the application answers. Source: USE_EXTERNAL_APPS in Discord's table of permissions, and
 * "Installation Context" in its application resource: such an app may no more than its user.
 */
export function mayAnswerPublicly(core: Core, owners: Owners, userId: string, channel: StoredChannel): boolean {
  if (channel.guildId === null || !isUserInstalledOnly(owners)) return true;
  const sending =
    channel.thread === null ? PermissionFlagsBits.SendMessages : PermissionFlagsBits.SendMessagesInThreads;
  const wanted = PermissionFlagsBits.UseExternalApps | sending;
  return (core.permissions(userId, { channelId: channel.id }) & wanted) === wanted;
}

/** What an application may do at a place that it was not invited to. Source: `app_permissions` of interactions. */
const visitorPermissions =
  PermissionFlagsBits.AttachFiles | PermissionFlagsBits.EmbedLinks | PermissionFlagsBits.MentionEveryone;

export function applicationPermissions(
  core: Core,
  { botUserId }: StoredApplication,
  owners: Owners,
  userId: string,
  channel: StoredChannel,
): bigint {
  const isVisitor = isUserInstalledOnly(owners) && !channel.recipientIds.includes(botUserId);
  if (!isVisitor) return core.permissions(botUserId, { channelId: channel.id });
  return core.permissions(userId, { channelId: channel.id }) & visitorPermissions;
}
