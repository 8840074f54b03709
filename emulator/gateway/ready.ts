import { GatewayIntentBits, PermissionFlagsBits } from 'discord-api-types/v10';
import type { Core, StoredGuild } from '../contract.ts';
import { applicationFlags } from '../serialise/application.ts';
import { channelObject } from '../serialise/channel.ts';
import { guildCreateObject } from '../serialise/guild.ts';
import { ownUserObject } from '../serialise/user.ts';
import type { Presence, Session } from './session.ts';

/** The guilds that a session is told of: those of its user that fall to its shard. */
export function guildsOf(core: Core, session: Session): StoredGuild[] {
  return core.world.guildsOf(session.user.id).filter((guild) => session.serves(guild.id));
}

/** The data of READY. Guilds are announced as unavailable; a GUILD_CREATE each follows. */
export function readyData(core: Core, session: Session, version: number): Record<string, unknown> {
  const { world } = core;
  const isPerson = session.intents === null;
  return {
    v: version,
    user: ownUserObject(session.user),
    guilds: guildsOf(core, session).map((guild) => ({ id: guild.id, unavailable: true })),
    session_id: session.id,
    session_type: 'normal',
    resume_gateway_url: gatewayUrl(core),
    shard: session.shard,
    private_channels: isPerson
      ? world.directMessagesOf(session.user.id).map((channel) => channelObject(world, channel, session.user.id))
      : [],
    relationships: [],
    presences: [],
    guild_join_requests: [],
    ...(session.application
      ? { application: { id: session.application.id, flags: applicationFlags(session.application) } }
      : {}),
  };
}

/** Where clients connect; without a query, which they add themselves. */
export function gatewayUrl(core: Core): string {
  return `${core.origin.replace(/^http/, 'ws')}/gateway`;
}

/**
 * The data of GUILD_CREATE for one session. As on Discord, a bot without the presence intent is told of no member but
 * itself; people, whose clients do not compute permissions before they show a list, get only the channels they may view.
 */
export function guildCreateData(
  core: Core,
  guild: StoredGuild,
  session: Session,
  presenceOf: (userId: string) => Presence | null,
): Record<string, unknown> {
  const viewerId = session.user.id;
  const data = guildCreateObject(core, guild, viewerId);
  const isPerson = session.intents === null;
  const seesPresences = isPerson || (Number(session.intents) & GatewayIntentBits.GuildPresences) !== 0;
  if (isPerson && Array.isArray(data.channels)) {
    data.channels = (data.channels as { id: string }[]).filter(
      ({ id }) => (core.permissions(viewerId, { channelId: id }) & PermissionFlagsBits.ViewChannel) !== 0n,
    );
  }
  if (!seesPresences) {
    data.members = (data.members as { user: { id: string } }[]).filter(({ user }) => user.id === viewerId);
    return data;
  }
  data.presences = core.world.membersOf(guild.id).flatMap(({ userId }) => {
    const presence = presenceOf(userId);
    return presence ? [presenceObject(userId, presence)] : [];
  });
  return data;
}

export function presenceObject(userId: string, presence: Presence): Record<string, unknown> {
  const { status, activities } = presence;
  return { user: { id: userId }, status, activities, client_status: status === 'offline' ? {} : { web: status } };
}
