import { PermissionFlagsBits } from 'discord-api-types/v10';
import type { Core, StoredEmoji, StoredGuild, StoredRole, World } from '../contract.ts';
import { channelObject } from './channel.ts';
import { stickerObject, stickersOf } from './sticker.ts';
import { memberWithUserObject, userObject } from './user.ts';

const THREAD_TYPES: readonly number[] = [10, 11, 12];

export function roleObject(world: World, role: StoredRole): Record<string, unknown> {
  const tags = role.managed ? managedRoleTags(world, role) : undefined;
  return {
    id: role.id,
    name: role.name,
    description: null,
    permissions: role.permissions,
    position: role.position,
    color: role.color,
    colors: { primary_color: role.color, secondary_color: null, tertiary_color: null },
    hoist: role.hoist,
    managed: role.managed,
    mentionable: role.mentionable,
    icon: null,
    unicode_emoji: null,
    flags: 0,
    ...(tags === undefined ? {} : { tags }),
  };
}

/** A managed role belongs to the one bot that carries it. */
function managedRoleTags(world: World, role: StoredRole): Record<string, string> | undefined {
  const bearer = world.membersOf(role.guildId).find((member) => member.roleIds.includes(role.id));
  return bearer === undefined ? undefined : { bot_id: bearer.userId };
}

export function emojiObject(world: World, emoji: StoredEmoji): Record<string, unknown> {
  const creator = world.users.get(emoji.creatorId);
  return {
    id: emoji.id,
    name: emoji.name,
    roles: [],
    require_colons: true,
    managed: false,
    animated: emoji.animated,
    available: true,
    ...(creator === undefined ? {} : { user: userObject(creator) }),
  };
}

export function emojisOf(world: World, guildId: string): StoredEmoji[] {
  return [...world.emojis.values()].filter((emoji) => emoji.guildId === guildId);
}

/** A guild as `GET /guilds/{id}` answers it. */
export function guildObject(world: World, guild: StoredGuild): Record<string, unknown> {
  return {
    id: guild.id,
    name: guild.name,
    icon: guild.icon,
    description: null,
    home_header: null,
    splash: null,
    discovery_splash: null,
    features: [],
    banner: null,
    owner_id: guild.ownerId,
    application_id: null,
    region: 'us-central',
    afk_channel_id: null,
    afk_timeout: 300,
    system_channel_id: guild.systemChannelId,
    system_channel_flags: 0,
    widget_enabled: false,
    widget_channel_id: null,
    verification_level: 0,
    roles: world.rolesOf(guild.id).map((role) => roleObject(world, role)),
    default_message_notifications: 0,
    mfa_level: 0,
    explicit_content_filter: 0,
    max_presences: null,
    max_members: 500_000,
    max_stage_video_channel_users: 50,
    max_video_channel_users: 25,
    vanity_url_code: null,
    premium_tier: 0,
    premium_subscription_count: 0,
    preferred_locale: 'en-US',
    rules_channel_id: null,
    safety_alerts_channel_id: null,
    public_updates_channel_id: null,
    premium_progress_bar_enabled: false,
    nsfw: false,
    nsfw_level: 0,
    emojis: emojisOf(world, guild.id).map((emoji) => emojiObject(world, emoji)),
    stickers: stickersOf(world, guild.id).map((sticker) => stickerObject(world, sticker, true)),
    incidents_data: null,
  };
}

/** What GUILD_CREATE adds to a guild: members, and the channels and threads that `viewerId` may see. */
export function guildCreateObject(core: Core, guild: StoredGuild, viewerId: string): Record<string, unknown> {
  const { world } = core;
  const channels = world.channelsOf(guild.id);
  const members = world.membersOf(guild.id);
  const isVisible = (channelId: string): boolean =>
    (core.permissions(viewerId, { channelId }) & PermissionFlagsBits.ViewChannel) !== 0n;
  return {
    ...guildObject(world, guild),
    joined_at: members.find((member) => member.userId === viewerId)?.joinedAt,
    large: false,
    unavailable: false,
    member_count: members.length,
    members: members.map((member) => memberWithUserObject(world, member, core.clock)),
    channels: channels
      .filter((channel) => channel.thread === null)
      .map((channel) => channelObject(world, channel, viewerId)),
    threads: channels
      .filter((channel) => THREAD_TYPES.includes(channel.type) && channel.thread?.archived === false)
      .filter((channel) => isVisible(channel.id))
      .map((channel) => channelObject(world, channel, viewerId)),
    voice_states: [],
    presences: [],
    stage_instances: [],
    guild_scheduled_events: [],
    soundboard_sounds: [],
  };
}
