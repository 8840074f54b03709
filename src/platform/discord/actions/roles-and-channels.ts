import { OverwriteType, Routes } from 'discord-api-types/v10';
import type { APIChannel, APIRole } from 'discord-api-types/v10';
import type { ChannelActions, RoleActions } from '../subjects.ts';
import type { Requester } from './requester.ts';

export function createRoles(requester: Requester): RoleActions {
  const need = (guildId: string) => requester.needInGuild(guildId, 'ManageRoles');
  return {
    list: (guildId) => requester.ask({ method: 'GET', path: Routes.guildRoles(guildId) }),
    create: async (guildId, body, why = {}) => {
      await need(guildId);
      return requester.ask<APIRole>({ method: 'POST', path: Routes.guildRoles(guildId), body, ...why });
    },
    edit: async (guildId, roleId, body, why = {}) => {
      await need(guildId);
      return requester.ask<APIRole>({ method: 'PATCH', path: Routes.guildRole(guildId, roleId), body, ...why });
    },
    delete: async (guildId, roleId, why = {}) => {
      await need(guildId);
      await requester.run({ method: 'DELETE', path: Routes.guildRole(guildId, roleId), ...why });
    },
    move: async (guildId, positions, why = {}) => {
      await need(guildId);
      return requester.ask<APIRole[]>({
        ...{ method: 'PATCH', path: Routes.guildRoles(guildId), body: positions, ...why },
      });
    },
  };
}

export function createChannels(requester: Requester): ChannelActions {
  const edit: ChannelActions['edit'] = async (channelId, body, why = {}) => {
    await requester.needIn(channelId, 'ManageChannels');
    return requester.ask<APIChannel>({ method: 'PATCH', path: Routes.channel(channelId), body, ...why });
  };
  return {
    edit,
    list: (guildId) => requester.ask({ method: 'GET', path: Routes.guildChannels(guildId) }),
    create: async (guildId, body, why = {}) => {
      await requester.needInGuild(guildId, 'ManageChannels');
      return requester.ask<APIChannel>({ method: 'POST', path: Routes.guildChannels(guildId), body, ...why });
    },
    delete: async (channelId, why = {}) => {
      await requester.needIn(channelId, 'ManageChannels');
      await requester.run({ method: 'DELETE', path: Routes.channel(channelId), ...why });
    },
    setTopic: async (channelId, topic, why) => void (await edit(channelId, { topic }, why)),
    setSlowMode: async (channelId, seconds, why) => void (await edit(channelId, { rate_limit_per_user: seconds }, why)),
    setPermissions: async (channelId, { kind, id }, { allow = 0n, deny = 0n }, why = {}) => {
      await requester.needIn(channelId, 'ManageRoles');
      const type = kind === 'role' ? OverwriteType.Role : OverwriteType.Member;
      const body = { type, allow: String(allow), deny: String(deny) };
      await requester.run({ method: 'PUT', path: Routes.channelPermission(channelId, id), body, ...why });
    },
    removePermissions: async (channelId, holderId, why = {}) => {
      await requester.needIn(channelId, 'ManageRoles');
      await requester.run({ method: 'DELETE', path: Routes.channelPermission(channelId, holderId), ...why });
    },
  };
}
