import { PermissionFlagsBits } from 'discord-api-types/v10';
import { z } from 'zod';
import type { Caller, Core, StoredGuild, StoredMember } from '../contract.ts';
import { DiscordError, discordError, formError } from '../errors.ts';
import { integer, parseForm, snowflake, text } from '../forms.ts';
import type { Routes } from '../http/router.ts';
import { requireAbove } from '../permissions.ts';
import { memberWithUserObject, userObject } from '../serialise/user.ts';
import { compareSnowflakes } from '../snowflake.ts';
import { memberKey } from '../world.ts';
import { requireInGuild } from './access.ts';
import { guildRoute } from './guild-route.ts';
import type { GuildRequest } from './guild-route.ts';
import { announceMemberRemoved, announceMemberUpdated } from './member-events.ts';
import { changeableRole } from './roles.ts';
import { timestamp } from '../timestamp.ts';

/** The longest time-out: 28 days. */
const MAX_TIMEOUT_MS = 28 * 24 * 3_600_000;

const editForm = z.object({
  nick: text(0, 32).nullish(),
  roles: z.array(snowflake).nullish(),
  communication_disabled_until: z.iso.datetime({ offset: true }).nullish(),
});

export const registerMemberRoutes: Routes = (api, core) => {
  const { world, clock } = core;
  const path = '/guilds/{guild_id}/members';
  const query = z.object({ limit: integer(1, 1000).default(1), after: snowflake.default('0') });
  guildRoute(api, core, {
    method: 'GET',
    path,
    handler: ({ guild, caller, query: raw }) => {
      requireMembersIntent(core, caller);
      const { limit, after } = parseForm(query, raw);
      return world
        .membersOf(guild.id)
        .filter((member) => compareSnowflakes(member.userId, after) > 0)
        .sort((left, right) => compareSnowflakes(left.userId, right.userId))
        .slice(0, limit)
        .map((member) => memberWithUserObject(world, member, clock));
    },
  });
  const searchQuery = z.object({ query: text(1, 100), limit: integer(1, 1000).default(1) });
  guildRoute(api, core, {
    method: 'GET',
    path: `${path}/search`,
    handler: ({ guild, query: raw }) => {
      const { query: prefix, limit } = parseForm(searchQuery, raw);
      return searchMembers(core, guild, prefix, limit).map((member) => memberWithUserObject(world, member, clock));
    },
  });
  guildRoute(api, core, {
    method: 'GET',
    path: `${path}/{user_id}`,
    handler: ({ guild, params }) => {
      return memberWithUserObject(world, memberIn(core, guild, params['user_id']), clock);
    },
  });
  registerChanges(api, core);
  registerMemberRoles(api, core);
};

const registerChanges: Routes = (api, core) => {
  const path = '/guilds/{guild_id}/members';
  guildRoute(api, core, {
    method: 'PATCH',
    path: `${path}/{user_id}`,
    handler: (request) => editMember(core, request),
  });
  guildRoute(api, core, {
    method: 'DELETE',
    path: `${path}/{user_id}`,
    needs: PermissionFlagsBits.KickMembers,
    handler: ({ guild, caller, params }) => {
      const member = memberIn(core, guild, params['user_id']);
      requireAbove(core.world, guild, caller.user.id, member.userId);
      announceMemberRemoved(core, guild.id, member.userId);
    },
  });
};

const registerMemberRoles: Routes = (api, core) => {
  for (const method of ['PUT', 'DELETE'] as const) {
    guildRoute(api, core, {
      method,
      path: '/guilds/{guild_id}/members/{user_id}/roles/{role_id}',
      handler: ({ guild, caller, params }) => {
        const member = memberIn(core, guild, params['user_id']);
        const role = changeableRole(core, caller, guild, params['role_id']);
        if (role.managed || role.id === guild.id) throw discordError('invalidRole');
        const others = member.roleIds.filter((id) => id !== role.id);
        const isThere = others.length < member.roleIds.length;
        if (isThere === (method === 'PUT')) return;
        setMember(core, { ...member, roleIds: method === 'PUT' ? [...others, role.id] : others });
      },
    });
  }
};

