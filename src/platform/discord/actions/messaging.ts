import { Routes } from 'discord-api-types/v10';
import type { APIMessage, APIMessagePin, APIUser } from 'discord-api-types/v10';
import type { Clock } from '../../../kernel/clock.ts';
import { snowflakeTime } from '../../../kernel/snowflake.ts';
import { discordLimits } from '../limits.ts';
import type { MessagingActions } from '../subjects.ts';
import { queryOf } from './requester.ts';
import type { Requester } from './requester.ts';

/** A message that crosses the age while it is asked for would fail the whole group. */
const AGE_MARGIN_MS = 60_000;

interface Found {
  total_results?: number;
  messages?: APIMessage[][];
}

export function createMessaging(requester: Requester, clock: Clock): MessagingActions {
  return {
    ...createPins(requester),
    deleteMany: async (channelId, messageIds, why = {}) => {
      await requester.needIn(channelId, 'ManageMessages');
      const oldestMs = clock.now() - discordLimits.bulkDeleteAgeMs + AGE_MARGIN_MS;
      const ids = [...new Set(messageIds)];
      const young = ids.filter((id) => snowflakeTime(id) > oldestMs);
      for (let from = 0; from < young.length; from += discordLimits.bulkDeleteMessages) {
        const messages = young.slice(from, from + discordLimits.bulkDeleteMessages);
        const [only = ''] = messages;
        // Discord takes groups of two and more.
        await (messages.length === 1
          ? requester.run({ method: 'DELETE', path: Routes.channelMessage(channelId, only), ...why })
          : requester.run({
              ...{ method: 'POST', path: Routes.channelBulkDelete(channelId), body: { messages }, ...why },
            }));
      }
      return { deleted: young, tooOld: ids.filter((id) => !young.includes(id)) };
    },
    crosspost: async (channelId, messageId) => {
      await requester.needIn(channelId, 'SendMessages');
      return requester.ask<APIMessage>({
        ...{ method: 'POST', path: Routes.channelMessageCrosspost(channelId, messageId) },
      });
    },
    search: async (guildId, query) => {
      await requester.needInGuild(guildId, 'ReadMessageHistory');
      const fields = Object.entries(query).map(([name, value]) => [name, asText(value)] as const);
      const path = Routes.guildMessagesSearch(guildId);
      const found = await requester.ask<Found>({ method: 'GET', path, query: queryOf(Object.fromEntries(fields)) });
      // 202: the server is not indexed yet.
      const { messages, total_results: total = 0 } = found;
      return { total, messages: (messages ?? []).flat(), pending: messages === undefined };
    },
    endPoll: async (channelId, messageId) => {
      await requester.needIn(channelId);
      return requester.ask<APIMessage>({ method: 'POST', path: Routes.expirePoll(channelId, messageId) });
    },
    pollVoters: async (channelId, messageId, answerId, { after, limit } = {}) => {
      await requester.needIn(channelId);
      const path = Routes.pollAnswerVoters(channelId, messageId, answerId);
      const { users } = await requester.ask<{ users: APIUser[] }>({
        ...{ method: 'GET', path, query: queryOf({ after, limit }) },
      });
      return users;
    },
  };
}

const asText = (value: unknown): string | undefined =>
  value === undefined || value === null ? undefined : Array.isArray(value) ? value.join(',') : `${value as string}`;

function createPins(requester: Requester): Pick<MessagingActions, 'pin' | 'unpin' | 'pins'> {
  const change =
    (method: 'PUT' | 'DELETE'): MessagingActions['pin'] =>
    async (channelId, messageId, why = {}) => {
      await requester.needIn(channelId, 'PinMessages');
      await requester.run({ method, path: Routes.channelMessagesPin(channelId, messageId), ...why });
    };
  return {
    pin: change('PUT'),
    unpin: change('DELETE'),
    pins: async (channelId, { before, limit } = {}) => {
      await requester.needIn(channelId, 'ReadMessageHistory');
      const path = Routes.channelMessagesPins(channelId);
      const list = await requester.ask<{ items: APIMessagePin[]; has_more: boolean }>({
        ...{ method: 'GET', path, query: queryOf({ before, limit }) },
      });
      return { pins: list.items, hasMore: list.has_more };
    },
  };
}
