import { ChannelType } from 'discord-api-types/v10';
import type { APIChannel, APIGuild, APIGuildMember, APIOverwrite, APIRole } from 'discord-api-types/v10';
import type { CachedChannel, CachedGuild, CachedRole } from './port.ts';
import type { DiscordChannelTable, DiscordGuildTable, StoredOverwrite, StoredRole } from './schema.ts';
import type { Selectable } from 'kysely';

/** What is kept of a guild, in memory and in the database. */
export interface GuildRecord extends CachedGuild {
  roles: Map<string, CachedRole>;
  selfRoleIds: readonly string[];
  selfMutedUntilMs: number;
  /** The level of its boosts. */
  premiumTier: number;
  systemChannelId: string | null;
}

type Overwrites = CachedChannel['overwrites'];

/** Most channels have none: they share this list. */
const NO_OVERWRITES: Overwrites = [];

/**
 * What the channels of a guild have in common, held once: most have the overwrites of their category, and lists for each
 * would be most of what a guild takes in memory. For channels that are read together.
 */
export class SharedParts {
  #lists = new Map<string, Overwrites>();
  #ids = new Map<string, string>();

  overwrites(stored: readonly StoredOverwrite[] | undefined): Overwrites {
    if (!stored?.length) return NO_OVERWRITES;
    const key = stored.map(({ id, type, allow, deny }) => `${id} ${type} ${allow} ${deny}`).join();
    const list = this.#lists.get(key) ?? overwritesOf(stored);
    this.#lists.set(key, list);
    return list;
  }

  id(id: string | null): string | null {
    if (id === null) return null;
    const known = this.#ids.get(id) ?? id;
    this.#ids.set(known, known);
    return known;
  }
}

export function roleOf(role: APIRole): CachedRole {
  return {
    name: role.name,
    permissions: BigInt(role.permissions),
    position: role.position,
    botId: role.tags?.bot_id ?? null,
  };
}

export function mutedUntilMs(member: Pick<APIGuildMember, 'communication_disabled_until'> | undefined): number {
  const until = member?.communication_disabled_until;
  return until ? Date.parse(until) : 0;
}

/** A guild as GUILD_CREATE, GUILD_UPDATE or REST describe it; the bot's own membership comes apart. */
export function guildOf(
  guild: Pick<APIGuild, 'id' | 'name' | 'owner_id' | 'roles'> &
    Partial<Pick<APIGuild, 'system_channel_id' | 'premium_tier'>>,
  self: Pick<GuildRecord, 'selfRoleIds' | 'selfMutedUntilMs'>,
): GuildRecord {
  return {
    id: guild.id,
    name: guild.name,
    ownerId: guild.owner_id,
    systemChannelId: guild.system_channel_id ?? null,
    premiumTier: guild.premium_tier ?? 0,
    roles: new Map(guild.roles.map((role) => [role.id, roleOf(role)])),
    selfRoleIds: self.selfRoleIds,
    selfMutedUntilMs: self.selfMutedUntilMs,
  };
}

const THREADS = [ChannelType.AnnouncementThread, ChannelType.PublicThread, ChannelType.PrivateThread] as number[];

/**
 * A channel or thread, whose name is left out: members write it, and nothing is decided by it. GUILD_CREATE leaves
 * the guild's id out of its channels.
 */
export function channelOf(channel: APIChannel, guildId?: string, shared = new SharedParts()): CachedChannel {
  const fields = channel as Partial<{
    guild_id: string;
    parent_id: string | null;
    nsfw: boolean;
    permission_overwrites: APIOverwrite[];
  }>;
  return {
    id: shared.id(channel.id) ?? channel.id,
    guildId: fields.guild_id ?? guildId ?? null,
    type: channel.type,
    name: THREADS.includes(channel.type) ? null : (channel.name ?? null),
    parentId: shared.id(fields.parent_id ?? null),
    nsfw: fields.nsfw ?? false,
    overwrites: shared.overwrites(fields.permission_overwrites),
  };
}

function overwritesOf(overwrites: readonly StoredOverwrite[]): Overwrites {
  return overwrites.map(({ id, type, allow, deny }) => ({ id, type, allow: BigInt(allow), deny: BigInt(deny) }));
}

export function guildFromRow(row: Selectable<DiscordGuildTable>): GuildRecord {
  return {
    id: row.id,
    name: row.name,
    ownerId: row.owner_id,
    systemChannelId: row.system_channel_id,
    premiumTier: row.premium_tier,
    selfRoleIds: row.self_role_ids,
    selfMutedUntilMs: row.self_muted_until_ms,
    roles: new Map(
      row.roles.map(({ id, name, permissions, position, botId = null }) => [
        id,
        { name, permissions: BigInt(permissions), position, botId },
      ]),
    ),
  };
}

export function channelFromRow(row: Selectable<DiscordChannelTable>, shared = new SharedParts()): CachedChannel {
  return {
    id: shared.id(row.id) ?? row.id,
    guildId: shared.id(row.guild_id),
    type: row.type,
    name: row.name,
    parentId: shared.id(row.parent_id),
    nsfw: row.nsfw,
    overwrites: shared.overwrites(row.overwrites),
  };
}

/** In a fixed order, so that equal guilds have equal rows. */
export function guildToRow(guild: GuildRecord): Selectable<DiscordGuildTable> {
  const roles: StoredRole[] = [...guild.roles]
    .map(([id, role]) => ({ ...role, id, permissions: role.permissions.toString() }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  return {
    id: guild.id,
    name: guild.name,
    owner_id: guild.ownerId,
    system_channel_id: guild.systemChannelId,
    self_role_ids: [...guild.selfRoleIds].sort(),
    self_muted_until_ms: guild.selfMutedUntilMs,
    premium_tier: guild.premiumTier,
    roles,
  };
}

export function channelToRow(channel: CachedChannel): Selectable<DiscordChannelTable> {
  const overwrites: StoredOverwrite[] = channel.overwrites
    .map(({ id, type, allow, deny }) => ({ id, type, allow: allow.toString(), deny: deny.toString() }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  return {
    id: channel.id,
    guild_id: channel.guildId,
    type: channel.type,
    name: channel.name,
    parent_id: channel.parentId,
    nsfw: channel.nsfw,
    overwrites,
  };
}

export function sameGuild(a: GuildRecord, b: GuildRecord): boolean {
  if (a.name !== b.name || a.ownerId !== b.ownerId || a.systemChannelId !== b.systemChannelId) return false;
  if (a.premiumTier !== b.premiumTier) return false;
  if (a.selfMutedUntilMs !== b.selfMutedUntilMs || a.roles.size !== b.roles.size) return false;
  if (a.selfRoleIds.length !== b.selfRoleIds.length || !a.selfRoleIds.every((id) => b.selfRoleIds.includes(id)))
    return false;
  for (const [id, role] of a.roles) {
    const other = b.roles.get(id);
    if (!other || other.permissions !== role.permissions || other.position !== role.position) return false;
    if (other.name !== role.name || other.botId !== role.botId) return false;
  }
  return true;
}

export function sameChannel(a: CachedChannel, b: CachedChannel): boolean {
  if (a.guildId !== b.guildId || a.type !== b.type || a.name !== b.name) return false;
  if (a.parentId !== b.parentId || a.nsfw !== b.nsfw || a.overwrites.length !== b.overwrites.length) return false;
  return a.overwrites.every((overwrite) => {
    const other = b.overwrites.find(({ id }) => id === overwrite.id);
    return other?.type === overwrite.type && other.allow === overwrite.allow && other.deny === overwrite.deny;
  });
}