function editMember(core: Core, { guild, caller, params, body }: GuildRequest): unknown {
  const member = memberIn(core, guild, params['user_id']);
  const form = parseForm(editForm, body);
  const isSelf = member.userId === caller.user.id;
  const next = { ...member };
  if (form.nick !== undefined) {
    requireInGuild(
      core,
      caller,
      guild,
      isSelf ? PermissionFlagsBits.ChangeNickname : PermissionFlagsBits.ManageNicknames,
    );
    if (!isSelf) requireAbove(core.world, guild, caller.user.id, member.userId);
    next.nick = form.nick || null;
  }
  if (form.roles != null) {
    const wanted = [...new Set(form.roles)];
    const changed = [...wanted, ...member.roleIds].filter((id) => wanted.includes(id) !== member.roleIds.includes(id));
    for (const roleId of changed) {
      if (changeableRole(core, caller, guild, roleId).managed) throw discordError('missingPermissions');
    }
    next.roleIds = wanted;
  }
  if (form.communication_disabled_until !== undefined) {
    requireInGuild(core, caller, guild, PermissionFlagsBits.ModerateMembers);
    requireAbove(core.world, guild, caller.user.id, member.userId);
    next.timedOutUntil = timeoutOf(core, form.communication_disabled_until);
  }
  setMember(core, next);
  return memberWithUserObject(core.world, next, core.clock);
}

function timeoutOf(core: Core, until: string | null): string | null {
  if (until === null) return null;
  if (Date.parse(until) > core.clock.now() + MAX_TIMEOUT_MS) {
    const message = 'The time-out must end within 28 days.';
    throw formError(['communication_disabled_until'], 'BASE_TYPE_CHOICES', message);
  }
  return timestamp(Date.parse(until));
}

function setMember(core: Core, member: StoredMember): void {
  core.world.members.set(memberKey(member.guildId, member.userId), member);
  announceMemberUpdated(core, member);
}

function memberIn(core: Core, guild: StoredGuild, userId: string | undefined): StoredMember {
  if (userId !== undefined && core.world.users.get(userId) === undefined) throw discordError('unknownUser');
  const member = core.world.members.get(memberKey(guild.id, userId ?? ''));
  if (member === undefined) throw discordError('unknownMember');
  return member;
}

/** Members whose name or nickname begins with the text. */
function searchMembers(core: Core, guild: StoredGuild, prefix: string, limit: number): StoredMember[] {
  const wanted = prefix.toLowerCase();
  return core.world
    .membersOf(guild.id)
    .filter((member) => {
      const user = core.world.users.get(member.userId);
      return [user?.username, user?.globalName, member.nick].some((name) => name?.toLowerCase().startsWith(wanted));
    })
    .slice(0, limit);
}

/** Bots list members only with the privileged intent. */
function requireMembersIntent(core: Core, caller: Caller): void {
  if (caller.kind === 'person') return;
  const application = core.world.applications.get(caller.user.applicationId ?? '');
  if (application?.privilegedIntents.guildMembers !== true) throw discordError('missingAccess');
}

