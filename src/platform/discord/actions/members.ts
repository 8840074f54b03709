import { Routes } from 'discord-api-types/v10';
import type { APIBan, APIGuildMember } from 'discord-api-types/v10';
import { discordLimits } from '../limits.ts';
import type { MemberActions, Reasoned } from '../subjects.ts';
import { queryOf } from './requester.ts';
import type { Permission, Requester } from './requester.ts';

export function createMembers(requester: Requester): MemberActions {
  const edit = async (guildId: string, userId: string, needed: Permission, body: object, why: Reasoned = {}) => {
    await requester.needInGuild(guildId, needed);
    await requester.run({ method: 'PATCH', path: Routes.guildMember(guildId, userId), body, ...why });
  };
  const changeRole =
    (method: 'PUT' | 'DELETE') =>
    async (guildId: string, userId: string, roleId: string, why: Reasoned = {}): Promise<void> => {
      await requester.needInGuild(guildId, 'ManageRoles');
      await requester.run({ method, path: Routes.guildMemberRole(guildId, userId, roleId), ...why });
    };
  return {
    ...createBans(requester),
    fetch: (guildId, userId) => requester.ask({ method: 'GET', path: Routes.guildMember(guildId, userId) }),
    list: async (guildId, { after, limit } = {}) => {
      requester.needMembers();
      const query = queryOf({ after, limit });
      return requester.ask<APIGuildMember[]>({ method: 'GET', path: Routes.guildMembers(guildId), query });
    },
    search: (guildId, beginning, limit) =>
      requester.ask({
        ...{ method: 'GET', path: Routes.guildMembersSearch(guildId), query: queryOf({ query: beginning, limit }) },
      }),
    nickname: (guildId, userId, nick, why) => edit(guildId, userId, 'ManageNicknames', { nick }, why),
    timeout: (guildId, userId, untilMs, why) => {
      const until = untilMs === null ? null : isoTime(untilMs);
      return edit(guildId, userId, 'ModerateMembers', { communication_disabled_until: until }, why);
    },
    addRole: changeRole('PUT'),
    removeRole: changeRole('DELETE'),
    moveVoice: (guildId, userId, channelId, why) =>
      edit(guildId, userId, 'MoveMembers', { channel_id: channelId }, why),
    disconnectVoice: (guildId, userId, why) => edit(guildId, userId, 'MoveMembers', { channel_id: null }, why),
  };
}

type BanActions = Pick<MemberActions, 'kick' | 'ban' | 'bulkBan' | 'unban' | 'bans'>;

function createBans(requester: Requester): BanActions {
  return {
    kick: async (guildId, userId, why = {}) => {
      await requester.needInGuild(guildId, 'KickMembers');
      await requester.run({ method: 'DELETE', path: Routes.guildMember(guildId, userId), ...why });
    },
    ban: async (guildId, userId, { deleteMessageSeconds = 0, ...why } = {}) => {
      await requester.needInGuild(guildId, 'BanMembers');
      const body = { delete_message_seconds: deleteMessageSeconds };
      await requester.run({ method: 'PUT', path: Routes.guildBan(guildId, userId), body, ...why });
    },
    bulkBan: async (guildId, userIds, { deleteMessageSeconds = 0, ...why } = {}) => {
      await requester.needInGuild(guildId, 'BanMembers', 'ManageGuild');
      const body = {
        user_ids: userIds.slice(0, discordLimits.bulkBanUsers),
        delete_message_seconds: deleteMessageSeconds,
      };
      const path = Routes.guildBulkBan(guildId);
      const answer = await requester.ask<{ banned_users: string[]; failed_users: string[] }>({
        ...{ method: 'POST', path, body, ...why },
      });
      return { banned: answer.banned_users, failed: answer.failed_users };
    },
    unban: async (guildId, userId, why = {}) => {
      await requester.needInGuild(guildId, 'BanMembers');
      await requester.run({ method: 'DELETE', path: Routes.guildBan(guildId, userId), ...why });
    },
    bans: async (guildId, { after, limit } = {}) => {
      await requester.needInGuild(guildId, 'BanMembers');
      return requester.ask<APIBan[]>({
        ...{ method: 'GET', path: Routes.guildBans(guildId), query: queryOf({ after, limit }) },
      });
    },
  };
}

const isoTime = (unixMs: number): string => new Date(unixMs).toISOString();
