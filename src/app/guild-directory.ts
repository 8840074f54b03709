import type { Postgres } from '../platform/postgres/index.ts';
import type { GuildEntry } from '../sdk/index.ts';

/** The guilds of the bot as it last saw them, with their channels and roles, in order of name. */
export async function readGuilds({ db }: Postgres): Promise<GuildEntry[]> {
  const [guilds, channels] = await Promise.all([
    db.selectFrom('discord_guild').select(['id', 'name', 'roles']).orderBy('name').execute(),
    db.selectFrom('discord_channel').select(['id', 'guild_id', 'type', 'name']).orderBy('name').execute(),
  ]);
  return guilds.map(({ id, name, roles }) => ({
    ...{ id, name },
    channels: channels.flatMap((channel) =>
      channel.guild_id === id && channel.name !== null
        ? [{ id: channel.id, name: channel.name, type: channel.type }]
        : [],
    ),
    // The role of everyone has the guild's id, and names nobody in particular.
    roles: roles.filter((role) => role.id !== id).map((role) => ({ id: role.id, name: role.name })),
  }));
}
