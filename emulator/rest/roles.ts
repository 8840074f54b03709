import { PermissionFlagsBits } from 'discord-api-types/v10';
import { z } from 'zod';
import type { Caller, Core, StoredGuild, StoredRole } from '../contract.ts';
import { createRole } from '../creation.ts';
import { discordError } from '../errors.ts';
import { integer, parseForm, permissionBits, snowflake, text } from '../forms.ts';
import type { Routes } from '../http/router.ts';
import { hasPermission, rank } from '../permissions.ts';
import { roleObject } from '../serialise/guild.ts';
import { requireInGuild } from './access.ts';
import { guildRoute } from './guild-route.ts';
import { announceRole } from './member-events.ts';

const MAX_ROLES = 250;

const roleForm = z.object({
  name: text(0, 100).nullish(),
  permissions: permissionBits.nullish(),
  color: integer(0, 0xffffff).nullish(),
  colors: z.object({ primary_color: integer(0, 0xffffff) }).nullish(),
  hoist: z.boolean().nullish(),
  mentionable: z.boolean().nullish(),
});

export const registerRoleRoutes: Routes = (api, core) => {
  const { world } = core;
  const path = '/guilds/{guild_id}/roles';
  guildRoute(api, core, {
    method: 'GET',
    path,
    handler: ({ guild }) => {
      return world.rolesOf(guild.id).map((role) => roleObject(world, role));
    },
  });
  guildRoute(api, core, {
    method: 'GET',
    path: `${path}/member-counts`,
    handler: ({ guild }) => memberCounts(core, guild),
  });
  guildRoute(api, core, {
    method: 'GET',
    path: `${path}/{role_id}`,
    handler: ({ guild, params }) => roleObject(world, roleIn(core, guild, params['role_id'])),
  });
  guildRoute(api, core, {
    method: 'POST',
    path,
    needs: PermissionFlagsBits.ManageRoles,
    handler: ({ guild, caller, body }) => {
      const form = parseForm(roleForm, body);
      if (world.rolesOf(guild.id).length >= MAX_ROLES) throw discordError('maximumRoles');
      requireOwned(core, caller, guild, form.permissions);
      const role = createRole(world, guild.id, {
        name: form.name || 'new role',
        permissions: form.permissions ?? world.roles.get(guild.id)?.permissions ?? '0',
        color: form.colors?.primary_color ?? form.color ?? 0,
        hoist: form.hoist ?? false,
        mentionable: form.mentionable ?? false,
      });
      announceRole(core, 'GUILD_ROLE_CREATE', guild.id, role.id);
      return roleObject(world, role);
    },
  });
  registerChanges(api, core);
};

const registerChanges: Routes = (api, core) => {
  const { world } = core;
  const path = '/guilds/{guild_id}/roles/{role_id}';
  guildRoute(api, core, {
    method: 'PATCH',
    path,
    handler: ({ guild, caller, params, body }) => {
      const role = changeableRole(core, caller, guild, params['role_id']);
      const form = parseForm(roleForm, body);
      requireOwned(core, caller, guild, form.permissions);
      const next: StoredRole = {
        ...role,
        name: role.id === guild.id ? role.name : form.name || role.name,
        permissions: form.permissions ?? role.permissions,
        color: form.colors?.primary_color ?? form.color ?? role.color,
        hoist: form.hoist ?? role.hoist,
        mentionable: form.mentionable ?? role.mentionable,
      };
      world.roles.set(role.id, next);
      announceRole(core, 'GUILD_ROLE_UPDATE', guild.id, role.id);
      return roleObject(world, next);
    },
  });
  guildRoute(api, core, {
    method: 'DELETE',
    path,
    handler: ({ guild, caller, params }) => {
      const role = changeableRole(core, caller, guild, params['role_id']);
      if (role.managed || role.id === guild.id) throw discordError('invalidRole');
      deleteRole(core, guild, role);
    },
  });
  const positions = z.array(z.object({ id: snowflake, position: integer(0, MAX_ROLES).nullish() }));
  guildRoute(api, core, {
    method: 'PATCH',
    path: '/guilds/{guild_id}/roles',
    handler: ({ guild, caller, body }) => {
      const highest = rank(world, guild, caller.user.id);
      for (const { id, position } of parseForm(positions, body)) {
        const role = changeableRole(core, caller, guild, id);
        if (position == null) continue;
        if (position >= highest) throw discordError('missingPermissions');
        world.roles.set(id, { ...role, position });
        announceRole(core, 'GUILD_ROLE_UPDATE', guild.id, id);
      }
      return world.rolesOf(guild.id).map((role) => roleObject(world, role));
    },
  });
};

/** How many have each role but everyone's. */
function memberCounts(core: Core, guild: StoredGuild): Record<string, number> {
  const counts = new Map<string, number>();
  for (const { id } of core.world.rolesOf(guild.id)) if (id !== guild.id) counts.set(id, 0);
  for (const { roleIds } of core.world.membersOf(guild.id)) {
    for (const id of roleIds) counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return Object.fromEntries(counts);
}

function roleIn(core: Core, guild: StoredGuild, roleId: string | undefined): StoredRole {
  const role = roleId === undefined ? undefined : core.world.roles.get(roleId);
  if (role?.guildId !== guild.id) throw discordError('unknownRole');
  return role;
}

/** A role that the caller may change or give: MANAGE_ROLES, and only roles below the caller's own highest. */
export function changeableRole(core: Core, caller: Caller, guild: StoredGuild, roleId: string | undefined): StoredRole {
  requireInGuild(core, caller, guild, PermissionFlagsBits.ManageRoles);
  const role = roleIn(core, guild, roleId);
  if (role.position >= rank(core.world, guild, caller.user.id)) throw discordError('missingPermissions');
  return role;
}

/** Nobody gives a role what they lack. */
function requireOwned(core: Core, caller: Caller, guild: StoredGuild, permissions: string | null | undefined): void {
  const own = core.permissions(caller.user.id, { guildId: guild.id });
  if (permissions != null && !hasPermission(own, BigInt(permissions))) throw discordError('missingPermissions');
}

function deleteRole(core: Core, guild: StoredGuild, role: StoredRole): void {
  const { world } = core;
  for (const member of world.membersOf(guild.id)) {
    if (!member.roleIds.includes(role.id)) continue;
    const roleIds = member.roleIds.filter((id) => id !== role.id);
    world.members.set(`${guild.id}/${member.userId}`, { ...member, roleIds });
  }
  for (const channel of world.channelsOf(guild.id)) {
    if (!channel.overwrites.some((overwrite) => overwrite.id === role.id)) continue;
    channel.overwrites = channel.overwrites.filter((overwrite) => overwrite.id !== role.id);
    world.channels.set(channel.id, channel);
  }
  world.roles.delete(role.id);
  core.bus.announce({
    t: 'GUILD_ROLE_DELETE',
    d: { guild_id: guild.id, role_id: role.id },
    audience: { kind: 'guild', guildId: guild.id },
  });
}
