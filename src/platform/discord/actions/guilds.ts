import { Routes } from 'discord-api-types/v10';
import type { APIExtendedInvite, APIGuildScheduledEvent, APIUser } from 'discord-api-types/v10';
import type { GuildActions, ScheduledEventActions } from '../subjects.ts';
import { queryOf } from './requester.ts';
import type { Requester } from './requester.ts';

export function createGuilds(requester: Requester): GuildActions {
  return {
    ownProfile: async (guildId, profile, why = {}) => {
      if (profile.nick !== undefined) await requester.needInGuild(guildId, 'ChangeNickname');
      await requester.run({ method: 'PATCH', path: Routes.guildMember(guildId, '@me'), body: profile, ...why });
    },
    emojis: (guildId) => requester.ask({ method: 'GET', path: Routes.guildEmojis(guildId) }),
    stickers: (guildId) => requester.ask({ method: 'GET', path: Routes.guildStickers(guildId) }),
    invites: async (guildId) => {
      await requester.needInGuild(guildId, 'ManageGuild');
      return requester.ask<APIExtendedInvite[]>({ method: 'GET', path: Routes.guildInvites(guildId) });
    },
    createInvite: async (channelId, invite = {}, why = {}) => {
      await requester.needIn(channelId, 'CreateInstantInvite');
      const path = Routes.channelInvites(channelId);
      return requester.ask<APIExtendedInvite>({ method: 'POST', path, body: invite, ...why });
    },
    deleteInvite: (code, why = {}) =>
      requester.ask({ method: 'DELETE', path: Routes.invite(encodeURIComponent(code)), ...why }),
  };
}

export function createScheduledEvents(requester: Requester): ScheduledEventActions {
  type Event = APIGuildScheduledEvent;
  return {
    list: (guildId) => requester.ask({ method: 'GET', path: Routes.guildScheduledEvents(guildId) }),
    create: async (guildId, body, why = {}) => {
      await requester.needInGuild(guildId, 'CreateEvents');
      return requester.ask<Event>({ method: 'POST', path: Routes.guildScheduledEvents(guildId), body, ...why });
    },
    edit: async (guildId, eventId, body, why = {}) => {
      const path = Routes.guildScheduledEvent(guildId, eventId);
      return requester.ask<Event>({ method: 'PATCH', path, body, ...why });
    },
    delete: (guildId, eventId) =>
      requester.run({ method: 'DELETE', path: Routes.guildScheduledEvent(guildId, eventId) }),
    users: async (guildId, eventId, { after, limit } = {}) => {
      const path = Routes.guildScheduledEventUsers(guildId, eventId);
      const query = queryOf({ after, limit });
      const interested = await requester.ask<{ user: APIUser }[]>({ method: 'GET', path, query });
      return interested.map(({ user }) => user);
    },
  };
}