export const registerBanRoutes: Routes = (api, core) => {
  const { world } = core;
  const path = '/guilds/{guild_id}/bans';
  const needs = PermissionFlagsBits.BanMembers;
  const banObject = (userId: string, reason: string | null): unknown => {
    const user = world.users.get(userId);
    return user === undefined ? undefined : { user: userObject(user), reason };
  };
  guildRoute(api, core, {
    ...{ method: 'GET', path, needs },
    handler: ({ guild }) =>
      [...world.bans.values()]
        .filter((ban) => ban.guildId === guild.id)
        .map((ban) => banObject(ban.userId, ban.reason)),
  });
  guildRoute(api, core, {
    ...{ method: 'GET', path: `${path}/{user_id}`, needs },
    handler: ({ guild, params }) => {
      const ban = world.bans.get(memberKey(guild.id, params['user_id'] ?? ''));
      if (ban === undefined) throw discordError('unknownBan');
      return banObject(ban.userId, ban.reason);
    },
  });
  guildRoute(api, core, {
    ...{ method: 'PUT', path: `${path}/{user_id}`, needs },
    handler: ({ guild, caller, params, body, reason }) => {
      const form = parseForm(z.object({ delete_message_seconds: integer(0, 604_800).default(0) }), body);
      banMember(core, caller, guild, params['user_id'] ?? '', reason, form.delete_message_seconds);
    },
  });
  guildRoute(api, core, {
    ...{ method: 'POST', path: '/guilds/{guild_id}/bulk-ban', needs: needs | PermissionFlagsBits.ManageGuild },
    handler: ({ guild, caller, body, reason }) => bulkBan(core, caller, guild, reason, body),
  });
  guildRoute(api, core, {
    ...{ method: 'DELETE', path: `${path}/{user_id}`, needs },
    handler: ({ guild, params }) => {
      const user = world.users.get(params['user_id'] ?? '');
      if (user === undefined || !world.bans.delete(memberKey(guild.id, user.id))) throw discordError('unknownBan');
      announceBan(core, 'GUILD_BAN_REMOVE', guild.id, user.id);
    },
  });
};

const bulkBanForm = z.object({
  user_ids: z.array(snowflake).min(1).max(200),
  delete_message_seconds: integer(0, 604_800).default(0),
});

/** Bans those whom it can; Discord refuses when it can ban none of them. Source: "Bulk Guild Ban" in its documentation. */
function bulkBan(core: Core, caller: Caller, guild: StoredGuild, reason: string | null, body: unknown): unknown {
  const form = parseForm(bulkBanForm, body);
  const banned: string[] = [];
  for (const userId of form.user_ids) {
    if (userId === caller.user.id || core.world.bans.get(memberKey(guild.id, userId)) !== undefined) continue;
    try {
      banMember(core, caller, guild, userId, reason, form.delete_message_seconds);
      banned.push(userId);
    } catch (error) {
      if (!(error instanceof DiscordError)) throw error;
    }
  }
  if (banned.length === 0) throw discordError('failedToBan');
  return { banned_users: banned, failed_users: form.user_ids.filter((id) => !banned.includes(id)) };
}

function banMember(
  core: Core,
  caller: Caller,
  guild: StoredGuild,
  userId: string,
  reason: string | null,
  deleteSeconds: number,
): void {
  const { world } = core;
  if (world.users.get(userId) === undefined) throw discordError('unknownUser');
  requireAbove(world, guild, caller.user.id, userId);
  world.bans.set(memberKey(guild.id, userId), { guildId: guild.id, userId, reason });
  announceMemberRemoved(core, guild.id, userId);
  announceBan(core, 'GUILD_BAN_ADD', guild.id, userId);
  const sinceMs = core.clock.now() - deleteSeconds * 1000;
  for (const channel of deleteSeconds === 0 ? [] : world.channelsOf(guild.id)) {
    const recent = world
      .messagesOf(channel.id)
      .filter((message) => message.authorId === userId && Date.parse(message.timestamp) >= sinceMs);
    for (const message of recent) core.messages.remove(message.id);
  }
}

function announceBan(core: Core, event: 'GUILD_BAN_ADD' | 'GUILD_BAN_REMOVE', guildId: string, userId: string): void {
  const user = core.world.users.get(userId);
  if (user === undefined) return;
  core.bus.announce({
    t: event,
    d: { guild_id: guildId, user: userObject(user) },
    audience: { kind: 'guild', guildId },
  });
}
