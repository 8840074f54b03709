import type { Core } from '../contract.ts';
import { channelObject } from '../serialise/channel.ts';
import { roleObject } from '../serialise/guild.ts';

export interface ControlState {
  guilds: { id: string; name: string; ownerId: string; roles: unknown[]; channels: unknown[] }[];
  members: { id: string; username: string; token: string; roles: string[] }[];
  application: { id: string; botUserId: string; botToken: string } | null;
  applications: { id: string; name: string; botUserId: string; botToken: string }[];
  commands: unknown[];
}

/** Everything that a test or the page needs to begin, secrets included. */
export function stateObject(core: Core): ControlState {
  const { world } = core;
  const applications = [...world.applications.values()].map(({ id, name, botUserId }) => ({
    id,
    name,
    botUserId,
    botToken: world.users.get(botUserId)?.token ?? '',
  }));
  const first = applications[0];
  return {
    guilds: [...world.guilds.values()].map((guild) => ({
      id: guild.id,
      name: guild.name,
      ownerId: guild.ownerId,
      roles: world.rolesOf(guild.id).map((role) => roleObject(world, role)),
      channels: world.channelsOf(guild.id).map((channel) => channelObject(world, channel, '')),
    })),
    members: [...world.users.values()]
      .filter((user) => !user.bot)
      .map((user) => ({
        id: user.id,
        username: user.username,
        token: user.token,
        roles: world.guildsOf(user.id).flatMap((guild) => world.members.get(`${guild.id}/${user.id}`)?.roleIds ?? []),
      })),
    application: first === undefined ? null : { id: first.id, botUserId: first.botUserId, botToken: first.botToken },
    applications,
    commands: [...world.commands.values()],
  };
}
