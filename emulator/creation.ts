import { ChannelType, PermissionFlagsBits } from 'discord-api-types/v10';
import type {
  Clock,
  StoredApplication,
  StoredChannel,
  StoredGuild,
  StoredMember,
  StoredOverwrite,
  StoredRole,
  StoredUser,
  World,
} from './contract.ts';
import { DEFAULT_EVERYONE_PERMISSIONS } from './permissions.ts';
import { createToken } from './tokens.ts';
import { memberKey } from './world.ts';

/** Making things with Discord's defaults, for the seed, the control interface and REST alike. Nothing is announced here. */

/** What a bot gets when it is invited with a sensible link. */
export const BOT_PERMISSIONS =
  PermissionFlagsBits.ViewChannel |
  PermissionFlagsBits.SendMessages |
  PermissionFlagsBits.SendMessagesInThreads |
  PermissionFlagsBits.CreatePublicThreads |
  PermissionFlagsBits.CreatePrivateThreads |
  PermissionFlagsBits.ManageThreads |
  PermissionFlagsBits.ManageMessages |
  PermissionFlagsBits.PinMessages |
  PermissionFlagsBits.ManageWebhooks |
  PermissionFlagsBits.ManageRoles |
  PermissionFlagsBits.EmbedLinks |
  PermissionFlagsBits.AttachFiles |
  PermissionFlagsBits.AddReactions |
  PermissionFlagsBits.UseExternalEmojis |
  PermissionFlagsBits.ReadMessageHistory |
  PermissionFlagsBits.UseApplicationCommands |
  PermissionFlagsBits.Connect |
  PermissionFlagsBits.Speak;

export function createUser(world: World, username: string, applicationId: string | null = null): StoredUser {
  const id = applicationId ?? world.snowflake();
  const user: StoredUser = {
    id,
    username,
    globalName: null,
    avatar: null,
    bot: applicationId !== null,
    token: createToken(id),
    applicationId,
  };
  world.users.set(id, user);
  return user;
}

/** An application with its bot; both have the same id, as all of Discord's newer ones. */
export function createApplication(
  world: World,
  name: string,
  ownerId: string,
  privilegedIntents: StoredApplication['privilegedIntents'],
): { application: StoredApplication; bot: StoredUser } {
  const id = world.snowflake();
  const application: StoredApplication = { id, name, botUserId: id, ownerId, privilegedIntents };
  world.applications.set(id, application);
  return { application, bot: createUser(world, name, id) };
}

export function createGuild(world: World, clock: Clock, name: string, ownerId: string): StoredGuild {
  const guild: StoredGuild = { id: world.snowflake(), name, icon: null, ownerId, systemChannelId: null };
  world.guilds.set(guild.id, guild);
  const everyone = { ...newRole(guild.id, guild.id, '@everyone'), permissions: String(DEFAULT_EVERYONE_PERMISSIONS) };
  world.roles.set(guild.id, everyone);
  addMember(world, clock, guild.id, ownerId);
  return guild;
}

function newRole(id: string, guildId: string, name: string): StoredRole {
  return {
    id,
    guildId,
    name,
    color: 0,
    hoist: false,
    position: 0,
    permissions: '0',
    managed: false,
    mentionable: false,
  };
}

/** A role just above everyone; the roles above it move up. */
export function createRole(world: World, guildId: string, fields: Partial<StoredRole> & { name: string }): StoredRole {
  for (const role of world.rolesOf(guildId)) {
    if (role.position >= 1) world.roles.set(role.id, { ...role, position: role.position + 1 });
  }
  const role = { ...newRole(world.snowflake(), guildId, fields.name), position: 1, ...fields };
  world.roles.set(role.id, role);
  return role;
}

export function addMember(
  world: World,
  clock: Clock,
  guildId: string,
  userId: string,
  roleIds: string[] = [],
): StoredMember {
  const member: StoredMember = {
    guildId,
    userId,
    nick: null,
    roleIds,
    joinedAt: new Date(clock.now()).toISOString(),
    timedOutUntil: null,
  };
  world.members.set(memberKey(guildId, userId), member);
  return member;
}

/** A bot joins with a role of its own that nobody else can have. */
export function addBot(
  world: World,
  clock: Clock,
  guildId: string,
  bot: StoredUser,
  permissions: bigint,
): StoredMember {
  const role = createRole(world, guildId, { name: bot.username, managed: true, permissions: String(permissions) });
  return addMember(world, clock, guildId, bot.id, [role.id]);
}

interface ChannelFields extends Pick<StoredChannel, 'flags' | 'voice' | 'threadDefaults' | 'forum'> {
  name: string;
  type?: number;
  parentId?: string | null;
  topic?: string | null;
  nsfw?: boolean;
  rateLimitPerUser?: number;
  overwrites?: StoredOverwrite[];
  position?: number;
}

/** A channel below the others of its kind. */
export function createChannel(world: World, guildId: string, fields: ChannelFields): StoredChannel {
  const type = fields.type ?? ChannelType.GuildText;
  const siblings = world.channelsOf(guildId).filter((channel) => channel.thread === null);
  const channel: StoredChannel = {
    id: world.snowflake(),
    type,
    guildId,
    name: fields.name,
    topic: fields.topic ?? null,
    position: fields.position ?? Math.max(-1, ...siblings.map((sibling) => sibling.position)) + 1,
    parentId: fields.parentId ?? null,
    nsfw: fields.nsfw ?? false,
    rateLimitPerUser: fields.rateLimitPerUser ?? 0,
    overwrites: fields.overwrites ?? [],
    lastMessageId: null,
    lastPinTimestamp: null,
    recipientIds: [],
    thread: null,
    ...(fields.flags === undefined ? {} : { flags: fields.flags }),
    ...(fields.voice === undefined ? {} : { voice: fields.voice }),
    ...(fields.threadDefaults === undefined ? {} : { threadDefaults: fields.threadDefaults }),
    ...(fields.forum === undefined ? {} : { forum: fields.forum }),
  };
  world.channels.set(channel.id, channel);
  return channel;
}

/** The DM of two users; the same one every time. */
export function directMessageOf(
  world: World,
  userId: string,
  otherId: string,
): { channel: StoredChannel; isNew: boolean } {
  const known = world.directMessagesOf(userId).find((channel) => channel.recipientIds.includes(otherId));
  if (known !== undefined) return { channel: known, isNew: false };
  const channel: StoredChannel = {
    id: world.snowflake(),
    type: ChannelType.DM,
    guildId: null,
    name: null,
    topic: null,
    position: 0,
    parentId: null,
    nsfw: false,
    rateLimitPerUser: 0,
    overwrites: [],
    lastMessageId: null,
    lastPinTimestamp: null,
    recipientIds: [userId, otherId],
    thread: null,
  };
  world.channels.set(channel.id, channel);
  return { channel, isNew: true };
}
